"""What is written while a job runs: functions of a connection that each record one fact.

They run inside the transaction of whoever calls them.  Rules that the schema enforces are not repeated here.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from batchtts.errors import LedgerError
from batchtts.ledger.recordings import text_key
from batchtts.ledger.tariffs import Tariff, tariff_id
from batchtts.model import Delivery, Master, Take, TakeRecord, canonical_json

_OPEN_ATTEMPT = """
    INSERT INTO attempt (id, run, tariff, fingerprint, characters, started_at)
    SELECT ?, ?, tariff.id, fingerprint.id, ?, ? FROM fingerprint CROSS JOIN tariff
    WHERE hash = ? AND engine = ? AND per_1000_characters IS ? AND currency IS ?
"""

_CLOSE_ATTEMPT = "UPDATE attempt SET ended_at = ?, outcome = ?, detail = ? WHERE id = ? AND ended_at IS NULL"

_INSERT_TAKE = """
    INSERT INTO take (attempt, fingerprint, number, seed, pack, start, n_bytes, sha256, sample_rate, n_samples,
        speech_start, speech_end, checks, dropped_at, drop_reason)
    SELECT ?, id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM fingerprint WHERE hash = ?
"""

# The same, but the fingerprint is found by its number: attempts and takes come about in the order of these.
_INSERT_PLANNED_TAKE = (
    f"{_INSERT_TAKE} AND id = (SELECT fingerprint FROM attempt WHERE id = ?1) "  # noqa: S608
    "AND setting IS NOT NULL"
)

_COMPLETED = """
    SELECT id FROM chapter WHERE n_done = n_segments AND position IN (
        SELECT chapter FROM segment WHERE fingerprint = (SELECT fingerprint FROM take WHERE attempt = ?)
    ) ORDER BY position
"""

_encode = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
"""As `canonical_json`, but made once: there is one of these for each take."""


def now() -> str:
    """Return the time, in UTC, as the ledger writes it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def start_run(
    db: sqlite3.Connection, *, version: str, manifest_sha256: str, pid: int, host: str
) -> tuple[int, int]:
    """Open a run; return its id, and how many attempts a run before it had left open."""
    n_interrupted = db.execute(
        "UPDATE attempt SET ended_at = ?, outcome = 'interrupted', detail = 'the run was cut short' "
        "WHERE ended_at IS NULL",
        (now(),),
    ).rowcount
    db.execute("UPDATE run SET ended_at = ?, outcome = 'killed' WHERE ended_at IS NULL", (now(),))
    [run] = db.execute(
        "INSERT INTO run (started_at, version, manifest_sha256, pid, host) VALUES (?, ?, ?, ?, ?) RETURNING id",
        (now(), version, manifest_sha256, pid, host),
    ).fetchone()
    return run, n_interrupted


def end_run(db: sqlite3.Connection, run: int, outcome: str, reason: str | None) -> None:
    """Close a run."""
    db.execute(
        "UPDATE run SET ended_at = ?, outcome = ?, reason = ? WHERE id = ?", (now(), outcome, reason, run)
    )


