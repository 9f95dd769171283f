"""An attempt is on record when a cluster has room for it, and not before."""

import asyncio
from collections.abc import Callable

import virtual_time

from batchtts.cluster.gate import Gate, GatedAccess
from batchtts.errors import StoppedEarly
from batchtts.render.stopping import Stop
from batchtts.render.throttle import Unthrottled


class Attempts:
    """Attempts that begin at a gate and end when they are told to."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.gate = Gate(self.stop)
        self.begun: list[str] = []
        self.done = asyncio.Event()

    def start(self, name: str) -> "asyncio.Task[str | None]":
        async def attempt(note_answer: Callable[[], None]) -> str:
            self.begun.append(name)
            await self.done.wait()
            return name

        return asyncio.ensure_future(GatedAccess(self.gate, Unthrottled()).ask(name, attempt))


def test_as_many_attempts_begin_as_there_is_room_for_in_their_order() -> None:
    async def script() -> None:
        attempts = Attempts()
        tasks = [attempts.start(name) for name in "abcd"]
        begun = []
        for size in (0, 1, 3, 2):
            attempts.gate.resize(size)
            await asyncio.sleep(1)
            begun.append("".join(attempts.begun))
        attempts.done.set()
        assert await asyncio.gather(*tasks) == ["a", "b", "c", "d"]
        assert begun == ["", "a", "abc", "abc"]

    virtual_time.run(script())


def test_when_the_end_is_asked_for_nothing_that_waits_begins_any_more() -> None:
    async def script() -> None:
        attempts = Attempts()
        attempts.gate.resize(1)
        tasks = [attempts.start(name) for name in "ab"]
        await asyncio.sleep(1)
        attempts.stop.request(StoppedEarly("enough"))
        attempts.done.set()
        assert await asyncio.gather(*tasks, attempts.start("c")) == ["a", None, None]

    virtual_time.run(script())


def test_whoever_is_cancelled_at_the_gate_leaves_the_room_to_others() -> None:
    async def script() -> None:
        attempts = Attempts()
        first, second = attempts.start("a"), attempts.start("b")
        await asyncio.sleep(1)
        attempts.gate.resize(1)  # `a` is let in at this moment, and has not noticed yet
        first.cancel()
        await asyncio.sleep(1)
        attempts.done.set()
        assert await second == "b"

    virtual_time.run(script())
