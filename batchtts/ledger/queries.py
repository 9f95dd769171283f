"""What the ledger can be asked: functions of a connection, and the values that they answer with."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from batchtts.errors import LedgerError
from batchtts.ledger import faults
from batchtts.model import Master, OutputFile, Settings, Take

STATES = ("done", "rendering", "failed", "pending")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """One run; without `ended_at` it goes on, or was killed.  Times are UTC, in ISO 8601."""

    id: int
    started_at: str
    ended_at: str | None
    outcome: str | None
    reason: str | None
    version: str
    manifest_sha256: str
    pid: int
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterState:
    """How far a chapter is: segments by state, and what its live takes amount to.

    `n_samples` adds up takes of whatever sample rate; `seconds` is true for all.
    """

    chapter: str
    number: int
    title: str
    states: Mapping[str, int]
    n_samples: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A segment without a take: where it stands, what it says, and what the last attempt came to."""

    segment: str
    document: str
    locator: str
    text: str
    state: str
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """How many attempts ended with an outcome (None: still open), and the characters sent for them.

    `cost` is what they cost at most, in `currency`; both are None for attempts at an engine without a price.
    """

    outcome: str | None
    n_attempts: int
    n_characters: int
    cost: float | None = None
    currency: str | None = None


# --- Takes -----------------------------------------------------------------------------------------------


def live_takes(db: sqlite3.Connection) -> dict[str, Take]:
    """Return the takes in use by fingerprint."""
    rows = db.execute(
        "SELECT fingerprint, number, seed, sha256, n_bytes, sample_rate, n_samples, speech_start, speech_end "
        "FROM take WHERE dropped_at IS NULL ORDER BY id"
    )
    return {row[0]: _take(row) for row in rows}


def take_paths(db: sqlite3.Connection) -> set[str]:
    """Return the path of every take on record, in use or dropped."""
    return {path for [path] in db.execute("SELECT path FROM take")}


def dropped_paths(db: sqlite3.Connection) -> list[str]:
    """Return the paths of the takes that are out of use, in order."""
    return [path for [path] in db.execute("SELECT path FROM take WHERE dropped_at IS NOT NULL ORDER BY path")]


def dropped_numbers(db: sqlite3.Connection) -> dict[tuple[str, int], str]:
    """Return the paths of the takes that are out of use, by fingerprint and number."""
    rows = db.execute("SELECT fingerprint, number, path FROM take WHERE dropped_at IS NOT NULL")
    return {(fingerprint, number): path for fingerprint, number, path in rows}


def settings_of_text(db: sqlite3.Connection, text_sha256: str) -> list[Settings]:
    """Return the different settings with which a text was ever recorded, newest first."""
    rows = db.execute(
        "SELECT setting.json FROM take JOIN setting ON setting.id = take.setting "
        "WHERE take.text_sha256 = ? GROUP BY setting.id ORDER BY max(take.id) DESC",
        (text_sha256,),
    )
    return [_parsed(text) for [text] in rows]


def retake_seeds(db: sqlite3.Connection) -> dict[str, int]:
    """Return by fingerprint the seed of the newest retake that names one."""
    return dict(
        db.execute("SELECT fingerprint, seed FROM retake WHERE seed IS NOT NULL ORDER BY id").fetchall()
    )


def next_take_numbers(db: sqlite3.Connection) -> dict[str, int]:
    """Return the number of the next take of every fingerprint that ever had one; pruned takes count as well."""
    rows = db.execute(
        "SELECT fingerprint, max(newest) + 1 FROM ("
        "SELECT fingerprint, max(number) AS newest FROM take GROUP BY fingerprint UNION ALL "
        "SELECT fingerprint, count(*) FROM attempt WHERE outcome IN ('kept', 'adopted') GROUP BY fingerprint"
        ") GROUP BY fingerprint"
    )
    return dict(rows.fetchall())


# --- States ----------------------------------------------------------------------------------------------


def n_retakes(db: sqlite3.Connection) -> int:
    """Return how many retakes were ever asked for."""
    [number] = db.execute("SELECT count(*) FROM retake").fetchone()
    return int(number)


def failures(db: sqlite3.Connection) -> dict[str, str]:
    """Return what was wrong with the failed segments, by fingerprint."""
    rows = db.execute(
        "SELECT fingerprint, (SELECT detail FROM attempt WHERE attempt.fingerprint = segment_state.fingerprint "
        "ORDER BY attempt.id DESC LIMIT 1) FROM segment_state WHERE state = 'failed' "
        # Not needed for the answer: it spares a look at every segment that never failed.
        "AND fingerprint IN (SELECT fingerprint FROM attempt WHERE outcome IN ('rejected', 'failed_checks'))"
    )
    return {fingerprint: detail or "" for fingerprint, detail in rows}


def states(db: sqlite3.Connection) -> dict[str, int]:
    """Return how many segments are in each state."""
    # What is not there is quicker to count: the rest of the view is worked out for these only.
    counts = dict(
        db.execute(
            "SELECT state, count(*) FROM segment_state WHERE state <> 'done' GROUP BY state"
        ).fetchall()
    )
    [n_segments] = db.execute("SELECT count(*) FROM segment").fetchone()
    counts["done"] = n_segments - sum(counts.values())
    return {state: counts.get(state, 0) for state in STATES}