def newest_attempt(db: sqlite3.Connection) -> int:
    """Return the number of the newest attempt there ever was, 0 if there was none."""
    [number] = db.execute("SELECT ifnull(max(id), 0) FROM attempt").fetchone()
    return int(number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is known of an attempt when it begins; `number` will be its id."""

    number: int
    run: int
    tariff: Tariff
    fingerprint: str
    characters: int
    started_at: str


def open_attempt(db: sqlite3.Connection, opening: Opening) -> None:
    """Record that an engine is about to be asked."""
    row = (
        *(opening.number, opening.run, opening.characters, opening.started_at),
        *(opening.fingerprint, *opening.tariff.columns),
    )
    if db.execute(_OPEN_ATTEMPT, row).rowcount == 0:  # one of the two is not on record yet
        fingerprint_id(db, opening.fingerprint)
        tariff_id(db, opening.tariff)
        db.execute(_OPEN_ATTEMPT, row)


def close_attempt(
    db: sqlite3.Connection, number: int, *, outcome: str, detail: str | None, ended_at: str
) -> bool:
    """End an attempt and return True, or False if it is not open."""
    return db.execute(_CLOSE_ATTEMPT, (ended_at, outcome, detail, number)).rowcount == 1


def keep(db: sqlite3.Connection, number: int, record: TakeRecord, *, ended_at: str) -> tuple[str, ...]:
    """End an attempt with the take that came of it; return the chapters that lack nothing now."""
    if not close_attempt(db, number, outcome="kept", detail=None, ended_at=ended_at):
        raise LedgerError(f"attempt {number} is not open, so {record.take.name} cannot be its take")
    _insert_take(db, number, record)
    return tuple(id_ for [id_] in db.execute(_COMPLETED, (number,)))


def adopt(
    db: sqlite3.Connection, number: int, record: TakeRecord, *, run: int | None, drop_reason: str | None
) -> bool:
    """Record a take that was found on the disk, with an attempt that asked nobody; return whether it was new.

    One that is on record already is passed over: it lies on the disk twice.  If the one on record is out of use and
    nothing speaks against this, its bytes were lost or damaged, and this takes its place.
    """
    at = now()
    fingerprint = fingerprint_id(db, record.take.fingerprint)
    live = "SELECT 1 FROM take WHERE fingerprint = ? AND dropped_at IS NULL"
    has_live = db.execute(live, (fingerprint,)).fetchone() is not None
    same = (fingerprint, record.take.number)
    if db.execute("SELECT 1 FROM take WHERE fingerprint = ? AND number = ?", same).fetchone() is not None:
        if has_live or drop_reason is not None:
            return False
        db.execute("DELETE FROM take WHERE fingerprint = ? AND number = ?", same)
    db.execute(
        "INSERT INTO attempt (id, run, fingerprint, characters, started_at, ended_at, outcome) "
        "VALUES (?, ?, ?, 0, ?, ?, 'adopted')",
        (number, run, fingerprint, at, at),
    )
    if drop_reason is None and has_live:
        drop_reason = "superseded"
    _insert_take(db, number, record, drop_reason=drop_reason)
    return True


def adopt_all(
    db: sqlite3.Connection,
    records: Iterable[tuple[int, TakeRecord]],
    *,
    run: int | None,
    dropped: Mapping[str, str],
) -> int:
    """Adopt takes under the numbers that come with them; return how many were new.

    `dropped` are reasons by name.
    """
    return sum(
        adopt(db, number, record, run=run, drop_reason=dropped.get(record.take.name))
        for number, record in records
    )


def drop_all(db: sqlite3.Connection, takes: Iterable[Take], reason: str) -> None:
    """Take takes out of use."""
    for take in takes:
        drop(db, take, reason)


def drop(db: sqlite3.Connection, take: Take, reason: str) -> None:
    """Take a take out of use."""
    cursor = db.execute(
        "UPDATE take SET dropped_at = ?, drop_reason = ? WHERE number = ? AND dropped_at IS NULL "
        "AND fingerprint = (SELECT id FROM fingerprint WHERE hash = ?)",
        (now(), reason, take.number, take.fingerprint),
    )
    if cursor.rowcount == 0:
        raise LedgerError(f"no take that is in use is called {take.name}")


def move(db: sqlite3.Connection, takes: Iterable[Take]) -> None:
    """Record where takes lie now, which are otherwise as they were."""
    for take in takes:
        cursor = db.execute(
            "UPDATE take SET pack = ?, start = ? WHERE number = ? "
            "AND fingerprint = (SELECT id FROM fingerprint WHERE hash = ?)",
            (take.pack, take.start, take.number, take.fingerprint),
        )
        if cursor.rowcount == 0:
            raise LedgerError(f"no take is called {take.name}")


def ask_retake(db: sqlite3.Connection, fingerprint: str, *, why: str, seed: int | None) -> None:
    """Record that a person wants another take, and take the one there is out of use."""
    id_ = fingerprint_id(db, fingerprint)
    db.execute(
        "INSERT INTO retake (fingerprint, attempt, why, seed, asked_at) "
        "VALUES (?1, (SELECT coalesce(max(id), 0) FROM attempt WHERE fingerprint = ?1), ?2, ?3, ?4)",
        (id_, why, seed, now()),
    )
    db.execute(
        "UPDATE take SET dropped_at = ?, drop_reason = ? WHERE fingerprint = ? AND dropped_at IS NULL",
        (now(), why, id_),
    )


def forget_dropped(db: sqlite3.Connection) -> None:
    """Remove the takes that are out of use; their attempts stay."""
    db.execute("DELETE FROM take WHERE dropped_at IS NOT NULL")


def keep_master(db: sqlite3.Connection, master: Master, *, basis: str | None) -> None:
    """Record a chapter's master in the place of the one before; `basis` is the digest of what it was made from."""
    files = [{"path": file.path, "sha256": file.sha256, "n_bytes": file.n_bytes} for file in master.files]
    db.execute(
        "INSERT OR REPLACE INTO master (chapter, recipe, basis, sample_rate, n_samples, files) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (
            *(master.chapter, master.recipe, basis, master.sample_rate, master.n_samples),
            canonical_json(files),
        ),
    )


