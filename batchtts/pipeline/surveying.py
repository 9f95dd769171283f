"""What a job has already, what it lacks, and why: the ledger held against the plan.  Nothing is written."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from batchtts.errors import PlanError, Problem
from batchtts.ledger.queries import ChapterState
from batchtts.ledger.reading import LedgerReader, Readable
from batchtts.ledger.scope import Scope
from batchtts.model import Plan, Segment, Settings
from batchtts.pipeline.deliveries.asking import paths_of, unusable
from batchtts.pipeline.lengths import NO_LENGTHS, LengthsReport, lengths_in
from batchtts.pipeline.planning.drafting import planned
from batchtts.pipeline.planning.settling import Settled
from batchtts.pipeline.restoring import n_unrecorded
from batchtts.plan.estimate import Cost, costs_of
from batchtts.plan.selection import answers_to
from batchtts.plan.sharding import Shard


@dataclass(frozen=True, slots=True, kw_only=True)
class VoiceShare:
    """What a voice speaks in a job, and what of it a run would ask for: distinct segments without a take."""

    name: str
    n_segments: int
    n_characters: int
    n_to_ask: int
    characters_to_ask: int
    seconds_to_ask: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """How far a job is, or the chapters of it that were named, or a shard.

    `n_unrecorded` takes on disk are not in the ledger; the next run adopts them before it asks for anything.
    `n_characters_in_all` also counts what belongs to other shards.  `reasons` tell, by the id of each segment
    to ask for, why it lacks a take, if that was asked for.  `deliveries` are the paths of the files that a run
    makes of the whole book, which none does that makes only a part of it.
    """

    settled: Settled
    plan: Plan
    chapters: tuple[ChapterState, ...]
    voices: tuple[VoiceShare, ...]
    n_unrecorded: int
    n_characters_in_all: int
    shard: Shard | None = None
    lengths: LengthsReport = NO_LENGTHS
    deliveries: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] | None = None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what is odd in the documents, and what deliveries will lack."""
        lacking = unusable(self.plan.metadata.cover) if self.deliveries else None
        return self.plan.warnings if lacking is None else (*self.plan.warnings, lacking)

    def count(self, state: str | None = None) -> int:
        """Return how many segments there are, or how many are in one state."""
        return sum(
            sum(chapter.states.values()) if state is None else chapter.states[state]
            for chapter in self.chapters
        )

    def costs(self, voices: Iterable[VoiceShare]) -> list[Cost]:
        """Return about what it costs to ask for what voices lack, by currency, as far as the job knows prices."""
        job = self.settled.job
        asked = [(job.voices[voice.name].engine, voice.characters_to_ask) for voice in voices]
        return costs_of(asked, job.engines)


def survey(
    settled: Settled, *, only: tuple[str, ...] = (), shard: Shard | None = None, explain: bool = False
) -> Survey:
    """Return how far a job is.  Raises `PlanError` for a name by which no chapter goes."""
    job = settled.job
    with planned(settled) as (source, ledger):
        scope = scope_of(source, only, shard)
        chapters = source.chapter_states(scope)
        everything = chapters if shard is None else source.chapter_states(Scope(chapters=scope.chapters))
        return Survey(
            settled=settled,
            plan=source.plan(job),
            chapters=tuple(chapters),
            voices=tuple(_voice_shares(source, scope)),
            n_unrecorded=n_unrecorded(ledger, settled.workspace),
            n_characters_in_all=sum(chapter.n_characters for chapter in everything),
            shard=shard,
            lengths=lengths_in(source),
            deliveries=() if only or shard else tuple(paths_of(job, source, job.output.audiobook)),
            reasons=tuple(_reasons(settled, source, ledger, scope)) if explain else None,
        )


def scope_of(source: Readable, only: tuple[str, ...], shard: Shard | None) -> Scope:
    """Return which segments are meant: of the chapters that go by these names (all if there are none), of a shard.

    Raises `PlanError` for a name by which no chapter goes.
    """
    holds = shard.holds if shard is not None else None
    if not only:
        return Scope(holds=holds)
    chapters = source.chapter_states(Scope())
    found = {name: {chapter.id for chapter in chapters if _goes_by(chapter, name)} for name in only}
    unknown = [name for name, ids in found.items() if not ids]
    if unknown:
        raise PlanError([_unknown(name, chapters) for name in unknown])
    return Scope(chapters=frozenset().union(*found.values()), holds=holds)


def _unknown(name: str, chapters: Sequence[ChapterState]) -> Problem:
    names = {chapter.title.casefold(): chapter.title for chapter in chapters}
    near = get_close_matches(name.casefold(), names, n=1)
    hint = (
        f"Did you mean {names[near[0]]!r}?"
        if near
        else "`batchtts plan` lists the chapters with their numbers."
    )
    return Problem(where="--only", what=f"no chapter goes by {name!r}", hint=hint)


def _goes_by(chapter: ChapterState, name: str) -> bool:
    return name in {str(chapter.number), chapter.id, chapter.slug} or answers_to(chapter.title, None, name)


def _voice_shares(source: Readable, scope: Scope) -> Iterator[VoiceShare]:
    lacking = {share.voice: share for share in source.lacking(scope, retry_failed=False)}
    for total in source.voices(scope):
        share = lacking.get(total.voice)
        yield VoiceShare(
            name=total.voice,
            n_segments=total.n_segments,
            n_characters=total.n_characters,
            n_to_ask=share.n_segments if share else 0,
            characters_to_ask=share.n_characters if share else 0,
            seconds_to_ask=share.seconds if share else 0.0,
        )


def _reasons(
    settled: Settled, source: Readable, ledger: LedgerReader | None, scope: Scope
) -> Iterator[tuple[str, str]]:
    voices = frozenset(settled.job.voices)
    for asked in source.pending(scope, settled.job, retry_failed=False, voices=voices):
        yield asked.segment.id, reason(asked.segment, ledger)


def reason(segment: Segment, ledger: LedgerReader | None) -> str:
    """Return why a segment has no take: which field of its fingerprint changed, or that it is new."""
    if ledger is None:
        return "new: nothing was rendered yet"
    text_sha256 = hashlib.sha256(segment.text.encode("utf-8", "surrogatepass")).hexdigest()
    known = ledger.settings_of_text(text_sha256)
    if known:
        changes = min((list(_changes(old, segment.settings)) for old in known), key=len)
        return "; ".join(changes) if changes else "its take was dropped"
    before = ledger.planned_segment(segment.id)
    if before is None or before[0] == segment.text:
        return "new"
    return f"text changed, or moved here: before, {segment.id} was {_excerpt(before[0])!r}"


def _changes(old: Settings, new: Settings) -> Iterator[str]:
    for key in sorted(set(old) | set(new)):
        if old.get(key) != new.get(key):
            yield f"{key}: {old.get(key)!r} became {new.get(key)!r}"


def _excerpt(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "…"
