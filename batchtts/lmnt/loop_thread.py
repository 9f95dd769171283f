"""An event loop in a thread of its own, for callers that block."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

_T = TypeVar("_T")


class LoopThread:
    """Runs coroutines for threads that wait for them; it starts with the first one, and again after `stop`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def is_running(self) -> bool:
        """Return whether there is a thread."""
        return self._thread is not None

    def run(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        """Return what the coroutine returns; if the waiting is interrupted, it is cancelled."""
        with self._lock:  # so that a loop which is told to stop has the coroutine already, and cancels it
            future = asyncio.run_coroutine_threadsafe(coroutine, self._running_loop())
        try:
            return future.result()
        except BaseException:  # also a key press while waiting
            future.cancel()
            raise

    def stop(self) -> None:
        """Cancel what still runs, and end the thread; nothing happens if there is none."""
        with self._lock:
            thread, loop, stopping = self._thread, self._loop, self._stopping
            self._thread = self._loop = self._stopping = None
            if thread is None or loop is None or stopping is None:
                return
            loop.call_soon_threadsafe(stopping.set)
        if thread is not threading.current_thread():  # any thread may be the one that collects garbage
            thread.join()

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
            # A thread that kept the program alive would make a forgotten close() hang it.
            self._thread = threading.Thread(
                target=asyncio.run, args=(_live(started),), name="batchtts.lmnt", daemon=True
            )
            self._thread.start()
            self._loop, self._stopping = started.result()
        return self._loop


async def _live(started: "Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]]") -> None:
    stopping = asyncio.Event()
    started.set_result((asyncio.get_running_loop(), stopping))
    await stopping.wait()