def chapter_states(db: sqlite3.Connection) -> list[ChapterState]:
    """Return how far each chapter is, in reading order."""
    lacking: dict[str, dict[str, int]] = {}
    for chapter, state, n_segments in db.execute(
        # The plus keeps SQLite from following the index by chapter, which does not hold the fingerprints.
        "SELECT chapter, state, count(*) FROM segment_state WHERE state <> 'done' GROUP BY +chapter, state"
    ):
        lacking.setdefault(chapter, {})[state] = n_segments
    rows = db.execute(
        "SELECT chapter.id, chapter.number, title, count(take.id), total(n_samples), total(1.0 * n_samples / sample_rate) "
        "FROM chapter LEFT JOIN segment ON segment.chapter = chapter.id "
        "LEFT JOIN take ON take.fingerprint = segment.fingerprint AND take.dropped_at IS NULL "
        "GROUP BY chapter.id ORDER BY chapter.position"
    )
    return [
        ChapterState(
            chapter=chapter,
            number=number,
            title=title,
            states={**dict.fromkeys(STATES, 0), **lacking.get(chapter, {}), "done": n_done},
            n_samples=int(n_samples),
            seconds=seconds,
        )
        for chapter, number, title, n_done, n_samples, seconds in rows
    ]


def holes(db: sqlite3.Connection) -> list[Hole]:
    """Return the segments that have no take, in reading order."""
    rows = db.execute(
        "SELECT segment.id, segment.document, segment.locator, segment.text, segment_state.state, "
        "(SELECT detail FROM attempt WHERE attempt.fingerprint = segment.fingerprint "
        "ORDER BY attempt.id DESC LIMIT 1) "
        "FROM segment_state JOIN segment ON segment.id = segment_state.id "
        "JOIN chapter ON chapter.id = segment.chapter WHERE segment_state.state <> 'done' "
        "ORDER BY chapter.position, segment.position"
    )
    names = ("segment", "document", "locator", "text", "state", "detail")
    return [Hole(**dict(zip(names, row, strict=True))) for row in rows]


# --- Plan, masters, runs ---------------------------------------------------------------------------------


def planned_chapters(db: sqlite3.Connection) -> list[str]:
    """Return the ids of the chapters of the newest plan, in reading order."""
    return [id_ for [id_] in db.execute("SELECT id FROM chapter ORDER BY position")]


def planned(db: sqlite3.Connection) -> dict[str, str]:
    """Return the fingerprint of every segment of the newest plan."""
    return dict(db.execute("SELECT id, fingerprint FROM segment").fetchall())


def planned_segment(db: sqlite3.Connection, segment: str) -> tuple[str, Settings] | None:
    """Return the text and the settings of a segment of the newest plan, None if it has no such segment."""
    row = db.execute(
        "SELECT text, setting.json FROM segment JOIN setting ON setting.id = segment.setting WHERE segment.id = ?",
        (segment,),
    ).fetchone()
    return (row[0], _parsed(row[1])) if row else None


def masters(db: sqlite3.Connection) -> dict[str, Master]:
    """Return the masters by chapter."""
    rows = db.execute("SELECT chapter, recipe, sample_rate, n_samples, files FROM master")
    return {
        chapter: Master(
            chapter=chapter,
            recipe=recipe,
            sample_rate=sample_rate,
            n_samples=n_samples,
            files=tuple(OutputFile(**file) for file in _parsed(files)),
        )
        for chapter, recipe, sample_rate, n_samples, files in rows
    }


def verified(db: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Return by path the size in bytes and the time in nanoseconds with which a file was found right."""
    rows = db.execute("SELECT path, n_bytes, mtime_ns FROM verified")
    return {path: (n_bytes, mtime_ns) for path, n_bytes, mtime_ns in rows}


def last_run(db: sqlite3.Connection) -> RunInfo | None:
    """Return the newest run, None if there was none."""
    row = db.execute(
        "SELECT id, started_at, ended_at, outcome, reason, version, manifest_sha256, pid, host FROM run "
        "ORDER BY id DESC LIMIT 1"
    ).fetchone()
    names = ("id", "started_at", "ended_at", "outcome", "reason", "version", "manifest_sha256", "pid", "host")
    return RunInfo(**dict(zip(names, row, strict=True))) if row else None


def spending(db: sqlite3.Connection) -> list[Spending]:
    """Return how many attempts came to what, over all runs and by currency, the most frequent first."""
    rows = db.execute(
        "SELECT outcome, count(*), sum(characters), sum(cost), currency FROM charge "
        "GROUP BY outcome, currency ORDER BY 2 DESC, 1"
    )
    names = ("outcome", "n_attempts", "n_characters", "cost", "currency")
    return [Spending(**dict(zip(names, row, strict=True))) for row in rows]


def _take(row: tuple[Any, ...]) -> Take:
    return Take(
        fingerprint=row[0],
        number=row[1],
        seed=row[2],
        sha256=row[3],
        n_bytes=row[4],
        sample_rate=row[5],
        n_samples=row[6],
        speech_start=row[7],
        speech_end=row[8],
    )


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise LedgerError(f"the ledger has {text[:60]!r} where JSON belongs", hint=faults.REBUILD) from error
