"""Copies of a ledger that go elsewhere and come back: whole files, and what tells one from another."""

import hashlib
import sqlite3
from contextlib import closing
from pathlib import Path

from batchtts.errors import LedgerError
from batchtts.files import sync_folder
from batchtts.ledger import recordings
from batchtts.ledger.opening import NAME, connect_read_only, identify, translating
from batchtts.ledger.reading import LedgerReader
from batchtts.model import canonical_json

_REPLACED = "replaced-"
_SIDE_FILES = ("-wal", "-shm", "-journal")

_HAPPENED = (
    "SELECT id, started_at, outcome FROM attempt ORDER BY id DESC LIMIT 1",
    "SELECT run, tariff, outcome, n_attempts, n_characters FROM tally ORDER BY run, tariff, outcome",
    "SELECT id, asked_at FROM retake ORDER BY id DESC LIMIT 1",
)
"""What was asked of engines, and by people: as few rows as tell it from what came before."""


def substance(folder: Path) -> str | None:
    """Return the digest of what the ledger in a state folder knows and nothing else could tell; None if that is nothing.

    That a run took place is not part of it, only what it asked for, nor is the plan.  Raises `LedgerError` for a
    ledger that cannot be read.
    """
    ledger = LedgerReader.open(folder)
    if ledger is None:
        return None
    with ledger:
        return ledger.ask(_substance)


def write_snapshot(folder: Path, path: Path) -> None:
    """Write the ledger in a state folder into a file that does not exist yet, as one whole and as small as it gets."""
    ledger = LedgerReader.open(folder)
    if ledger is None:
        raise LedgerError(f"{folder}: there is no ledger", hint="`batchtts run` makes one.")
    with ledger:
        ledger.ask(lambda db: db.execute("VACUUM INTO ?", (str(path),)))


def install(folder: Path, snapshot: Path) -> None:
    """Put a snapshot in the place of the ledger in a state folder, which is kept beside it.

    Whoever calls this has the folder's lock.  Raises `LedgerError` for a file that this program cannot read, before
    anything is changed.
    """
    with translating(snapshot), closing(connect_read_only(snapshot)[0]) as db:
        identify(db, snapshot)
    if (folder / NAME).exists():
        aside = _new_folder(folder)
        for suffix in ("", *_SIDE_FILES):  # the file first: without its log it is no more than old
            path = folder / f"{NAME}{suffix}"
            if path.exists():
                path.replace(aside / path.name)
        sync_folder(aside)
    snapshot.replace(folder / NAME)
    sync_folder(folder)


def replaced(folder: Path) -> list[Path]:
    """Return the folders in which ledgers are kept whose place others have taken, oldest first."""
    found = [path for path in folder.glob(f"{_REPLACED}*") if path.name.removeprefix(_REPLACED).isdecimal()]
    return sorted(found, key=lambda path: int(path.name.removeprefix(_REPLACED)))


def _new_folder(folder: Path) -> Path:
    before = replaced(folder)
    number = int(before[-1].name.removeprefix(_REPLACED)) + 1 if before else 1
    path = folder / f"{_REPLACED}{number}"
    path.mkdir(mode=0o700)
    return path


def _substance(db: sqlite3.Connection) -> str | None:
    happened = [db.execute(query).fetchall() for query in _HAPPENED]
    if not any(happened):
        return None
    form = [
        *happened,
        list(recordings.packs(db).items()),
        [take.name for take in recordings.dropped_takes(db)],
    ]
    return hashlib.sha256(canonical_json(form).encode()).hexdigest()
