"""A shard is a part of the plan that nobody has to agree upon."""

import hashlib
import re

import pytest

from batchtts.plan.sharding import Shard

FINGERPRINTS = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(4000)]


@pytest.mark.parametrize("count", [1, 2, 3, 8, 100])
def test_every_fingerprint_is_in_exactly_one_shard(count: int) -> None:
    shards = [Shard(number, count) for number in range(1, count + 1)]
    assert all(sum(shard.holds(fingerprint) for shard in shards) == 1 for fingerprint in FINGERPRINTS)


def test_shards_are_of_about_equal_size() -> None:
    sizes = [sum(map(Shard(number, 8).holds, FINGERPRINTS)) for number in range(1, 9)]
    assert max(sizes) < 1.15 * 500
    assert min(sizes) > 0.85 * 500


def test_a_fingerprint_never_changes_its_shard() -> None:
    in_third = [number for number in range(40) if Shard(3, 8).holds(FINGERPRINTS[number])]
    assert in_third == [11, 20, 23]


def test_a_shard_is_written_as_number_and_count() -> None:
    assert Shard.parse(" 3/8 ") == Shard(3, 8)
    assert str(Shard(3, 8)) == "shard 3 of 8"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("3", "'3' is no shard such as 3/8"),
        ("3 of 8", "no shard such as"),
        ("-1/8", "no shard such as"),
        ("1.5/8", "no shard such as"),
        ("٣/8", "no shard such as"),
        ("0/8", "shards of 8 are numbered from 1 to 8"),
        ("9/8", "shards of 8 are numbered from 1 to 8"),
        ("0/0", "'0/0'"),
    ],
)
def test_what_is_no_shard_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=re.escape(why)):
        Shard.parse(text)
