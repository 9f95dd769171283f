"""The takes on record: which are in use, where they lie, and what was said about them."""

import hashlib
import sqlite3
from collections.abc import Iterator
from functools import partial
from typing import Any

from batchtts.ledger.planned import settings_of
from batchtts.ledger.queries import Asking
from batchtts.model import Settings, Take

_PAGE = 1_000
_TAKE = (
    "SELECT fingerprint.hash, take.number, seed, sha256, n_bytes, sample_rate, n_samples, speech_start, "
    "speech_end, pack, start FROM take JOIN fingerprint ON fingerprint.id = take.fingerprint "
)
_IN_ORDER = (
    f"{_TAKE} WHERE dropped_at IS NULL AND (pack, start) > (?, ?) AND pack <= ifnull(?, pack) "
    "ORDER BY pack, start LIMIT ?"
)
_UNUSED = (
    f"{_TAKE} WHERE dropped_at IS NULL AND (pack, start) > (?, ?) AND NOT EXISTS "  # noqa: S608
    "(SELECT 1 FROM segment WHERE segment.fingerprint = take.fingerprint) ORDER BY pack, start LIMIT ?"
)

# From one pack to the next by the index, and in each straight to its last take: there may be a million others.
_PACKS = """
    WITH RECURSIVE each (pack) AS (
        SELECT min(pack) FROM take
        UNION ALL
        SELECT (SELECT min(pack) FROM take WHERE pack > each.pack) FROM each WHERE each.pack IS NOT NULL
    )
    SELECT pack, (SELECT start + n_bytes FROM take WHERE take.pack = each.pack ORDER BY start DESC LIMIT 1)
    FROM each WHERE pack IS NOT NULL
"""


def live_takes(ask: Asking, pack: str | None) -> Iterator[Take]:
    """Yield the takes in use, or those of them in one pack, in the order in which they lie."""
    place = (pack or "", -1)
    while takes := ask(partial(_page, _IN_ORDER, place, (pack,))):
        yield from takes
        place = takes[-1].pack, takes[-1].start


def unused_takes(ask: Asking) -> Iterator[Take]:
    """Yield the takes in use that no segment of the plan has any use for, in the order in which they lie."""
    place = ("", -1)
    while takes := ask(partial(_page, _UNUSED, place, ())):
        yield from takes
        place = takes[-1].pack, takes[-1].start


def live_take(db: sqlite3.Connection, fingerprint: str) -> Take | None:
    """Return the take in use of a fingerprint, None if there is none."""
    row = db.execute(f"{_TAKE} WHERE dropped_at IS NULL AND hash = ?", (fingerprint,)).fetchone()
    return _take(row) if row else None


def takes(db: sqlite3.Connection, chapter: str) -> dict[str, Take]:
    """Return the takes in use of a chapter's segments, by fingerprint."""
    rows = db.execute(
        f"{_TAKE} JOIN segment ON segment.fingerprint = take.fingerprint WHERE dropped_at IS NULL "  # noqa: S608
        "AND segment.number BETWEEN (SELECT first FROM chapter WHERE id = ?1) "
        "AND (SELECT first + n_segments - 1 FROM chapter WHERE id = ?1)",
        (chapter,),
    )
    return {row[0]: _take(row) for row in rows}


def packs(db: sqlite3.Connection) -> dict[str, int]:
    """Return every pack on record, and the byte at which the last take ends that is known to lie in it."""
    return dict(db.execute(_PACKS).fetchall())


def dropped_takes(db: sqlite3.Connection) -> list[Take]:
    """Return the takes that are out of use, in the order in which they lie."""
    return [_take(row) for row in db.execute(f"{_TAKE} WHERE dropped_at IS NOT NULL ORDER BY pack, start")]


def takes_digest(db: sqlite3.Connection) -> str:
    """Return the hash of all takes in use, in the order of the plan, and of where it lacks one."""
    digest = hashlib.sha256()
    for [sha256] in db.execute(
        "SELECT take.sha256 FROM segment LEFT JOIN take ON take.fingerprint = segment.fingerprint "
        "AND dropped_at IS NULL ORDER BY segment.number"
    ):
        digest.update((sha256 or "-").encode() + b"\n")
    return digest.hexdigest()


def settings_of_text(db: sqlite3.Connection, text_sha256: str) -> list[Settings]:
    """Return the different settings with which a text was ever recorded, newest first."""
    rows = db.execute(
        "SELECT setting.json FROM fingerprint JOIN take ON take.fingerprint = fingerprint.id "
        "JOIN setting ON setting.id = fingerprint.setting WHERE text_key = ? "
        "GROUP BY setting.id ORDER BY max(take.attempt) DESC",
        (text_key(text_sha256),),
    )
    return [settings_of(text) for [text] in rows]


def retake_seed(db: sqlite3.Connection, fingerprint: str) -> int | None:
    """Return the seed of the newest retake of a fingerprint that names one, None if there is none."""
    row = db.execute(
        "SELECT seed FROM retake WHERE fingerprint = (SELECT id FROM fingerprint WHERE hash = ?) "
        "AND seed IS NOT NULL ORDER BY id DESC LIMIT 1",
        (fingerprint,),
    ).fetchone()
    return row[0] if row else None


def n_retakes(db: sqlite3.Connection) -> int:
    """Return how many retakes were ever asked for."""
    [number] = db.execute("SELECT count(*) FROM retake").fetchone()
    return int(number)


def text_key(text_sha256: str) -> int:
    """Return as much of a text's hash as an integer of SQLite's holds: 63 bits and no sign."""
    return int(text_sha256[:16], 16) >> 1


def _page(query: str, place: tuple[str, int], more: tuple[object, ...], db: sqlite3.Connection) -> list[Take]:
    return [_take(row) for row in db.execute(query, (*place, *more, _PAGE))]


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
        pack=row[9],
        start=row[10],
    )
