"""One thread does what many ask for, in order, and tells them in one go."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from batchtts.gathering import MAX_BATCH, Entry, Gathering


class Halves:
    """Halves even numbers; it refuses odd ones, and breaks at zero.  Until `gate` is set, it waits."""

    def __init__(self, most: int = MAX_BATCH) -> None:
        self.batches: list[list[int]] = []
        self.gate, self.is_held = threading.Event(), threading.Event()
        self._most = most
        self.gathering: Gathering[int] = Gathering(
            "halves", self._handle, closed=ValueError("it has been closed")
        )

    def _handle(self, batch: list[Entry[int]]) -> int:
        self.is_held.set()
        self.gate.wait()
        batch = batch[: self._most]
        self.batches.append([entry.request for entry in batch])
        for entry in batch:
            if entry.request == 0:
                raise OSError("broken")
            if entry.request % 2:
                entry.error = ValueError(f"{entry.request} is odd")
            entry.result = entry.request // 2
        return len(batch)

    def hold(self) -> None:
        """Keep the thread busy with a number that nobody waits for."""
        self.gathering.post(-2)
        self.is_held.wait()


@pytest.fixture
def halves() -> Iterator[Halves]:
    with_gate = Halves()
    yield with_gate
    with_gate.gate.set()
    with_gate.gathering.close()


async def ask(halves: Halves, numbers: list[int]) -> list[Any]:
    """Ask for numbers that all wait behind another."""
    halves.hold()
    waiting = [asyncio.create_task(halves.gathering.perform(number)) for number in numbers]
    await asyncio.sleep(0)
    halves.gate.set()
    return await asyncio.gather(*waiting, return_exceptions=True)


def test_what_waits_is_handled_as_one_batch_in_order(halves: Halves) -> None:
    assert asyncio.run(ask(halves, [6, 2, 4])) == [3, 1, 2]
    assert halves.batches == [[-2], [6, 2, 4]]


def test_a_loop_is_woken_once_for_a_batch(halves: Halves) -> None:
    async def count() -> int:
        loop = asyncio.get_running_loop()
        wake, n_wakes = loop.call_soon_threadsafe, 0

        def counted(callback: Callable[..., object], *arguments: Any) -> asyncio.Handle:
            nonlocal n_wakes
            n_wakes += 1
            return wake(callback, *arguments)

        loop.call_soon_threadsafe = counted  # type: ignore[assignment,method-assign]
        await ask(halves, [2] * 100)
        return n_wakes

    assert asyncio.run(count()) == 1


def test_what_is_refused_concerns_only_the_one_who_asked(halves: Halves) -> None:
    first, second, third = asyncio.run(ask(halves, [2, 3, 4]))
    assert (first, str(second), third) == (1, "3 is odd", 2)


def test_what_is_left_of_a_batch_is_handled_next() -> None:
    halves = Halves(most=2)
    assert asyncio.run(ask(halves, [2, 4, 6, 8, 10])) == [1, 2, 3, 4, 5]
    assert halves.batches == [[-2], [2, 4], [6, 8], [10]]
    halves.gathering.close()


def test_a_batch_has_an_end(halves: Halves) -> None:
    halves.hold()
    for _ in range(MAX_BATCH + 1):
        halves.gathering.post(2)
    halves.gate.set()
    halves.gathering.do(2)
    assert [len(batch) for batch in halves.batches] == [1, MAX_BATCH, 2]


def test_when_it_breaks_all_who_wait_and_all_who_ask_later_are_told(halves: Halves) -> None:
    results = asyncio.run(ask(halves, [2, 0, 4]))
    assert [str(result) for result in results] == ["broken"] * 3
    assert isinstance(halves.gathering.failure, OSError)
    with pytest.raises(OSError, match="broken"):
        halves.gathering.do(2)
    assert halves.batches == [[-2], [2, 0, 4]]


def test_what_was_told_before_it_broke_stays_told() -> None:
    halves = Halves(most=1)
    first, *others = asyncio.run(ask(halves, [2, 0, 4]))
    assert (first, *map(str, others)) == (1, "broken", "broken")
    halves.gathering.close()


def test_threads_can_wait_as_well(halves: Halves) -> None:
    halves.gate.set()
    assert halves.gathering.do(4) == 2
    with pytest.raises(ValueError, match="5 is odd"):
        halves.gathering.do(5)


def test_what_was_asked_is_done_even_if_nobody_waits_any_more(halves: Halves) -> None:
    async def cancel() -> None:
        halves.hold()
        asking = asyncio.create_task(halves.gathering.perform(8))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(cancel())
    halves.gate.set()  # its loop is closed by now
    assert halves.gathering.do(2) == 1
    assert halves.batches[1][0] == 8


def test_what_was_handed_in_is_done_before_the_end(halves: Halves) -> None:
    halves.hold()
    for number in (2, 4, 6):
        halves.gathering.post(number)
    halves.gate.set()
    halves.gathering.close()
    halves.gathering.close()
    assert halves.batches == [[-2], [2, 4, 6]]
    with pytest.raises(ValueError, match="has been closed"):
        halves.gathering.post(8)
