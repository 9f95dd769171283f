"""What a plan has already, what it lacks, and why: the ledger held against the plan.  Nothing is written."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from batchtts.errors import PlanError, Problem
from batchtts.files import Workspace
from batchtts.ledger.reading import LedgerReader
from batchtts.model import Chapter, Segment, Settings, Take
from batchtts.pipeline.settling import Settled
from batchtts.plan.estimate import Cost, chapter_seconds, costs_of, seconds_of
from batchtts.plan.selection import answers_to
from batchtts.plan.sharding import Shard
from batchtts.takes import scan


class State(StrEnum):
    """What there is of a segment."""

    DONE = "done"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """A plan with what the ledger holds for it; takes and failures go by fingerprint.

    `n_unrecorded` files of takes are not in the ledger; the next run adopts them before it asks for anything.
    With a `shard`, segments of other shards are not counted, not asked for and not missed.
    """

    settled: Settled
    chapters: tuple[Chapter, ...]
    takes: dict[str, Take]
    failures: Mapping[str, str]
    n_unrecorded: int = 0
    shard: Shard | None = None

    def state(self, segment: Segment) -> State:
        """Return what there is of a segment."""
        if segment.fingerprint in self.takes:
            return State.DONE
        return State.FAILED if segment.fingerprint in self.failures else State.PENDING

    def segments(self) -> Iterator[Segment]:
        """Return the segments of the wanted chapters, in reading order."""
        for chapter in self.chapters:
            yield from self.segments_of(chapter)

    def segments_of(self, chapter: Chapter) -> tuple[Segment, ...]:
        """Return the segments of a chapter, or those of them that belong to the shard."""
        if self.shard is None:
            return chapter.segments
        return tuple(segment for segment in chapter.segments if self.shard.holds(segment.fingerprint))

    def count(self, state: State | None = None) -> int:
        """Return how many segments there are, or how many are in one state."""
        return sum(state is None or self.state(segment) is state for segment in self.segments())

    def lacking(self, *, retry_failed: bool = False) -> list[Segment]:
        """Return what has to be asked for: one segment for each fingerprint without a take."""
        distinct: dict[str, Segment] = {}
        for segment in self.segments():
            state = self.state(segment)
            if state is State.PENDING or (retry_failed and state is State.FAILED):
                distinct.setdefault(segment.fingerprint, segment)
        return list(distinct.values())

    def estimated_seconds(self, segments: Iterable[Segment]) -> float:
        """Return about how long segments are, before they are spoken."""
        return sum(seconds_of(segment, self.settled.traits) for segment in segments)

    def costs(self, segments: Iterable[Segment]) -> list[Cost]:
        """Return about what segments cost, by currency, as far as the job knows prices."""
        return costs_of(segments, self.settled.job.engines)

    def chapter_seconds(self, chapter: Chapter) -> float:
        """Return about how long a chapter is, with its pauses."""
        own = replace(chapter, segments=self.segments_of(chapter))
        return chapter_seconds(own, self.settled.job.pauses, self.settled.traits)


def survey(
    settled: Settled, ledger: LedgerReader | None, *, only: tuple[str, ...] = (), shard: Shard | None = None
) -> Survey:
    """Return what a ledger holds for the plan, or for the chapters of it that are named, or for a shard.

    Raises `PlanError` for a name by which no chapter goes.
    """
    return Survey(
        settled=settled,
        chapters=wanted_chapters(settled.plan.chapters, only),
        takes=ledger.live_takes() if ledger else {},
        failures=ledger.failures() if ledger else {},
        n_unrecorded=_n_unrecorded(settled.workspace, ledger.take_paths() if ledger else set()),
        shard=shard,
    )


def _n_unrecorded(workspace: Workspace, known: set[str]) -> int:
    return sum(workspace.name(path) not in known for path in scan(workspace))


def wanted_chapters(chapters: tuple[Chapter, ...], only: tuple[str, ...]) -> tuple[Chapter, ...]:
    """Return the chapters that go by one of these numbers, titles, ids or slugs; all if there are none.

    Raises `PlanError` for a name by which no chapter goes.
    """
    if not only:
        return chapters
    unknown = [name for name in only if not any(_goes_by(chapter, name) for chapter in chapters)]
    if unknown:
        raise PlanError([Problem(where="--only", what=f"no chapter goes by {name!r}") for name in unknown])
    return tuple(chapter for chapter in chapters if any(_goes_by(chapter, name) for name in only))


def _goes_by(chapter: Chapter, name: str) -> bool:
    return name in {str(chapter.number), chapter.id, chapter.slug} or answers_to(chapter.title, None, name)


def reason(segment: Segment, ledger: LedgerReader | None) -> str:
    """Return why a segment has no take: which field of its fingerprint changed, or that it is new."""
    if ledger is None:
        return "new: nothing was rendered yet"
    text_sha256 = hashlib.sha256(segment.text.encode("utf-8", "surrogatepass")).hexdigest()
    known = ledger.settings_of_text(text_sha256)
    if known:
        changes = min((list(_changes(old, segment.settings)) for old in known), key=len)
        return "; ".join(changes) if changes else "its take was dropped"
    planned = ledger.planned_segment(segment.id)
    if planned is None:
        return "new"
    return f"text changed, or moved here: before, {segment.id} was {_excerpt(planned[0])!r}"


def _changes(old: Settings, new: Settings) -> Iterator[str]:
    for key in sorted(set(old) | set(new)):
        if old.get(key) != new.get(key):
            yield f"{key}: {old.get(key)!r} became {new.get(key)!r}"


def _excerpt(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"