def keep_delivery(db: sqlite3.Connection, delivery: Delivery) -> None:
    """Record a delivery in the place of the one before."""
    files = [asdict(file) for file in delivery.files]
    db.execute(
        "INSERT OR REPLACE INTO delivery (path, recipe, asked, sample_rate, n_samples, files, packets) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(delivery.path, delivery.recipe, delivery.asked, delivery.sample_rate, delivery.n_samples),
            *(canonical_json(files), canonical_json(list(delivery.packets))),
        ),
    )


def ask_deliveries(db: sqlite3.Connection, asked: Mapping[str, str]) -> None:
    """Record by path who asks for which deliveries; the others were asked for before."""
    db.execute("UPDATE delivery SET asked = 'before'")
    db.executemany(
        "UPDATE delivery SET asked = ?2 WHERE path = ?1",
        asked.items(),
    )


def forget_deliveries(db: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Remove these deliveries."""
    db.executemany("DELETE FROM delivery WHERE path = ?", ((path,) for path in paths))


def forget_masters(db: sqlite3.Connection, chapters: Iterable[str]) -> None:
    """Remove the masters of these chapters."""
    db.executemany("DELETE FROM master WHERE chapter = ?", ((chapter,) for chapter in chapters))


def note_verified(db: sqlite3.Connection, path: str, n_bytes: int, mtime_ns: int) -> None:
    """Record with which size and time a file's bytes were found right."""
    db.execute(
        "INSERT OR REPLACE INTO verified (path, n_bytes, mtime_ns) VALUES (?, ?, ?)",
        (path, n_bytes, mtime_ns),
    )


def forget_verified(db: sqlite3.Connection, path: str) -> None:
    """Record that a file's bytes have to be read before they are trusted again."""
    db.execute("DELETE FROM verified WHERE path = ?", (path,))


def fingerprint_id(db: sqlite3.Connection, hash_: str) -> int:
    """Return the row of a fingerprint, made if there is none yet; all that is known of it then is its hash."""
    row = db.execute("SELECT id FROM fingerprint WHERE hash = ?", (hash_,)).fetchone()
    if row is None:
        row = db.execute("INSERT INTO fingerprint (hash) VALUES (?) RETURNING id", (hash_,)).fetchone()
    return int(row[0])


def setting_id(db: sqlite3.Connection, text: str) -> int:
    """Return the row that holds these settings, made if there is none yet."""
    row = db.execute("SELECT id FROM setting WHERE json = ?", (text,)).fetchone()
    if row is None:
        row = db.execute("INSERT INTO setting (json) VALUES (?) RETURNING id", (text,)).fetchone()
    return int(row[0])


def _insert_take(
    db: sqlite3.Connection, number: int, record: TakeRecord, *, drop_reason: str | None = None
) -> None:
    take = record.take
    row = (
        *(number, take.number, take.seed, take.pack, take.start, take.n_bytes, take.sha256),
        *(take.sample_rate, take.n_samples, take.speech_start, take.speech_end),
        *(_encode(record.checks), now() if drop_reason is not None else None, drop_reason),
        take.fingerprint,
    )
    if db.execute(_INSERT_PLANNED_TAKE, row).rowcount == 0:
        _describe(db, record)
        db.execute(_INSERT_TAKE, row)


def _describe(db: sqlite3.Connection, record: TakeRecord) -> None:
    """Record what a fingerprint stands for that no plan has brought."""
    id_ = fingerprint_id(db, record.take.fingerprint)
    setting = setting_id(db, canonical_json(record.settings))
    db.execute(
        "UPDATE fingerprint SET text_key = ?, setting = ? WHERE id = ? AND setting IS NULL",
        (text_key(record.text_sha256), setting, id_),
    )
