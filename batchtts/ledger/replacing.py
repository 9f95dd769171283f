"""How one plan takes another's place in a ledger: chapters that are where and as they were are not touched."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import zip_longest
from typing import TYPE_CHECKING

from batchtts.ledger.columns import CHAPTER, PLAN, SEGMENT, insertion, selection
from batchtts.ledger.counting import count_chapters
from batchtts.ledger.pages import Stretch
from batchtts.ledger.planned import inputs
from batchtts.ledger.queries import Row, rows
from batchtts.ledger.recording import setting_id

if TYPE_CHECKING:
    from batchtts.ledger.reading import Readable

_PAGE = 1_000

_MANY = 1 / 8
"""From which share of new rows on it is quicker to sort an index anew than to add each in its place."""

_FINGERPRINTS = (
    "SELECT DISTINCT fingerprint.id, hash, text_key, json FROM segment "
    "JOIN fingerprint ON fingerprint.id = segment.fingerprint JOIN setting ON setting.id = fingerprint.setting "
    "WHERE segment.number BETWEEN ? AND ?"
)

_ADD_CHAPTER = insertion("chapter", CHAPTER)
_ADD_SEGMENT = insertion(
    "segment", SEGMENT, {"fingerprint": "(SELECT here FROM temp.mapped WHERE there = ?)"}
)


def replace_plan(db: sqlite3.Connection, draft: "Readable") -> None:
    """Put a plan in the place of the one before, unless both follow from the same inputs."""
    if inputs(db) == draft.ask(inputs):
        return
    changes = list(_changes(db, draft))
    db.execute("CREATE TABLE temp.mapped (there INTEGER PRIMARY KEY, here INTEGER NOT NULL)")
    for own in changes:
        _delete(db, own)
    _map_fingerprints(db, draft, changes)
    _insert(db, draft, changes)
    db.execute("DROP TABLE temp.mapped")
    [head] = draft.ask(rows(selection("plan", PLAN)))
    db.execute("DELETE FROM plan")
    db.execute(insertion("plan", PLAN), head)
    db.execute(
        "UPDATE master SET basis = NULL WHERE basis IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM chapter WHERE chapter.id = master.chapter AND chapter.digest = master.basis)"
    )


def _changes(db: sqlite3.Connection, draft: "Readable") -> Iterator[Stretch]:
    """Yield from which position to which the chapters are not the same."""
    begin: int | None = None
    position = 0
    for position, (old, new) in enumerate(zip_longest(_chapters(db), _pages(draft, "chapter", CHAPTER))):
        if old == new and begin is not None:
            yield begin, position - 1
            begin = None
        elif old != new and begin is None:
            begin = position
    if begin is not None:
        yield begin, position


def _chapters(db: sqlite3.Connection) -> Iterator[Row]:
    return iter(db.execute(f"{selection('chapter', CHAPTER)} ORDER BY position"))


def _pages(
    draft: "Readable", table: str, columns: tuple[str, ...], own: Stretch = (0, 1 << 62)
) -> Iterator[Row]:
    """Yield rows of a draft by their first column, which is their key."""
    query = (
        f"{selection(table, columns)} WHERE {columns[0]} BETWEEN ? AND ? ORDER BY {columns[0]} LIMIT {_PAGE}"
    )
    first, last = own
    while found := draft.ask(rows(query, (first, last))):
        yield from found
        first = found[-1][0] + 1


def _delete(db: sqlite3.Connection, positions: Stretch) -> None:
    first, last = db.execute(
        "SELECT min(first), max(first + n_segments - 1) FROM chapter WHERE position BETWEEN ? AND ?",
        positions,
    ).fetchone()
    if first is not None:
        db.execute("DELETE FROM segment WHERE number BETWEEN ? AND ?", (first, last))
    db.execute("DELETE FROM chapter WHERE position BETWEEN ? AND ?", positions)


def _numbers(draft: "Readable", positions: Stretch) -> Stretch:
    """Return the numbers that the segments of these chapters have in a draft."""
    query = (
        "SELECT ifnull(min(first), 0), ifnull(max(first + n_segments - 1), -1) FROM chapter "
        "WHERE position BETWEEN ? AND ?"
    )
    [(first, last)] = draft.ask(rows(query, positions))
    return first, last


def _map_fingerprints(db: sqlite3.Connection, draft: "Readable", changes: list[Stretch]) -> None:
    """Find or make the row of every fingerprint that the changed chapters have."""
    [base] = db.execute("SELECT ifnull(max(id), 0) FROM fingerprint").fetchone()
    n_rows = 0
    for found in _fingerprints(draft, changes):
        n_rows += len(found)
        if base:
            db.executemany(
                "INSERT OR IGNORE INTO temp.mapped SELECT ?, id FROM fingerprint WHERE hash = ?",
                [row[:2] for row in found],
            )
    [n_known] = db.execute("SELECT count(*) FROM temp.mapped").fetchone()
    with _sorted_anew(db, ("fingerprints_by_hash", "fingerprints_by_text"), n_rows - n_known, base):
        settings: dict[str, int] = {}
        for found in _fingerprints(draft, changes):
            _add_fingerprints(db, found, base, settings)


def _fingerprints(draft: "Readable", changes: list[Stretch]) -> Iterator[list[Row]]:
    for positions in changes:
        first, last = _numbers(draft, positions)
        for start in range(first, last + 1, _PAGE):
            yield draft.ask(rows(_FINGERPRINTS, (start, min(start + _PAGE - 1, last))))


def _add_fingerprints(db: sqlite3.Connection, found: list[Row], base: int, settings: dict[str, int]) -> None:
    described = []
    for there, hash_, text_key, json in found:
        if (setting := settings.get(json)) is None:
            if len(settings) == _PAGE:
                settings.clear()
            setting = settings[json] = setting_id(db, json)
        described.append((there, base, hash_, text_key, setting))
    db.executemany(
        "INSERT INTO fingerprint (id, hash, text_key, setting) SELECT ?1 + ?2, ?3, ?4, ?5 "
        "WHERE NOT EXISTS (SELECT 1 FROM temp.mapped WHERE there = ?1)",
        described,
    )
    if base:  # one that is known may be known by its hash only
        db.executemany(
            "UPDATE fingerprint SET text_key = ?, setting = ? WHERE setting IS NULL "
            "AND id = (SELECT here FROM temp.mapped WHERE there = ?)",
            [(text_key, setting, there) for there, _, _, text_key, setting in described],
        )
    db.executemany("INSERT OR IGNORE INTO temp.mapped VALUES (?1, ?1 + ?2)", [row[:2] for row in described])


def _insert(db: sqlite3.Connection, draft: "Readable", changes: list[Stretch]) -> None:
    n_new = sum(last - first + 1 for first, last in (_numbers(draft, own) for own in changes))
    [n_old] = db.execute("SELECT ifnull(max(number), 0) FROM segment").fetchone()
    with ExitStack() as stack:
        stack.enter_context(_sorted_anew(db, ("segments_by_id", "segments_by_fingerprint"), n_new, n_old))
        for positions in changes:
            db.executemany(_ADD_CHAPTER, _pages(draft, "chapter", CHAPTER, positions))
            db.executemany(_ADD_SEGMENT, _pages(draft, "segment", SEGMENT, _numbers(draft, positions)))
    with _without(db, ("masters_lose_their_basis",)):  # no take has changed: they are only counted
        for first, last in changes:
            count_chapters(db, first, last)


@contextmanager
def _sorted_anew(db: sqlite3.Connection, indexes: tuple[str, ...], n_new: int, n_old: int) -> Iterator[None]:
    """Leave out indexes while many rows are added to few; adding to them in no order would be slow, and much to write."""
    with _without(db, indexes if n_new > n_old * _MANY else ()):
        yield


@contextmanager
def _without(db: sqlite3.Connection, names: tuple[str, ...]) -> Iterator[None]:
    """Take indexes or triggers away, and make them again as the schema has them.

    An error in between undoes the whole transaction, and so this as well.
    """
    found = [
        db.execute("SELECT type, name, sql FROM sqlite_schema WHERE name = ?", (name,)).fetchone()
        for name in names
    ]
    for kind, name, _ in found:
        db.execute(f"DROP {kind} {name}")
    yield
    for _, _, sql in found:
        db.execute(sql)
