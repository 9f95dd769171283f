"""The newest plan as the ledger holds it: its rows, their digest, and how one plan takes another's place."""

import hashlib
import sqlite3
from collections.abc import Iterator
from typing import TypeAlias

from batchtts.ledger.recording import setting_id
from batchtts.model import Chapter, Plan, canonical_json

SegmentRow: TypeAlias = tuple[str, str, int, str, str, str, int, int, str, int]
"""A row of `segment` but for its last column, `setting`."""


def digest(plan: Plan) -> str:
    """Return a hash of all that the ledger holds of a plan."""
    hashed = hashlib.sha256()
    for chapter in plan.chapters:
        hashed.update(
            repr((chapter.id, chapter.number, chapter.title, chapter.slug, chapter.document)).encode()
        )
        for row in _rows(chapter):
            hashed.update(repr(row).encode())
    return hashed.hexdigest()


def replace_plan(db: sqlite3.Connection, plan: Plan) -> None:
    """Put a plan in the place of the one before, unless they are equal."""
    new = digest(plan)
    if db.execute("SELECT 1 FROM plan WHERE digest = ?", (new,)).fetchone():
        return
    db.execute("DELETE FROM segment")
    db.execute("DELETE FROM chapter")
    for position, chapter in enumerate(plan.chapters):
        db.execute(
            "INSERT INTO chapter (id, number, position, title, slug, document) VALUES (?, ?, ?, ?, ?, ?)",
            (chapter.id, chapter.number, position, chapter.title, chapter.slug, chapter.document),
        )
        numbers = {text: setting_id(db, text) for text in {text for _, text in _rows(chapter)}}
        db.executemany(
            "INSERT INTO segment (id, chapter, position, fingerprint, text, document, char_start, char_end, "
            "locator, characters, setting) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            ((*row, numbers[text]) for row, text in _rows(chapter)),
        )
    db.execute("INSERT OR REPLACE INTO plan (id, digest) VALUES (1, ?)", (new,))


def _rows(chapter: Chapter) -> Iterator[tuple[SegmentRow, str]]:
    """Yield the row of each segment of a chapter, and beside it the JSON text of its settings."""
    texts: dict[int, str] = {}  # segments share their settings, so each is spelled out once
    for position, segment in enumerate(chapter.segments):
        if (text := texts.get(id(segment.settings))) is None:
            text = texts[id(segment.settings)] = canonical_json(segment.settings)
        span = segment.span
        row = (
            *(segment.id, chapter.id, position, segment.fingerprint, segment.text),
            *(span.document, span.start, span.end, str(span.locator), len(segment.text)),
        )
        yield row, text
