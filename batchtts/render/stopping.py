"""How a run is asked to end before its work is done."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar

from batchtts.errors import BatchttsError

T = TypeVar("T")


class Stop:
    """A request to end in good order: nothing new begins, what is in flight is finished and stored."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self._reason: BatchttsError | None = None
        self._listeners: list[Callable[[], object]] = []

    def request(self, reason: BatchttsError) -> None:
        """Ask for the end; the first reason counts."""
        if self._reason is None:
            self._reason = reason
            self._event.set()
            for hear in self._listeners:
                hear()

    def listen(self, hear: Callable[[], object]) -> None:
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

    async def unless_requested(self, work: Coroutine[Any, Any, T]) -> T | None:
        """Do work that costs nothing; when the end is asked for, give it up and return None."""
        task = asyncio.ensure_future(work)
        self.listen(task.cancel)
        if self.requested:
            task.cancel()
        try:
            await asyncio.wait([task])
        finally:
            task.cancel()
        return None if task.cancelled() and self.requested else task.result()


async def run_together(stop: Stop, works: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Run all of them to their ends.

    An error that nobody expected asks for the end, and is raised in a group when the others have finished
    what they had begun: it may have been paid for already.
    """
    errors: list[BaseException] = []

    async def run(work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except (
            Exception,
            asyncio.CancelledError,
        ) as error:  # an engine may leak one of its own cancellations
            errors.append(error)
            stop.request(BatchttsError(f"{type(error).__name__} was raised"))
            raise

    await asyncio.gather(*map(run, works), return_exceptions=True)
    if errors:
        raise BaseExceptionGroup("nobody expected this", errors)
