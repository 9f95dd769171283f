"""How far the chapters of the plan are: read off the counters, but for what only some fingerprints have a part in."""

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from batchtts.ledger.pages import stretches
from batchtts.ledger.queries import STATES, Asking, ChapterState, rows
from batchtts.ledger.scope import Scope

_CHAPTERS = (
    "SELECT position, id, number, title, slug, document, digest, seconds, n_segments, n_characters, n_done, "
    "microseconds FROM chapter ORDER BY position"
)

# Segments that failed or are being rendered have an attempt that says so: all others need not be looked at.
_EXCEPTIONS = (
    "SELECT chapter, state, count(*) FROM segment_state WHERE state IN ('failed', 'rendering') "
    "AND fingerprint IN (SELECT fingerprint FROM attempt WHERE outcome IN ('rejected', 'failed_checks') "
    "UNION SELECT fingerprint FROM attempt WHERE ended_at IS NULL) GROUP BY chapter, state"
)

_SEGMENTS = (
    "SELECT chapter.id, fingerprint.hash, segment_state.state, segment_state.characters, "
    "segment_state.seconds, coalesce(take.n_samples * 1000000 / take.sample_rate, 0) FROM segment_state "
    "JOIN chapter ON chapter.position = segment_state.chapter "
    "JOIN fingerprint ON fingerprint.id = segment_state.fingerprint "
    "LEFT JOIN take ON take.fingerprint = segment_state.fingerprint AND take.dropped_at IS NULL "
    "WHERE segment_state.number BETWEEN ? AND ?"
)


def chapter_states(ask: Asking, scope: Scope) -> list[ChapterState]:
    """Return how far each chapter of a scope is, in reading order."""
    if scope.holds is None:
        return ask(partial(_by_counters, scope=scope))
    return _by_segments(ask, scope, scope.holds)


def counts(ask: Asking, scope: Scope) -> dict[str, int]:
    """Return how many segments are in each state."""
    found: Counter[str] = Counter()
    for chapter in chapter_states(ask, scope):
        found.update(chapter.states)
    return {state: found[state] for state in STATES}


def whole_chapters(db: sqlite3.Connection, scope: Scope) -> list[tuple[str, bool]]:
    """Return the chapters of which no segment lacks a take, and whether they were stitched from these very takes.

    A chapter is stitched as a whole, so fingerprints that a scope leaves out must have their takes as well.
    """
    rows = db.execute(
        "SELECT chapter.id, ifnull(master.basis = chapter.digest, 0) FROM chapter "
        "LEFT JOIN master ON master.chapter = chapter.id "
        "WHERE chapter.n_done = chapter.n_segments ORDER BY chapter.position"
    )
    return [(id_, bool(is_current)) for id_, is_current in rows if scope.has(id_)]


def _by_counters(db: sqlite3.Connection, scope: Scope) -> list[ChapterState]:
    exceptions: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for chapter, state, n_segments in db.execute(_EXCEPTIONS):
        exceptions[chapter][state] = n_segments
    return [
        ChapterState(
            id=id_,
            number=number,
            title=title,
            slug=slug,
            document=document,
            digest=digest,
            seconds=seconds,
            n_segments=n_segments,
            n_characters=n_characters,
            states=_states(n_segments, n_done, exceptions.get(position, {})),
            audio_seconds=microseconds / 1e6,
        )
        for position, id_, number, title, slug, document, digest, seconds, n_segments, *rest in db.execute(
            _CHAPTERS
        )
        for n_characters, n_done, microseconds in [rest]
        if scope.has(id_)
    ]


def _states(n_segments: int, n_done: int, exceptions: Mapping[str, int]) -> dict[str, int]:
    n_pending = n_segments - n_done - sum(exceptions.values())
    return {**dict.fromkeys(STATES, 0), "done": n_done, **exceptions, "pending": n_pending}


def _by_segments(ask: Asking, scope: Scope, holds: Callable[[str], bool]) -> list[ChapterState]:
    """Look at every segment: only the caller knows which fingerprints count."""
    sums: defaultdict[str, _Sum] = defaultdict(_Sum)
    for stretch in stretches(ask, scope):
        for chapter, hash_, *figures in ask(rows(_SEGMENTS, stretch)):
            if holds(hash_):
                sums[chapter].add(*figures)
    chapters = ask(partial(_by_counters, scope=scope))
    return [sums[chapter.id].replaced_in(chapter) for chapter in chapters]


class _Sum:
    """What the segments of a chapter add up to."""

    def __init__(self) -> None:
        self.states: Counter[str] = Counter()
        self.n_characters = 0
        self.seconds = 0.0
        self.microseconds = 0

    def add(self, state: str, n_characters: int, seconds: float, microseconds: int) -> None:
        """Count one more segment."""
        self.states[state] += 1
        self.n_characters += n_characters
        self.seconds += seconds
        self.microseconds += microseconds

    def replaced_in(self, chapter: ChapterState) -> ChapterState:
        """Return what is told of a chapter if these are all of its segments that count."""
        return replace(
            chapter,
            seconds=self.seconds,
            n_segments=self.states.total(),
            n_characters=self.n_characters,
            states={state: self.states[state] for state in STATES},
            audio_seconds=self.microseconds / 1e6,
        )
