"""Segments are asked for in reading order, but the last ones longest first; nothing is read long before it is asked for."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from render_room import asked_of

from batchtts.ledger.queries import Asked
from batchtts.render.ordering import longest_last_first

SECONDS = st.lists(st.sampled_from([0.5, 1.0, 2.0, 40.0]), max_size=12)


def queue_of(seconds: list[float]) -> list[Asked]:
    return [asked_of(f"text {number}", number, length) for number, length in enumerate(seconds)]


def spoken(order: list[Asked]) -> list[str]:
    return [asked.segment.id for asked in order]


@given(SECONDS, st.integers(0, 14))
def test_only_the_last_ones_leave_their_order(seconds: list[float], n_last: int) -> None:
    queue = queue_of(seconds)
    ordered = list(longest_last_first(iter(queue), n_last))
    n_first = max(0, len(queue) - n_last)
    assert ordered[:n_first] == queue[:n_first]
    assert sorted(spoken(ordered[n_first:])) == sorted(spoken(queue[n_first:]))
    lengths = [asked.segment.seconds for asked in ordered[n_first:]]
    assert lengths == sorted(lengths, reverse=True)


def test_those_that_are_equally_long_stay_in_their_order() -> None:
    queue = queue_of([1.0, 2.0, 1.0, 2.0, 1.0])
    assert spoken(list(longest_last_first(iter(queue), 5))) == ["s1", "s3", "s0", "s2", "s4"]


@pytest.mark.parametrize("n_last", [0, 1, 3])
def test_no_more_is_read_ahead_than_will_be_put_in_order(n_last: int) -> None:
    n_read = 0

    def reading() -> Iterator[Asked]:
        nonlocal n_read
        for asked in queue_of([1.0] * 10):
            n_read += 1
            yield asked

    for n_given, _ in enumerate(longest_last_first(reading(), n_last), start=1):
        assert n_read == min(10, n_given + n_last)


def test_one_long_text_at_the_end_is_not_left_to_one_core_alone() -> None:
    def seconds_with(n_cores: int, order: list[Asked]) -> float:
        """Return how long cores work that take the next segment whenever they are free."""
        busy = [0.0] * n_cores
        for asked in order:
            busy[busy.index(min(busy))] += asked.segment.seconds
        return max(busy)

    queue = queue_of([1.0] * 30 + [10.0])
    assert seconds_with(4, queue) == 17.0
    assert seconds_with(4, list(longest_last_first(iter(queue), 16))) == 13.0
