"""Lets in as many attempts as a cluster can take, however that changes; the others wait before they begin."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TypeVar

from batchtts.render.stopping import Stop
from batchtts.render.throttle import Access, Attempt

T = TypeVar("T")


class Gate:
    """First come, first served; when the end of the run is asked for, nobody is let in any more."""

    def __init__(self, stop: Stop) -> None:
        """Begin with room for nobody."""
        self._stop = stop
        self._size = 0
        self._n_inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        stop.listen(self._let_in)

    def resize(self, size: int) -> None:
        """Have room for so many from now on; those who are inside beyond that stay until they are done."""
        self._size = size
        self._let_in()

    async def enter(self) -> bool:
        """Wait for room; return False if the run is to end instead."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        self._let_in()
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was let in at the same moment
                self.leave()
            raise
        return not self._stop.requested

    def leave(self) -> None:
        """Make room for another."""
        self._n_inside -= 1
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and (self._stop.requested or self._n_inside < self._size):
            turn = self._waiting.popleft()
            if not turn.done():
                self._n_inside += 1
                turn.set_result(None)


class GatedAccess:
    """Access through a gate: an attempt goes on record when there is room for it, and not before."""

    def __init__(self, gate: Gate, inner: Access) -> None:
        """Wait at the gate after `inner` has let an attempt through."""
        self._gate = gate
        self._inner = inner

    async def ask(self, segment: str, attempt: Attempt[T]) -> T | None:
        """Make an attempt and return what comes of it, None if the run is to end before its turn."""

        async def admitted(note_answer: Callable[[], None]) -> T | None:
            if not await self._gate.enter():
                return None
            try:
                return await attempt(note_answer)
            finally:
                self._gate.leave()

        return await self._inner.ask(segment, admitted)
