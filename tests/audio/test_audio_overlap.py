"""Two sounds at once are their sum, and never clip."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.audio.overlap import KNEE, added

SAMPLES = st.integers(-32_768, 32_767)


def both(first: list[int], last: list[int]) -> list[int]:
    sums = added(np.array(first, "<i2").tobytes(), np.array(last, "<i2").tobytes())
    return [int(sample) for sample in np.frombuffer(sums, "<i2")]


@given(st.lists(st.tuples(SAMPLES, SAMPLES), min_size=1, max_size=20))
def test_a_sum_is_exact_below_the_knee_and_within_full_scale_above_it(pairs: list[tuple[int, int]]) -> None:
    for (first, last), heard in zip(pairs, both(*map(list, zip(*pairs, strict=True))), strict=True):
        total = first + last
        if abs(total) <= KNEE * 32_768:
            assert heard == total
        else:
            assert KNEE * 32_768 - 1 <= abs(heard) <= 32_767
            assert (heard > 0) == (total > 0)


def test_louder_stays_louder_without_a_corner() -> None:
    sums = both(list(range(0, 32_768, 64)), list(range(0, 32_768, 64)))
    steps = np.diff(sums)
    assert (steps >= 0).all()
    assert np.abs(np.diff(steps)).max() <= 16


@pytest.mark.parametrize("sound", [b"", b"\x01\x00"])
def test_silence_changes_nothing(sound: bytes) -> None:
    assert added(sound, bytes(len(sound))) == sound
