"""How a run is asked to end before its work is done."""

import asyncio
from collections.abc import Callable

from batchtts.errors import BatchttsError


class Stop:
    """A request to end in good order: nothing new begins, what is in flight is finished and stored."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._reason: BatchttsError | None = None
        self._listeners: list[Callable[[], None]] = []

    def request(self, reason: BatchttsError) -> None:
        """Ask for the end; the first reason counts."""
        if self._reason is None:
            self._reason = reason
            self._event.set()
            for hear in self._listeners:
                hear()

    def listen(self, hear: Callable[[], None]) -> None:
        """Have this called when the end is asked for."""
        self._listeners.append(hear)

    @property
    def requested(self) -> bool:
        """Return whether the end was asked for."""
        return self._event.is_set()

    @property
    def reason(self) -> BatchttsError | None:
        """Return why, None while nobody asked."""
        return self._reason

    async def pause(self, seconds: float) -> None:
        """Wait for this long, or until the end is asked for."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return
