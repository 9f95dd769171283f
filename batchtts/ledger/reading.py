"""Reading the ledger, also while a run writes to it; nothing is locked, written or left behind."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from batchtts.errors import LedgerError
from batchtts.job import Job
from batchtts.ledger import chronicle, fitted, pacing, planned, progress, recordings, wanting
from batchtts.ledger.migrations import VERSION, version_of
from batchtts.ledger.opening import NAME, connect_read_only, identify, translating
from batchtts.ledger.pacing import PaceKey
from batchtts.ledger.queries import Asked, ChapterState, Hole, Lacking, RunInfo, Spending
from batchtts.ledger.scope import EVERYTHING, Scope
from batchtts.model import Chapter, Delivery, Master, Pace, Plan, Segment, Settings, Take

T = TypeVar("T")


class Readable(ABC):
    """The questions that a ledger answers, however it was opened."""

    @abstractmethod
    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Answer a question of one's own, which must not write."""

    # --- The plan ----------------------------------------------------------------------------------------

    def inputs(self) -> str | None:
        """Return the digest of what the plan was made from, None if there is no plan."""
        return self.ask(planned.inputs)

    def plan(self, job: Job) -> Plan:
        """Return what all chapters of the newest plan share."""
        return self.ask(partial(planned.plan, job=job))

    def chapter(self, id_: str, job: Job) -> Chapter:
        """Return a chapter with its segments, whose voices are those of the job; there has to be one."""
        return self.ask(partial(planned.chapter, id_=id_, job=job))

    def segment(self, id_: str, job: Job) -> Segment | None:
        """Return a segment, None if the plan has none with this id."""
        return self.ask(partial(planned.segment, id_=id_, job=job))

    def example_id(self) -> str | None:
        """Return the id of some segment, None if there is none."""
        return self.ask(planned.example_id)

    def extra_types(self) -> dict[str, str]:
        """Return the columns of tables that are carried through, each with a type that holds all of its values."""
        return self.ask(planned.extra_types)

    def planned_chapters(self) -> list[str]:
        """Return the ids of the chapters, in reading order."""
        return self.ask(planned.chapter_ids)

    def planned_segment(self, segment: str) -> tuple[str, Settings] | None:
        """Return the text and the settings of a segment, None if the plan has none with this id."""
        return self.ask(partial(planned.text_and_settings, segment=segment))

    def is_planned(self, fingerprint: str) -> bool:
        """Return whether any segment of the plan has this fingerprint."""
        return self.ask(partial(planned.is_planned, fingerprint=fingerprint))

    # --- How far it is -----------------------------------------------------------------------------------

    def chapter_states(self, scope: Scope = EVERYTHING) -> list[ChapterState]:
        """Return how far each chapter is, in reading order."""
        return progress.chapter_states(self.ask, scope)

    def counts(self, scope: Scope = EVERYTHING) -> dict[str, int]:
        """Return how many segments are done, rendering, failed and pending."""
        return progress.counts(self.ask, scope)

    def whole_chapters(self, scope: Scope = EVERYTHING) -> list[tuple[str, bool]]:
        """Return the chapters that lack no take at all, and whether they were stitched from these very takes."""
        return self.ask(partial(progress.whole_chapters, scope=scope))

    def voices(self, scope: Scope = EVERYTHING) -> list[Lacking]:
        """Return how much each voice has to say, lacking or not."""
        return wanting.voices(self.ask, scope)

    def lacking(self, scope: Scope = EVERYTHING, *, retry_failed: bool = False) -> list[Lacking]:
        """Return how much has to be asked for, by voice: one segment for each fingerprint without a take."""
        return wanting.lacking(self.ask, scope, retry_failed=retry_failed)

    def pending(
        self, scope: Scope, job: Job, *, retry_failed: bool, voices: frozenset[str]
    ) -> Iterator[Asked]:
        """Yield these segments in reading order, as far as one of the voices speaks them.

        They are read as they are wanted, and takes may be kept meanwhile.
        """
        return wanting.pending(self.ask, scope, job, retry_failed=retry_failed, voices=voices)

    def holes(self, scope: Scope = EVERYTHING, *, only_failed: bool = False) -> Iterator[Hole]:
        """Yield the segments that have no take, in reading order; with `only_failed`, those that were given up."""
        return wanting.holes(self.ask, scope, only_failed=only_failed)

    # --- Takes -------------------------------------------------------------------------------------------

    def live_takes(self, pack: str | None = None) -> Iterator[Take]:
        """Yield the takes in use, or those of them in one pack, in the order in which they lie."""
        return recordings.live_takes(self.ask, pack)

    def unused_takes(self) -> Iterator[Take]:
        """Yield the takes in use that no segment of the plan asks for."""
        return recordings.unused_takes(self.ask)

    def live_take(self, fingerprint: str) -> Take | None:
        """Return the take in use of a fingerprint, None if there is none."""
        return self.ask(partial(recordings.live_take, fingerprint=fingerprint))

    def takes(self, chapter: str) -> dict[str, Take]:
        """Return the takes in use of a chapter's segments, by fingerprint."""
        return self.ask(partial(recordings.takes, chapter=chapter))

    def dropped_takes(self) -> list[Take]:
        """Return the takes that are out of use, in the order in which they lie."""
        return self.ask(recordings.dropped_takes)

    def packs(self) -> dict[str, int]:
        """Return every pack on record, and the byte at which the last take ends that is known to lie in it."""
        return self.ask(recordings.packs)

    def takes_digest(self) -> str:
        """Return the hash of all takes in use, in the order of the plan."""
        return self.ask(recordings.takes_digest)

    def settings_of_text(self, text_sha256: str) -> list[Settings]:
        """Return the different settings with which a text was ever recorded, newest first."""
        return self.ask(partial(recordings.settings_of_text, text_sha256=text_sha256))

    def retake_seed(self, fingerprint: str, default: int) -> int:
        """Return the seed of the newest retake of a fingerprint that names one."""
        seed = self.ask(partial(recordings.retake_seed, fingerprint=fingerprint))
        return default if seed is None else seed

    def n_retakes(self) -> int:
        """Return how many retakes were ever asked for."""
        return self.ask(recordings.n_retakes)

    # --- How long speech lasts ---------------------------------------------------------------------------

    def paces(self) -> dict[PaceKey, Pace]:
        """Return how fast voices were settled to speak."""
        return self.ask(pacing.paces)

    def learned_paces(self, voices: Iterable[str]) -> dict[str, Pace]:
        """Return how fast voices speak by the takes in use; those of which there are too few are left out."""
        return self.ask(partial(pacing.learned_paces, voices=tuple(voices)))

    def long_takes(self, max_seconds: float) -> dict[str, float]:
        """Return by fingerprint how many seconds are spoken in what took longer than is allowed."""
        return self.ask(partial(pacing.long_takes, max_seconds=max_seconds))

    def kept_long(self, max_seconds: float) -> list[tuple[str, str]]:
        """Return id and fingerprint of planned segments whose takes in use are longer than is allowed."""
        return [(id_, hash_) for id_, hash_ in self.ask(partial(pacing.kept_long, max_seconds=max_seconds))]

    def fitted(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield ids of segments whose takes were made to last as long as asked, and what was done for that."""
        return fitted.fitted(self.ask)

    # --- What has happened -------------------------------------------------------------------------------

    def masters(self) -> dict[str, Master]:
        """Return the masters by chapter."""
        return self.ask(chronicle.masters)

    def deliveries(self) -> dict[str, Delivery]:
        """Return the deliveries by path."""
        return self.ask(chronicle.deliveries)

    def verified(self) -> dict[str, tuple[int, int]]:
        """Return by path the size in bytes and the time in nanoseconds with which a file was found right."""
        return self.ask(chronicle.verified)

    def last_run(self) -> RunInfo | None:
        """Return the newest run, None if there was none."""
        return self.ask(chronicle.last_run)

    def spending(self) -> list[Spending]:
        """Return how many attempts came to what, over all runs."""
        return self.ask(chronicle.spending)


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
