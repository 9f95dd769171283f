"""The one thread that writes to the ledger, and how it lets many writers share one sync of the disk.

Whoever wants something recorded hands in an operation, a function of the connection.  The thread takes all
that is waiting, runs it in one transaction, commits, and only then tells those who wait.  It never lingers
while anybody waits: as one batch is being synced, the next one gathers by itself.
"""

import asyncio
import concurrent.futures
import queue
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Generic, TypeAlias, TypeVar

from batchtts.errors import LedgerError
from batchtts.ledger import faults

T = TypeVar("T")
Operation: TypeAlias = Callable[[sqlite3.Connection], T]

SECONDS_WITH_NOBODY_WAITING = 0.05
"""How long operations that nobody waits for may wait for one that somebody does, to share its sync."""

MAX_BATCH = 4096
"""More than this in one transaction gains nothing, and would make the first of them wait."""


@dataclass(slots=True, eq=False)
class _Entry(Generic[T]):
    """An operation, who waits for it (nobody, a thread, or a task of `loop`), and what came of it."""

    operation: Operation[T]
    future: "asyncio.Future[T] | concurrent.futures.Future[T] | None" = None
    loop: asyncio.AbstractEventLoop | None = None
    result: T | None = None
    error: BaseException | None = None

    def run(self, db: sqlite3.Connection) -> None:
        """Run the operation so that its failure undoes nothing but itself."""
        db.execute("SAVEPOINT operation")
        try:
            self.result = self.operation(db)
        except Exception as error:  # whatever it is, it belongs to the one who asked
            if faults.concerns_the_file(error):
                raise
            self.error = _translated(error)
            db.execute("ROLLBACK TO operation")
        db.execute("RELEASE operation")

    def settle(self) -> None:
        """Tell the one who waits, unless they were cancelled in the meantime."""
        if self.future is None or self.future.done():
            return
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self.result)  # type: ignore[arg-type]  # without an error there is a result


class Writer:
    """Runs operations on a connection, in the order in which they are handed in."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._queue: queue.SimpleQueue[_Entry[Any] | None] = queue.SimpleQueue()
        self._guard = threading.Lock()
        self._closed = False
        self._failure: LedgerError | None = None
        self._thread = threading.Thread(target=self._work, name="ledger", daemon=True)
        self._thread.start()

    def do(self, operation: Operation[T]) -> T:
        """Run the operation and return its result once that is safely on the disk."""
        future: concurrent.futures.Future[T] = concurrent.futures.Future()
        self._submit(_Entry(operation, future))
        return future.result()

    async def perform(self, operation: Operation[T]) -> T:
        """Run the operation, as `do` does; it is run even when the one who waits is cancelled."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._submit(_Entry(operation, future, loop))
        return await future

    def post(self, operation: Operation[object]) -> None:
        """Have the operation run in its turn, and wait for nothing."""
        self._submit(_Entry(operation))

    def close(self) -> None:
        """Finish what was handed in, then close the connection; closing twice is fine."""
        with self._guard:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        with suppress(sqlite3.Error):  # only to leave one file behind; whatever is in the log is safe there
            self._db.execute("PRAGMA busy_timeout = 0")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()

    def _submit(self, entry: _Entry[Any]) -> None:
        with self._guard:
            if self._closed:
                raise LedgerError("the ledger has been closed")
            self._queue.put(entry)

    def _work(self) -> None:
        while batch := self._next_batch():
            if self._failure is None:
                self._commit(batch)
            if self._failure is not None:
                for entry in batch:
                    entry.error = self._failure
            _settle(batch)

    def _next_batch(self) -> list[_Entry[Any]]:
        """Return all that is waiting, at least one; nothing at all means that the ledger closes."""
        entry = self._queue.get()
        batch: list[_Entry[Any]] = []
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

    def _commit(self, batch: Iterable[_Entry[Any]]) -> None:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for entry in batch:
                entry.run(self._db)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            # After this nobody can say what is on the disk and what is not, so nothing more is promised.
            self._failure = _stopped(error)
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")


def _stopped(error: sqlite3.Error) -> LedgerError:
    failure = LedgerError(f"the ledger cannot go on: {error}", hint=faults.hint(error))
    failure.__cause__ = error
    return failure


def _translated(error: Exception) -> Exception:
    if not isinstance(error, sqlite3.Error):
        return error
    refusal = LedgerError(f"the ledger does not accept this: {error}")
    refusal.__cause__ = error
    return refusal


def _settle(batch: Iterable[_Entry[Any]]) -> None:
    """Wake each event loop once, however many of its tasks wait."""
    waiting: defaultdict[asyncio.AbstractEventLoop, list[_Entry[Any]]] = defaultdict(list)
    for entry in batch:
        if entry.loop is None:
            entry.settle()
        else:
            waiting[entry.loop].append(entry)
    for loop, entries in waiting.items():
        with suppress(RuntimeError):  # the loop has been closed: nobody waits any more
            loop.call_soon_threadsafe(_settle_all, entries)


def _settle_all(entries: Iterable[_Entry[Any]]) -> None:
    for entry in entries:
        entry.settle()
