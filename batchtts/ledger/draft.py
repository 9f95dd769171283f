"""A plan on its way into a ledger: in a database of its own, which is private, temporary, and no matter how large.

It has the tables of a ledger, so that all questions can be put to it.  SQLite deletes its file before it is
even written, so nothing is left behind by a crash.  What indexes hold is sorted once, when all rows are there.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from types import TracebackType
from typing import Self, TypeVar

from batchtts.errors import PlanError, Problem
from batchtts.ledger import learning
from batchtts.ledger.columns import CHAPTER, SEGMENT, insertion
from batchtts.ledger.migrations import MIGRATIONS, migrate
from batchtts.ledger.reading import Readable
from batchtts.ledger.recording import setting_id
from batchtts.ledger.recordings import text_key
from batchtts.model import Chapter, Dubbing, Locator, Plan, Segment, Settings, canonical_json

T = TypeVar("T")

CACHE_KIB = 4_096

_MOST_PROBLEMS = 100

_NO_SLOT = (None, None, None)

_FIRST_OF_EQUALS = """
    INSERT INTO temp.equal (number, first)
    SELECT fingerprint.id, equal.first FROM (
        SELECT hash, min(id) AS first FROM fingerprint GROUP BY hash HAVING count(*) > 1
    ) AS equal JOIN fingerprint ON fingerprint.hash = equal.hash AND fingerprint.id > equal.first
"""

_TWINS = """
    SELECT again.id, again.document, again.href, again.xpath, again.line,
        first.document, first.href, first.xpath, first.line
    FROM (SELECT id, min(number) AS number FROM segment GROUP BY id HAVING count(*) > 1) AS twin
    JOIN segment AS first ON first.number = twin.number
    JOIN segment AS again ON again.id = twin.id AND again.number > twin.number
    ORDER BY again.number LIMIT ?
