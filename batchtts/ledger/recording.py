"""What is written while a job runs: functions of a connection that each record one fact.

They run inside the transaction of whoever calls them.  Rules that the schema enforces are not repeated here.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from batchtts.errors import LedgerError
from batchtts.ledger.tariffs import Tariff, tariff_id
from batchtts.model import Master, TakeRecord, canonical_json


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
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'attempt'").fetchone()
    return int(row[0]) if row else 0


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
    db.execute(
        "INSERT INTO attempt (id, run, tariff, fingerprint, characters, started_at) VALUES (?, ?, ?, ?, ?, ?)",
        (
            *(opening.number, opening.run, tariff_id(db, opening.tariff)),
            *(opening.fingerprint, opening.characters, opening.started_at),
        ),
    )


def close_attempt(
    db: sqlite3.Connection, number: int, *, outcome: str, detail: str | None, ended_at: str
) -> bool:
    """End an attempt and return True, or False if it is not open."""
    cursor = db.execute(
        "UPDATE attempt SET ended_at = ?, outcome = ?, detail = ? WHERE id = ? AND ended_at IS NULL",
        (ended_at, outcome, detail, number),
    )
    return cursor.rowcount == 1


def keep(db: sqlite3.Connection, number: int, record: TakeRecord, *, ended_at: str) -> None:
    """End an attempt with the take that came of it."""
    if not close_attempt(db, number, outcome="kept", detail=None, ended_at=ended_at):
        raise LedgerError(f"attempt {number} is not open, so {record.take.path} cannot be its take")
    _insert_take(db, number, record)


def adopt(
    db: sqlite3.Connection, number: int, record: TakeRecord, *, run: int | None, drop_reason: str | None
) -> None:
    """Record a take that was found on the disk, with an attempt that asked nobody."""
    at = now()
    db.execute(
        "INSERT INTO attempt (id, run, fingerprint, characters, started_at, ended_at, outcome) "
        "VALUES (?, ?, ?, 0, ?, ?, 'adopted')",
        (number, run, record.take.fingerprint, at, at),
    )
    live = "SELECT 1 FROM take WHERE fingerprint = ? AND dropped_at IS NULL"
    if drop_reason is None and db.execute(live, (record.take.fingerprint,)).fetchone():
        drop_reason = "superseded"
    _insert_take(db, number, record, drop_reason=drop_reason)


def drop(db: sqlite3.Connection, path: str, reason: str) -> None:
    """Take a take out of use."""
    cursor = db.execute(
        "UPDATE take SET dropped_at = ?, drop_reason = ? WHERE path = ? AND dropped_at IS NULL",
        (now(), reason, path),
    )
    if cursor.rowcount == 0:
        raise LedgerError(f"no take that is in use has the file {path}")


def ask_retake(db: sqlite3.Connection, fingerprint: str, *, why: str, seed: int | None) -> None:
    """Record that a person wants another take, and take the one there is out of use."""
    db.execute(
        "INSERT INTO retake (fingerprint, attempt, why, seed, asked_at) "
        "VALUES (?1, (SELECT coalesce(max(id), 0) FROM attempt WHERE fingerprint = ?1), ?2, ?3, ?4)",
        (fingerprint, why, seed, now()),
    )
    db.execute(
        "UPDATE take SET dropped_at = ?, drop_reason = ? WHERE fingerprint = ? AND dropped_at IS NULL",
        (now(), why, fingerprint),
    )


def forget_dropped(db: sqlite3.Connection) -> list[str]:
    """Remove the takes that are out of use, and return their paths; their attempts stay."""
    paths = [
        path for [path] in db.execute("SELECT path FROM take WHERE dropped_at IS NOT NULL ORDER BY path")
    ]
    db.execute("DELETE FROM verified WHERE path IN (SELECT path FROM take WHERE dropped_at IS NOT NULL)")
    db.execute("DELETE FROM take WHERE dropped_at IS NOT NULL")
    return paths


def forget_takes(db: sqlite3.Connection, paths: Iterable[str]) -> None:
    """Remove takes that are out of use; their attempts stay."""
    for path in paths:
        db.execute("DELETE FROM verified WHERE path = ?", (path,))
        db.execute("DELETE FROM take WHERE path = ?", (path,))


def keep_master(db: sqlite3.Connection, master: Master) -> None:
    """Record a chapter's master in the place of the one before."""
    files = [{"path": file.path, "sha256": file.sha256, "n_bytes": file.n_bytes} for file in master.files]
    db.execute(
        "INSERT OR REPLACE INTO master (chapter, recipe, sample_rate, n_samples, files) VALUES (?, ?, ?, ?, ?)",
        (master.chapter, master.recipe, master.sample_rate, master.n_samples, canonical_json(files)),
    )


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
    db.execute(
        "INSERT INTO take (attempt, fingerprint, number, text_sha256, setting, seed, path, sha256, n_bytes, "
        "sample_rate, n_samples, speech_start, speech_end, checks, dropped_at, drop_reason) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(number, take.fingerprint, take.number, record.text_sha256),
            *(
                setting_id(db, canonical_json(record.settings)),
                take.seed,
                take.path,
                take.sha256,
                take.n_bytes,
            ),
            *(take.sample_rate, take.n_samples, take.speech_start, take.speech_end),
            *(canonical_json(record.checks), now() if drop_reason is not None else None, drop_reason),
        ),
    )
