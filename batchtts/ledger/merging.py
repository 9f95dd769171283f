"""What another ledger of the same job knows: its runs and attempts, copied once, with ids of this one.

A run is the same as one that is here if it began at the same millisecond, as the same process of the same
host, and asked first for the same thing.  So merging a ledger again, or one that it was merged into, adds nothing.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from batchtts.job import Price
from batchtts.ledger.locking import LOCK, lock_folder
from batchtts.ledger.opening import NAME, connect_read_only, translating
from batchtts.ledger.reading import LedgerReader
from batchtts.ledger.recording import fingerprint_id, now
from batchtts.ledger.tariffs import Tariff, tariff_id

Row: TypeAlias = tuple[Any, ...]

_RUNS = (
    "SELECT run.id, started_at, version, manifest_sha256, pid, host, fingerprint.hash, "
    "ended_at, outcome, reason FROM run LEFT JOIN ("
    # With min(id), SQLite takes the other columns from the very row that has it.
    "SELECT run, min(id), fingerprint FROM attempt WHERE outcome IS NOT 'adopted' GROUP BY run"
    ") AS first ON first.run = run.id LEFT JOIN fingerprint ON fingerprint.id = first.fingerprint "
    "ORDER BY run.id"
)
_IDENTITY = slice(1, 7)
"""The columns of `_RUNS` that tell a run from every other; its id is of one ledger only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """How many runs were not known here, and how many attempts were made in them."""

    n_runs: int = 0
    n_attempts: int = 0


@contextmanager
def at_rest(folder: Path) -> Iterator[LedgerReader | None]:
    """Read the ledger in a state folder while nobody writes to it; None if there is no ledger.

    Raises `LedgerBusy` if somebody does.
    """
    # Whoever writes makes this file first; without it there is nobody, and nothing needs to be written here.
    lock = lock_folder(folder) if (folder / LOCK).exists() else None
    try:
        reader = LedgerReader.open(folder)
        if reader is None:
            yield None
        else:
            with reader:
                yield reader
    finally:
        if lock is not None:
            lock.release()


def copy_history(db: sqlite3.Connection, numbers: Iterator[int], folder: Path) -> Copied:
    """Add the runs and attempts of the ledger in another state folder that are not here yet.

    `numbers` are for the new attempts.  Adopted takes are no requests: they are left to whoever adopts here.
    """
    with translating(folder / NAME):
        source = connect_read_only(folder / NAME)[0]
    with closing(source):
        known = {row[_IDENTITY] for row in db.execute(_RUNS)}
        runs = {
            row[0]: _copy_run(db, row)
            for row in _reading(source, _RUNS, folder)
            if row[_IDENTITY] not in known
        }
        return Copied(n_runs=len(runs), n_attempts=_copy_attempts(db, numbers, source, folder, runs))


def _reading(source: sqlite3.Connection, query: str, folder: Path) -> Iterator[Row]:
    """Yield rows of the other ledger, whose trouble must not be taken for trouble of this one."""
    with translating(folder / NAME):
        yield from source.execute(query)


def _copy_run(db: sqlite3.Connection, row: Row) -> int:
    """Copy a run and return its id here; one that was never closed has been killed, as nobody writes to it."""
    _, started_at, version, manifest_sha256, pid, host, _, ended_at, outcome, reason = row
    if ended_at is None:
        ended_at, outcome = now(), "killed"
    [run] = db.execute(
        "INSERT INTO run (started_at, ended_at, outcome, reason, version, manifest_sha256, pid, host) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (started_at, ended_at, outcome, reason, version, manifest_sha256, pid, host),
    ).fetchone()
    return int(run)


def _copy_attempts(
    db: sqlite3.Connection,
    numbers: Iterator[int],
    source: sqlite3.Connection,
    folder: Path,
    runs: dict[int, int],
) -> int:
    """Copy the attempts of these runs, whose ids here are given by those there; return how many they were."""
    n_attempts = 0
    tariffs = {
        id_: tariff_id(db, _tariff(*price))
        for id_, *price in _reading(
            source, "SELECT id, engine, per_1000_characters, currency FROM tariff", folder
        )
    }
    for run, tariff, fingerprint, characters, started_at, ended_at, outcome, detail in _reading(
        source,
        "SELECT run, tariff, hash, characters, started_at, ended_at, outcome, detail FROM attempt "
        "JOIN fingerprint ON fingerprint.id = attempt.fingerprint "
        "WHERE outcome IS NOT 'adopted' ORDER BY attempt.id",
        folder,
    ):
        if run not in runs:
            continue
        end = (ended_at, outcome, detail) if ended_at else (now(), "interrupted", "the run was cut short")
        db.execute(
            "INSERT INTO attempt (id, run, tariff, fingerprint, characters, started_at, ended_at, outcome, "
            "detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(next(numbers), runs[run], tariffs[tariff], fingerprint_id(db, fingerprint), characters),
                *(started_at, *end),
            ),
        )
        n_attempts += 1
    return n_attempts


def _tariff(engine: str, per_1000_characters: float | None, currency: str | None) -> Tariff:
    if per_1000_characters is None or currency is None:
        return Tariff(engine=engine)
    return Tariff(engine=engine, price=Price(per_1000_characters=per_1000_characters, currency=currency))
