"""The newest plan as the ledger holds it, read back one chapter, one page or one segment at a time."""

import sqlite3
from functools import lru_cache
from typing import Any

from batchtts.errors import LedgerError
from batchtts.job import Boundary, FitPolicy, Job, LengthPolicy, Lengths, Metadata
from batchtts.ledger import faults
from batchtts.ledger.queries import Row, parsed
from batchtts.model import Chapter, DocumentInfo, Dubbing, Locator, Plan, Segment, Settings, Slot, Span

SEGMENT = (
    "segment.id, segment.position, segment.text, segment.voice, segment.boundary, segment.document, "
    "segment.char_start, segment.char_end, segment.href, segment.xpath, segment.line, segment.seconds, "
    "segment.slot_start_ms, segment.slot_end_ms, segment.slot_limit_ms, segment.split, segment.extra, segment.text_id, "
    "fingerprint.hash, setting.json"
)
"""The columns of which `segment_of` makes a segment."""

JOINED = (
    "segment JOIN fingerprint ON fingerprint.id = segment.fingerprint "
    "JOIN setting ON setting.id = fingerprint.setting"
)
"""The tables that they come from."""

N_COLUMNS = 20


def inputs(db: sqlite3.Connection) -> str | None:
    """Return the digest of what the plan was made from, None if there is no plan."""
    row = db.execute("SELECT inputs FROM plan").fetchone()
    return row[0] if row else None


def plan(db: sqlite3.Connection, job: Job) -> Plan:
    """Return what the chapters share; raise `LedgerError` if there is no plan."""
    row = db.execute("SELECT language, documents, metadata, cover, warnings FROM plan").fetchone()
    if row is None:
        raise LedgerError("the ledger holds no plan", hint=faults.REBUILD)
    language, documents, metadata, cover, warnings = row
    return Plan(
        job=job,
        language=language,
        documents={form["name"]: DocumentInfo(**form) for form in parsed(documents)},
        metadata=Metadata(**{**parsed(metadata), "cover": cover}),
        warnings=tuple(parsed(warnings)),
    )


def chapter(db: sqlite3.Connection, id_: str, job: Job) -> Chapter:
    """Return a chapter with its segments; raise `LedgerError` if the plan has none with this id."""
    row = db.execute(
        "SELECT number, title, slug, parts, document, digest, seconds, dubbing, first, n_segments "
        "FROM chapter WHERE id = ?",
        (id_,),
    ).fetchone()
    if row is None:
        raise LedgerError(f"the plan has no chapter {id_}")
    number, title, slug, parts, document, digest, seconds, dubbing, first, n_segments = row
    rows = db.execute(
        f"SELECT {SEGMENT} FROM {JOINED} WHERE segment.number BETWEEN ? AND ? ORDER BY segment.number",  # noqa: S608
        (first, first + n_segments - 1),
    )
    return Chapter(
        id=id_,
        number=number,
        title=title,
        slug=slug,
        parts=tuple(parsed(parts)),
        document=document,
        digest=digest,
        seconds=seconds,
        segments=tuple(segment_of(row, job) for row in rows),
        dubbing=None if dubbing is None else _dubbing_of(parsed(dubbing)),
    )


def _dubbing_of(form: dict[str, Any]) -> Dubbing:
    return Dubbing(**{**form, "policy": FitPolicy(form["policy"])})


def segment(db: sqlite3.Connection, id_: str, job: Job) -> Segment | None:
    """Return a segment, None if the plan has none with this id."""
    row = db.execute(f"SELECT {SEGMENT} FROM {JOINED} WHERE segment.id = ?", (id_,)).fetchone()  # noqa: S608
    return segment_of(row, job) if row else None


_TYPES = {"integer": "int64", "real": "float64", "true": "bool", "false": "bool", "text": "string"}


def extra_types(db: sqlite3.Connection) -> dict[str, str]:
    """Return the columns that are carried through, in alphabetical order, each with a type that holds all of its values."""
    found: dict[str, set[str]] = {}
    for key, kind in db.execute(
        "SELECT DISTINCT json_each.key, json_each.type FROM segment, json_each(segment.extra) "
        "WHERE segment.extra IS NOT NULL ORDER BY 1"
    ):
        found.setdefault(key, set()).update({_TYPES[kind]} if kind in _TYPES else ())
    return {key: _holding(kinds) for key, kinds in found.items()}


def _holding(kinds: set[str]) -> str:
    if len(kinds) == 1:
        return next(iter(kinds))
    return "float64" if kinds == {"int64", "float64"} else "string"


def example_id(db: sqlite3.Connection) -> str | None:
    """Return the id of the first segment, None if there is none."""
    row = db.execute("SELECT id FROM segment ORDER BY number LIMIT 1").fetchone()
    return row[0] if row else None


def chapter_ids(db: sqlite3.Connection) -> list[str]:
    """Return the ids of the chapters, in reading order."""
    return [id_ for [id_] in db.execute("SELECT id FROM chapter ORDER BY position")]


def is_planned(db: sqlite3.Connection, fingerprint: str) -> bool:
    """Return whether any segment has this fingerprint."""
    query = "SELECT 1 FROM segment WHERE fingerprint = (SELECT id FROM fingerprint WHERE hash = ?) LIMIT 1"
    return db.execute(query, (fingerprint,)).fetchone() is not None


def text_and_settings(db: sqlite3.Connection, segment: str) -> tuple[str, Settings] | None:
    """Return the text and the settings of a segment, None if the plan has none with this id."""
    row = db.execute(f"SELECT text, json FROM {JOINED} WHERE segment.id = ?", (segment,)).fetchone()  # noqa: S608
    return (row[0], settings_of(row[1])) if row else None


def segment_of(row: Row, job: Job) -> Segment:
    """Return the segment that a row with the columns `SEGMENT` stands for, with its voice as the job has it."""
    id_, position, text, voice, boundary, document, start, end, href, xpath, line, seconds, *rest = row
    *slot, split, extra, text_id, fingerprint, json = rest
    settings: Any = settings_of(json)
    return Segment(
        id=id_,
        index=position,
        text=text,
        voice=job.voices[voice],
        speed=settings["speed"],
        seed=settings["seed"],
        length_seconds=settings["length_seconds"],
        span=Span(
            document=document, start=start, end=end, locator=Locator(href=href, xpath=xpath, line=line)
        ),
        boundary=_BOUNDARIES[boundary],
        settings=settings,
        fingerprint=fingerprint,
        seconds=seconds,
        slot=None if slot[0] is None else Slot(start_ms=slot[0], end_ms=slot[1], limit_ms=slot[2]),
        most_seconds=settings.get("most_seconds"),
        lengths=_lengths_of(settings.get("lengths")),
        split=split,
        extra={} if extra is None else parsed(extra),
        text_id=text_id,
    )


def _lengths_of(form: dict[str, Any] | None) -> Lengths:
    """Return the rules for lengths that settings hold; they hold none if these are the usual ones."""
    return Lengths() if form is None else Lengths(**{**form, "policy": LengthPolicy(form["policy"])})


@lru_cache(maxsize=256)
def settings_of(text: str) -> Settings:
    """Return settings by their JSON; whoever asks for equal ones gets the same, which must not be changed."""
    settings: Settings = parsed(text)
    return settings


_BOUNDARIES = {str(boundary): boundary for boundary in Boundary}
