"""An event loop whose clock only runs while nobody has anything to do: hours of waiting pass at once.

Threads count as somebody: while one is at work, the clock stands still.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class _IdleSelector(selectors.DefaultSelector):  # type: ignore[misc, valid-type]
    """Moves its loop's clock on instead of waiting."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        self.loop.settle()
        ready = super().select(0)
        if not ready and (timeout is None or self.loop.n_in_threads):
            return super().select(None)
        if not ready:
            self.loop.now += max(timeout or 0.0, 0.0)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """`settle` returns when other threads have done what they were told without `run_in_executor`."""

    def __init__(self, settle: Callable[[], object] = lambda: None) -> None:
        selector = _IdleSelector()
        selector.loop = self
        self.now = 0.0
        self.n_in_threads = 0
        self.settle = settle
        super().__init__(selector)

    def time(self) -> float:
        return self.now

    def run_in_executor(self, *args: Any) -> Any:
        future = super().run_in_executor(*args)
        self.n_in_threads += 1
        future.add_done_callback(self._count_back)
        return future

    def _count_back(self, future: object) -> None:
        self.n_in_threads -= 1


def run(work: Coroutine[Any, Any, T], *, settle: Callable[[], object] = lambda: None) -> T:
    """Run a coroutine as `asyncio.run` does, in no time."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(settle)) as runner:
        return runner.run(work)


def now() -> float:
    """Return what the clock of the running loop says, in seconds."""
    return asyncio.get_running_loop().time()
