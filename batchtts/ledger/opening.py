"""The ledger's file: how it is made and opened, and what happens when it is foreign, too new or damaged."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from batchtts.errors import LedgerError
from batchtts.files import PART, sync_folder
from batchtts.ledger import faults
from batchtts.ledger.migrations import MIGRATIONS, VERSION, migrate, version_of

NAME = "ledger.db"
APPLICATION_ID = 0x62747473
"""Says whose file it is, to us and to `file`: the letters "btts"."""

BUSY_SECONDS = 30.0
"""How long somebody else's lock on the file is waited for; only a person in an SQL shell can have one."""

CACHE_KIB = 2_048
"""Nearly all that is added is added at the end of something, so more would not be faster, even for a million segments."""

LOG_PAGES = 4000
"""How long the log gets before it is worked into the file (16 MB); most pages change many times, so it pays to wait."""

LOG_BYTES = 2 * 4096 * LOG_PAGES
"""How much of it stays for the next changes: a plan of a million segments makes one of 350 MB, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedFile:
    """A connection that may write, and how it came about: `set_aside` is where a damaged file went."""

    db: sqlite3.Connection
    is_new: bool
    set_aside: Path | None


def open_file(path: Path) -> OpenedFile:
    """Open the ledger for its one writer; make a new one if there is none, or none that is sound.

    A file that is not ours, or newer than this program, is refused before anything is written.
    """
    if path.exists() and (db := _open_sound(path)) is not None:
        return OpenedFile(db=db, is_new=False, set_aside=None)
    set_aside = _move_aside(path)
    _create(path)
    return OpenedFile(db=_connect(path), is_new=True, set_aside=set_aside)


def connect_read_only(path: Path) -> tuple[sqlite3.Connection, bool]:
    """Open the ledger to read, and tell whether that relies on nobody writing meanwhile.

    Reading a file in WAL mode makes side files, unless they are there already or SQLite is told that the
    file does not change.  Whether it did not is then for the reader to make sure of.
    """
    is_still = _is_in_wal_mode(path) and not _beside(path, "-wal").exists()
    option = "immutable=1" if is_still else "mode=ro"
    uri = f"{path.resolve().as_uri()}?{option}"
    return sqlite3.connect(uri, uri=True, isolation_level=None), is_still


def identify(db: sqlite3.Connection, path: Path) -> None:
    """Raise `LedgerError` unless the file is a ledger that this program understands."""
    [application_id] = db.execute("PRAGMA application_id").fetchone()
    if application_id != APPLICATION_ID:
        raise LedgerError(f"{path} is not a ledger of batchtts", hint="Move it out of the way.")
    if (version := version_of(db)) > VERSION:
        raise LedgerError(
            f"{path} was written by a newer batchtts: its schema is {version}, this one knows {VERSION}",
            hint="Upgrade batchtts, or choose another output folder. Nothing was changed.",
        )


@contextmanager
def translating(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say about the file into a `LedgerError`."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise LedgerError(f"{path} cannot be used: {error}", hint=faults.hint(error)) from error


def use_wal(db: sqlite3.Connection) -> str:
    """Switch to a write-ahead log, or to a rollback journal where the file system cannot; return which.

    A write-ahead log needs memory that processes share, which network file systems do not have.
    """
    [mode] = db.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode == "wal":
        db.execute("PRAGMA synchronous = FULL")
    else:
        [mode] = db.execute("PRAGMA journal_mode = DELETE").fetchone()
        db.execute("PRAGMA synchronous = EXTRA")  # a commit deletes the journal, and that has to last too
    return str(mode)


def _open_sound(path: Path) -> sqlite3.Connection | None:
    """Return a connection to a ledger that is ours and whole, None if the file cannot be trusted."""
    if path.stat().st_size == 0:
        return None
    try:
        _look(path)
        db = _connect(path)
    except sqlite3.DatabaseError as error:
        if faults.is_damage(error):
            return None
        raise
    if not _is_whole(db):
        db.close()
        return None
    return db


def _look(path: Path) -> None:
    """Raise `LedgerError` for a file that is not ours, without changing it."""
    try:
        # Without the means to write: opening a file to write may already change it.
        with closing(connect_read_only(path)[0]) as looking:
            identify(looking, path)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
        # Whoever wrote last was killed in the middle, and only one who may write can undo what is half done.
        with closing(sqlite3.connect(path, isolation_level=None)) as looking:
            identify(looking, path)


def _is_whole(db: sqlite3.Connection) -> bool:
    """Bring the file up to date, and check it if its last run did not end."""
    try:
        migrate(db, MIGRATIONS)
        [n_open] = db.execute("SELECT count(*) FROM run WHERE ended_at IS NULL").fetchone()
        return n_open == 0 or db.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]
    except sqlite3.DatabaseError as error:
        if faults.is_damage(error):
            return False
        db.close()
        raise


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA fullfsync = ON")  # on macOS a plain sync stops at the disk's own cache
        db.execute(f"PRAGMA cache_size = {-CACHE_KIB}")
        db.execute(f"PRAGMA wal_autocheckpoint = {LOG_PAGES}")
        db.execute(f"PRAGMA journal_size_limit = {LOG_BYTES}")
        use_wal(db)
    except sqlite3.Error:
        db.close()
        raise
    return db


def _create(path: Path) -> None:
    """Make an empty ledger under another name, so that no half-made one is ever found."""
    part = path.with_name(path.name + PART)
    for suffix in ("", "-journal", "-wal", "-shm"):
        _beside(part, suffix).unlink(missing_ok=True)
    part.touch(mode=0o600)  # SQLite gives its side files the same mode
    with closing(sqlite3.connect(part, isolation_level=None)) as db:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        migrate(db, MIGRATIONS)
        use_wal(db)  # before anybody can find it: the switch itself is written with the other journal
    part.replace(path)
    sync_folder(path.parent)


def _move_aside(path: Path) -> Path | None:
    """Rename what is there, side files included: a stray log would be replayed into the next ledger."""
    suffixes = [suffix for suffix in ("", "-wal", "-shm", "-journal") if _beside(path, suffix).exists()]
    if not suffixes:
        return None
    number = 1
    while any(path.parent.glob(f"{path.name}.damaged-{number}*")):
        number += 1
    aside = path.with_name(f"{path.name}.damaged-{number}")
    for suffix in suffixes:
        _beside(path, suffix).replace(_beside(aside, suffix))
    sync_folder(path.parent)
    return aside


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def _is_in_wal_mode(path: Path) -> bool:
    """Read from the header which kind of journal the file is written with (file format, bytes 18 and 19)."""
    with path.open("rb") as stream:
        return stream.read(20)[18:] == b"\x02\x02"