"""


class Draft(Readable):
    """A plan that is not in a ledger, or not yet."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = {-CACHE_KIB}"):
            self._db.execute(f"PRAGMA {pragma}")
        migrate(self._db, MIGRATIONS)
        # Nothing is done to the facts that it is told of, so there is nothing to guard or to count along.
        for [trigger] in self._db.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
            self._db.execute(f"DROP TRIGGER {trigger}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete it; doing so twice is fine."""
        self._db.close()

    def ask(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """Answer a question of one's own, which must not write."""
        return question(self._db)

    def write(self, inputs: str, chapters: Iterable[Chapter], head: Callable[[], Plan]) -> None:
        """Take in the chapters of a plan one by one, and then its head; `inputs` is the digest of what it follows from.

        Raises `PlanError` if two segments have the same id.
        """
        db = self._db
        db.execute("BEGIN")
        for index in (
            "segments_by_id",
            "segments_by_fingerprint",
            "fingerprints_by_hash",
            "fingerprints_by_text",
        ):
            db.execute(f"DROP INDEX {index}")
        _write_chapters(db, chapters)
        _share_fingerprints(db)
        db.execute("CREATE INDEX segments_by_fingerprint ON segment (fingerprint, chapter)")
        db.execute("CREATE INDEX segments_by_id ON segment (id)")
        _refuse_twins(db)
        _write_head(db, inputs, head())
        db.execute("COMMIT")

    def learn(self, reader: Readable) -> None:
        """Take in what a ledger knows of the planned fingerprints: takes in use, failures and retakes."""
        learning.learn(self._db, reader)


def _write_chapters(db: sqlite3.Connection, chapters: Iterable[Chapter]) -> None:
    first = 1
    settings = _SettingRows(db)
    for position, chapter in enumerate(chapters):
        db.execute(
            insertion("chapter", CHAPTER),
            (
                *(position, chapter.id, chapter.number, chapter.title, chapter.slug),
                *(canonical_json(chapter.parts), chapter.document, chapter.digest, chapter.seconds),
                *(_dubbing_json(chapter.dubbing), first),
                *(len(chapter.segments), sum(len(segment.text) for segment in chapter.segments)),
            ),
        )
        db.executemany(insertion("segment", SEGMENT), _segment_rows(chapter, position, first))
        db.executemany(
            "INSERT INTO fingerprint (id, hash, text_key, setting) VALUES (?, ?, ?, ?)",
            _fingerprint_rows(chapter, first, settings),
        )
        first += len(chapter.segments)


def _segment_rows(chapter: Chapter, position: int, first: int) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a chapter's segments, each with a fingerprint of its own that has the same number."""
    for number, segment in enumerate(chapter.segments, start=first):
        span, slot = segment.span, segment.slot
        locator = span.locator
        yield (
            *(number, segment.id, position, segment.index, number, segment.voice.name),
            *(segment.boundary.value, len(segment.text), segment.seconds, segment.text, span.document),
            *(span.start, span.end, locator.href, locator.xpath, locator.line),
            *(_NO_SLOT if slot is None else (slot.start_ms, slot.end_ms, slot.limit_ms)),
            *(segment.split, canonical_json(segment.extra) if segment.extra else None, segment.text_id),
        )


def _dubbing_json(dubbing: Dubbing | None) -> str | None:
    return None if dubbing is None else canonical_json(asdict(dubbing))


def _fingerprint_rows(
    chapter: Chapter, first: int, settings: "_SettingRows"
) -> Iterator[tuple[int, str, int, int]]:
    for number, segment in enumerate(chapter.segments, start=first):
        digest = hashlib.sha256(segment.text.encode("utf-8", "surrogatepass")).hexdigest()
        yield number, segment.fingerprint, text_key(digest), settings.row(segment)


class _SettingRows:
    """Knows which row has the settings that the last segments share, so that they are spelled out once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._known: dict[int, tuple[Settings, int]] = {}

    def row(self, segment: Segment) -> int:
        """Return the row of a segment's settings."""
        # Kept with the number is what it belongs to: else another mapping could come to have the same address.
        if (known := self._known.get(id(segment.settings))) is not None:
            return known[1]
        if len(self._known) == 1_000:
            self._known.clear()
        row = setting_id(self._db, canonical_json(segment.settings))
        self._known[id(segment.settings)] = segment.settings, row
        return row


def _share_fingerprints(db: sqlite3.Connection) -> None:
    """Let segments that have equal fingerprints have the row of the first of them."""
    db.execute("CREATE INDEX fingerprints_by_hash ON fingerprint (hash)")
    db.execute("CREATE TABLE temp.equal (number INTEGER PRIMARY KEY, first INTEGER NOT NULL)")
    db.execute(_FIRST_OF_EQUALS)
    db.execute(
        "UPDATE segment SET fingerprint = equal.first FROM temp.equal WHERE segment.number = equal.number"
    )
    db.execute("DELETE FROM fingerprint WHERE id IN (SELECT number FROM temp.equal)")
    db.execute("DROP TABLE temp.equal")


def _refuse_twins(db: sqlite3.Connection) -> None:
    twins = db.execute(_TWINS, (_MOST_PROBLEMS + 1,)).fetchall()
    problems = [
        Problem(
            where=_place(*again),
            what=f"the segment's id {id_!r} is that of another, at {_place(*first)}",
            hint="Ids tell the segments of a job apart; give each its own.",
        )
        for id_, *places in twins[:_MOST_PROBLEMS]
        for again, first in [(places[:4], places[4:])]
    ]
    if len(twins) > _MOST_PROBLEMS:
        problems.append(Problem(where="", what="and more ids that come twice"))
    if problems:
        raise PlanError(problems)


def _place(document: str, href: str | None, xpath: str | None, line: int | None) -> str:
    return f"{document}: {Locator(href=href, xpath=xpath, line=line)}"


def _write_head(db: sqlite3.Connection, inputs: str, plan: Plan) -> None:
    metadata = plan.metadata
    documents = [
        {"name": found.name, "sha256": found.sha256, "text_sha256": found.text_sha256}
        for found in plan.documents.values()
    ]
    db.execute(
        "INSERT INTO plan (id, inputs, language, metadata, cover, documents, warnings) VALUES (1, ?, ?, ?, ?, ?, ?)",
        (
            *(inputs, plan.language),
            canonical_json({**asdict(metadata), "cover": None}),
            *(metadata.cover, canonical_json(documents), canonical_json(plan.warnings)),
        ),
    )
