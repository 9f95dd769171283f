"""Reading the ledger, also while a run writes to it; nothing is locked, written or left behind."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from batchtts.errors import LedgerError
from batchtts.ledger import queries
from batchtts.ledger.migrations import VERSION, version_of
from batchtts.ledger.opening import NAME, connect_read_only, identify, translating
from batchtts.ledger.queries import ChapterState, Hole, RunInfo, Spending
from batchtts.model import Master, Settings, Take

T = TypeVar("T")


class Readable(ABC):
    """The questions that a ledger answers, however it was opened."""

    @abstractmethod
    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Answer a question of one's own, which must not write."""

    def live_takes(self) -> dict[str, Take]:
        """Return the takes in use by fingerprint."""
        return self.ask(queries.live_takes)

    def take_paths(self) -> set[str]:
        """Return the path of every take on record, in use or dropped."""
        return self.ask(queries.take_paths)

    def dropped_paths(self) -> list[str]:
        """Return the paths of the takes that are out of use, which `prune` would delete."""
        return self.ask(queries.dropped_paths)

    def dropped_numbers(self) -> dict[tuple[str, int], str]:
        """Return the paths of the takes that are out of use, by fingerprint and number."""
        return self.ask(queries.dropped_numbers)

    def failures(self) -> dict[str, str]:
        """Return what was wrong with the plan's failed segments, by fingerprint."""
        return self.ask(queries.failures)

    def retake_seeds(self) -> dict[str, int]:
        """Return by fingerprint the seed of the newest retake that names one."""
        return self.ask(queries.retake_seeds)

    def n_retakes(self) -> int:
        """Return how many retakes were ever asked for."""
        return self.ask(queries.n_retakes)

    def next_take_numbers(self) -> dict[str, int]:
        """Return the number of the next take of every fingerprint that ever had one; for the others it is 1."""
        return self.ask(queries.next_take_numbers)

    def masters(self) -> dict[str, Master]:
        """Return the masters by chapter."""
        return self.ask(queries.masters)

    def verified(self) -> dict[str, tuple[int, int]]:
        """Return by path the size in bytes and the time in nanoseconds with which a file was found right."""
        return self.ask(queries.verified)

    def states(self) -> dict[str, int]:
        """Return how many segments are done, rendering, failed and pending."""
        return self.ask(queries.states)

    def chapter_states(self) -> list[ChapterState]:
        """Return how far each chapter is, in reading order."""
        return self.ask(queries.chapter_states)

    def holes(self) -> list[Hole]:
        """Return the segments that have no take, in reading order."""
        return self.ask(queries.holes)

    def last_run(self) -> RunInfo | None:
        """Return the newest run, None if there was none."""
        return self.ask(queries.last_run)

    def spending(self) -> list[Spending]:
        """Return how many attempts came to what, over all runs."""
        return self.ask(queries.spending)

    def settings_of_text(self, text_sha256: str) -> list[Settings]:
        """Return the different settings with which a text was ever recorded, newest first."""
        return self.ask(lambda db: queries.settings_of_text(db, text_sha256))

    def planned_chapters(self) -> list[str]:
        """Return the ids of the chapters of the newest plan, in reading order."""
        return self.ask(queries.planned_chapters)

    def planned(self) -> dict[str, str]:
        """Return the fingerprint of every segment of the newest plan."""
        return self.ask(queries.planned)

    def planned_segment(self, segment: str) -> tuple[str, Settings] | None:
        """Return the text and the settings of a segment of the newest plan, None if it has no such segment."""
        return self.ask(lambda db: queries.planned_segment(db, segment))


class LedgerReader(Readable):
    """A ledger that is only read.  Each answer shows one instant; two answers may be of different ones."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._look()

    @classmethod
    def open(cls, folder: Path) -> Self | None:
        """Open the ledger in a job's state folder, None if there is none."""
        path = folder / NAME
        if not path.exists():
            return None
        with translating(path):
            return cls(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; closing twice is fine."""
        self._db.close()

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Answer a question of one's own, which must not write."""
        with translating(self._path):
            while True:
                try:
                    answer = question(self._db)
                except sqlite3.DatabaseError:
                    if self._is_current():
                        raise
                else:
                    if self._is_current():
                        return answer
                self._db.close()
                self._look()

    def _look(self) -> None:
        """Open the file and remember what it looked like, in case that nothing else tells of changes to it."""
        self._seen = _stamps(self._path)
        self._db, self._is_still = connect_read_only(self._path)
        try:
            identify(self._db, self._path)
            if version_of(self._db) < VERSION:
                raise LedgerError(
                    f"{self._path} was written by an older batchtts",
                    hint="Run the job once to bring it up to date.",
                )
        except BaseException:
            self._db.close()
            raise

    def _is_current(self) -> bool:
        """Return whether the answer can be relied on: SQLite saw every change, or there was none."""
        return not self._is_still or self._seen == _stamps(self._path)


def _stamps(path: Path) -> list[tuple[int, int, int] | None]:
    """Return what would change if anybody wrote to the ledger."""
    stamps: list[tuple[int, int, int] | None] = []
    for name in (path.name, f"{path.name}-wal"):
        try:
            status = path.with_name(name).stat()
        except FileNotFoundError:
            stamps.append(None)
        else:
            stamps.append((status.st_ino, status.st_size, status.st_mtime_ns))
    return stamps
