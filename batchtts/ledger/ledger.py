"""The ledger as its one writer sees it: what it does not say did not happen."""

import itertools
import os
import platform
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from batchtts.errors import LedgerError
from batchtts.files import make_folder
from batchtts.ledger import pacing, recording
from batchtts.ledger.attempt import Attempt
from batchtts.ledger.draft import Draft
from batchtts.ledger.locking import LOCK, lock_folder
from batchtts.ledger.merging import Copied, copy_history
from batchtts.ledger.opening import NAME, OpenedFile, open_file, translating
from batchtts.ledger.pacing import PaceKey
from batchtts.ledger.reading import Readable
from batchtts.ledger.recording import Opening
from batchtts.ledger.replacing import replace_plan
from batchtts.ledger.tariffs import Tariff
from batchtts.ledger.writing import Writer
from batchtts.model import Delivery, Master, Pace, Take, TakeRecord

if TYPE_CHECKING:
    from filelock import BaseFileLock

T = TypeVar("T")


class Ledger(Readable):
    """The facts of a job.  What is recorded is on the disk when the method returns, unless it says otherwise.

    `is_new` tells that there was no ledger, or none that could be trusted; `set_aside` is where such a one
    went.  `n_interrupted` is how many attempts the run before had left open.
    """

    def __init__(self, file: OpenedFile, lock: "BaseFileLock") -> None:
        self.is_new = file.is_new
        self.set_aside = file.set_aside
        self.n_interrupted = 0
        self._run: int | None = None
        self._lock = lock
        # Numbered here, not by SQLite, so that an attempt has its number before it is on the disk.
        self._numbers = itertools.count(recording.newest_attempt(file.db) + 1)
        self._writer = Writer(file.db)

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Open the ledger in a job's state folder, which is made if it is missing, and be its one writer.

        Raise `LedgerError` at once if another process is, or if the ledger is foreign or too new.
        """
        with translating(folder / LOCK):
            make_folder(folder, mode=0o700)
        lock = lock_folder(folder)
        try:
            with translating(folder / NAME):
                return cls(open_file(folder / NAME), lock)
        except BaseException:
            lock.release()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Record what was handed in, close the file, and let others write; closing twice is fine."""
        self._writer.close()
        self._lock.release()

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Answer a question of one's own, which must not write; it sees all that was recorded before."""
        return self._writer.do(question)

    # --- Runs and plans ----------------------------------------------------------------------------------

    def start_run(self, *, version: str, manifest_sha256: str) -> int:
        """Open a run and return its id; what a killed run left open ends as interrupted."""
        self._run, self.n_interrupted = self._writer.do(
            partial(
                recording.start_run,
                version=version,
                manifest_sha256=manifest_sha256,
                pid=os.getpid(),
                host=platform.node(),
            )
        )
        return self._run

    def end_run(self, outcome: str, reason: str | None = None) -> None:
        """Close the run, and say why it did not do everything; one that is never closed counts as killed."""
        run = self._open_run()
        self._writer.do(lambda db: recording.end_run(db, run, outcome, reason))
        self._run = None

    def replace_plan(self, draft: Draft) -> None:
        """Put a plan in the place of the one before; only chapters that are not as they were are written."""
        self._writer.do(lambda db: replace_plan(db, draft))

    # --- Attempts and takes ------------------------------------------------------------------------------

    def attempt(
        self, fingerprint: str, *, characters: int, durable: bool, tariff: Tariff, is_last: bool = True
    ) -> Attempt:
        """Return an attempt to be entered with `async with` before the engine is asked.

        With `durable` it is on the disk when the block begins; without, it is on its way there.  With
        `is_last` it decides about the segment if its recording fails the checks; without, another follows.
        """
        opening = Opening(
            number=next(self._numbers),
            run=self._open_run(),
            tariff=tariff,
            fingerprint=fingerprint,
            characters=characters,
            started_at=recording.now(),
        )
        return Attempt(self._writer, opening, durable=durable, is_last=is_last)

    def adopt(self, record: TakeRecord, drop_reason: str | None = None) -> None:
        """Record a take that was found on the disk; it is out of use if there is a reason, or another in use."""
        number = next(self._numbers)
        self._writer.do(
            lambda db: recording.adopt(db, number, record, run=self._run, drop_reason=drop_reason)
        )

    def adopt_all(self, records: Iterable[TakeRecord], *, dropped: Mapping[str, str] | None = None) -> int:
        """Adopt takes in one go, and return how many were new.

        `dropped` has the reasons, by name, for which some are out of use.
        """
        numbered = [(next(self._numbers), record) for record in records]
        return self._writer.do(
            lambda db: recording.adopt_all(db, numbered, run=self._run, dropped=dropped or {})
        )

    def copy_history(self, folder: Path) -> Copied:
        """Add the runs and attempts of the ledger in another job's state folder, which must be at rest."""
        return self._writer.do(lambda db: copy_history(db, self._numbers, folder))

    def drop(self, take: Take, reason: str) -> None:
        """Take a take out of use; its bytes stay where they are."""
        self.drop_all([take], reason)

    def drop_all(self, takes: Iterable[Take], reason: str) -> None:
        """Take takes out of use in one go, all for the same reason."""
        dropped = tuple(takes)
        self._writer.do(lambda db: recording.drop_all(db, dropped, reason))

    def move(self, takes: Iterable[Take]) -> None:
        """Record in one go where takes lie now; nothing else of them has changed."""
        moved = tuple(takes)
        self._writer.do(lambda db: recording.move(db, moved))

    def ask_retake(self, fingerprint: str, *, why: str, seed: int | None) -> None:
        """Record that a person wants another take, and take the one there is out of use."""
        self._writer.do(lambda db: recording.ask_retake(db, fingerprint, why=why, seed=seed))

    def keep_paces(self, learned: Mapping[PaceKey, Pace]) -> None:
        """Settle how fast voices speak."""
        self._writer.do(lambda db: pacing.keep_paces(db, learned))

    def refuse(self, take: Take, reason: str, *, engine: str) -> None:
        """Take a take out of use, and give its segment up: another would be no better."""
        number, run = next(self._numbers), self._open_run()
        self._writer.do(lambda db: pacing.refuse(db, number, run, take, engine, reason))

    def forget_dropped(self) -> None:
        """Remove the takes that are out of use, after `prune` has deleted them."""
        self._writer.do(recording.forget_dropped)

    # --- Files -------------------------------------------------------------------------------------------

    def keep_master(self, master: Master, *, basis: str | None = None) -> None:
        """Record a chapter's master, whose files are whole and synced, in the place of the one before.

        `basis` is the chapter's digest, by which it is known as current until one of its takes changes.
        """
        self._writer.do(lambda db: recording.keep_master(db, master, basis=basis))

    def forget_masters(self, chapters: Iterable[str]) -> None:
        """Remove the masters of these chapters."""
        names = tuple(chapters)
        self._writer.do(lambda db: recording.forget_masters(db, names))

    def keep_delivery(self, delivery: Delivery) -> None:
        """Record a delivery, whose files are whole and synced, in the place of the one before."""
        self._writer.do(lambda db: recording.keep_delivery(db, delivery))

    def ask_deliveries(self, asked: Mapping[str, str]) -> None:
        """Record by path who asks for which deliveries: `job` or `run`; the others were asked for before."""
        self._writer.do(lambda db: recording.ask_deliveries(db, asked))

    def forget_deliveries(self, paths: Iterable[str]) -> None:
        """Remove these deliveries, whose files `prune` has deleted."""
        names = tuple(paths)
        self._writer.do(lambda db: recording.forget_deliveries(db, names))

    def note_verified(self, path: str, n_bytes: int, mtime_ns: int) -> None:
        """Record that a file's bytes were found right; nothing is waited for, as a loss costs only time."""
        self._writer.post(lambda db: recording.note_verified(db, path, n_bytes, mtime_ns))

    def forget_verified(self, path: str) -> None:
        """Record that a file's bytes have to be read again; nothing is waited for."""
        self._writer.post(lambda db: recording.forget_verified(db, path))

    def _open_run(self) -> int:
        if self._run is None:
            raise LedgerError("no run has been started")
        return self._run
