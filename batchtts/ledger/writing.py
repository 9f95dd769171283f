"""The one thread that writes to the ledger, and how it lets many writers share one sync of the disk.

Whoever wants something recorded hands in an operation, a function of the connection.  What has gathered is run
in one transaction and committed, and only then those who wait are told.  An operation may be run twice, the first
time without effect: if any of a batch fails, all are run once more, so that the others do not suffer from it.
"""

import sqlite3
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeAlias, TypeVar

from batchtts.errors import LedgerError
from batchtts.gathering import Entry, Gathering
from batchtts.ledger import faults

T = TypeVar("T")
Operation: TypeAlias = Callable[[sqlite3.Connection], T]


class Writer:
    """Runs operations on a connection, in the order in which they are handed in.

    After an error of the file itself nobody can say what is on the disk and what is not, so nothing more is
    promised: all who wait, and all who ask later, get a `LedgerError` that says so.
    """

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._is_open = True
        closed = LedgerError("the ledger has been closed")
        self._gathering: Gathering[Operation[Any]] = Gathering("ledger", self._commit, closed=closed)

    def do(self, operation: Operation[T]) -> T:
        """Run the operation and return its result once that is safely on the disk."""
        result: T = self._gathering.do(operation)
        return result

    async def perform(self, operation: Operation[T]) -> T:
        """Run the operation, as `do` does; it is run even when the one who waits is cancelled."""
        result: T = await self._gathering.perform(operation)
        return result

    def post(self, operation: Operation[object]) -> None:
        """Have the operation run in its turn, and wait for nothing."""
        self._gathering.post(operation)

    def close(self) -> None:
        """Finish what was handed in, then close the connection; closing twice is fine."""
        self._gathering.close()
        if not self._is_open:
            return
        self._is_open = False
        with suppress(sqlite3.Error):  # only to leave one file behind; whatever is in the log is safe there
            self._db.execute("PRAGMA busy_timeout = 0")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._db.close()

    def _commit(self, batch: list[Entry[Operation[Any]]]) -> int:
        """Run a batch in one transaction; return how many operations that were: all."""
        try:
            if not self._run_bare(batch):
                self._run_guarded(batch)
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise LedgerError(f"the ledger cannot go on: {error}", hint=faults.hint(error)) from error
        return len(batch)

    def _run_bare(self, batch: list[Entry[Operation[Any]]]) -> bool:
        """Run operations with nothing to guard each; if one fails, undo them all and return False.

        That is rare, and a savepoint for each, which has every page copied before it changes, would cost as much as
        some of the operations.
        """
        self._db.execute("BEGIN IMMEDIATE")
        try:
            for entry in batch:
                entry.result = entry.request(self._db)
        except Exception as error:
            if faults.concerns_the_file(error):
                raise
            self._db.execute("ROLLBACK")
            return False
        self._db.execute("COMMIT")
        return True

    def _run_guarded(self, batch: list[Entry[Operation[Any]]]) -> None:
        """Run operations so that the failure of one undoes nothing but itself."""
        self._db.execute("BEGIN IMMEDIATE")
        for entry in batch:
            self._db.execute("SAVEPOINT operation")
            try:
                entry.result = entry.request(self._db)
            except Exception as error:  # whatever it is, it belongs to the one who asked
                if faults.concerns_the_file(error):
                    raise
                entry.error = _translated(error)
                self._db.execute("ROLLBACK TO operation")
            self._db.execute("RELEASE operation")
        self._db.execute("COMMIT")


def _translated(error: Exception) -> Exception:
    if not isinstance(error, sqlite3.Error):
        return error
    refusal = LedgerError(f"the ledger does not accept this: {error}")
    refusal.__cause__ = error
    return refusal
