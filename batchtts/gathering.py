"""One thread that does what many ask for, in order, and in one go what has gathered meanwhile.

Whoever writes durably waits for the disk, and the disk takes as long for one as for many.  So the thread takes
all that is waiting, has it handled as one batch, and only then tells those who wait, waking each event loop
once.  It never lingers while anybody waits: as one batch is being synced, the next one gathers by itself.
"""

import asyncio
import concurrent.futures
import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

R = TypeVar("R")

SECONDS_WITH_NOBODY_WAITING = 0.05
"""How long requests that nobody waits for may wait for one that somebody does, to share its sync."""

MAX_BATCH = 4096
"""More than this in one batch gains nothing, and would make the first of them wait."""


@dataclass(slots=True, eq=False)
class Entry(Generic[R]):
    """A request, who waits for it (nobody, a thread, or a task of `loop`), and what came of it.

    Whoever handles it sets `result` or `error`.
    """

    request: R
    future: "asyncio.Future[Any] | concurrent.futures.Future[Any] | None" = None
    loop: asyncio.AbstractEventLoop | None = None
    result: Any = None
    error: BaseException | None = None

    def settle(self) -> None:
        """Tell the one who waits, unless they were cancelled in the meantime."""
        if self.future is None or self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)


Handle: TypeAlias = Callable[[list[Entry[R]]], int]
"""Handles the first entries of a batch, at least one, and returns how many; for the rest it is called again."""


class Gathering(Generic[R]):
    """Has requests handled, in the order in which they are handed in, on a thread of its own.

    What `handle` raises ends it: nobody can say then what was done and what was not, so all who wait and all who
    ask later get the same error.  Whoever asks after the end gets `closed`.
    """

    def __init__(self, name: str, handle: Handle[R], *, closed: Exception) -> None:
        self._handle = handle
        self._closed_error = closed
        self._queue: queue.SimpleQueue[Entry[R] | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._closed = False
        self._failure: Exception | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def do(self, request: R) -> Any:
        """Have the request handled, wait, and return its result or raise its error."""
        future: concurrent.futures.Future[Any] = concurrent.futures.Future()
        self._submit(Entry(request, future))
        return future.result()

    async def perform(self, request: R) -> Any:
        """Do what `do` does; the request is handled even when the one who waits is cancelled."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self._submit(Entry(request, future, loop))
        return await future

    def post(self, request: R) -> None:
        """Have the request handled in its turn, and wait for nothing."""
        self._submit(Entry(request))

    @property
    def failure(self) -> Exception | None:
        """Return what ended it early."""
        return self._failure

    def close(self) -> None:
        """Finish what was handed in; closing twice is fine."""
        with self._guard:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _submit(self, entry: Entry[R]) -> None:
        with self._guard:
            if self._closed:
                raise self._closed_error
            self._queue.put(entry)

    def _work(self) -> None:
        while batch := self._next_batch():
            while batch:
                n_handled = self._handled(batch)
                _settle(batch[:n_handled])
                del batch[:n_handled]

    def _next_batch(self) -> list[Entry[R]]:
        """Return all that is waiting, at least one; nothing at all means that this is the end."""
        entry = self._queue.get()
        batch: list[Entry[R]] = []
        patience = SECONDS_WITH_NOBODY_WAITING
        while entry is not None:
            batch.append(entry)
            if entry.future is not None:
                patience = 0.0
            if len(batch) == MAX_BATCH:
                return batch
            try:
                entry = self._queue.get(timeout=patience)
            except queue.Empty:
                return batch
        if batch:
            self._queue.put(None)  # nothing can have come after it: work through the batch, then end
        return batch

    def _handled(self, batch: list[Entry[R]]) -> int:
        if self._failure is None:
            try:
                return self._handle(batch)
            except Exception as error:  # noqa: BLE001 - nobody would ever be told, were it not those who wait
                self._failure = error
        for entry in batch:
            entry.error = self._failure
        return len(batch)


def _settle(batch: Iterable[Entry[Any]]) -> None:
    """Wake each event loop once, however many of its tasks wait."""
    waiting: defaultdict[asyncio.AbstractEventLoop, list[Entry[Any]]] = defaultdict(list)
    for entry in batch:
        if entry.loop is None:
            entry.settle()
        else:
            waiting[entry.loop].append(entry)
    for loop, entries in waiting.items():
        with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(_settle_all, entries)


def _settle_all(entries: Iterable[Entry[Any]]) -> None:
    for entry in entries:
        entry.settle()
