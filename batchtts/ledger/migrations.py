"""How a ledger gets from the version it was written with to the one that this program knows.

A migration is a function of the connection; the one at index N leads from version N to N + 1.  Each runs
in one transaction together with its `user_version`, so a crash leaves the old version or the new one.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

Migration: TypeAlias = Callable[[sqlite3.Connection], None]


def version_of(db: sqlite3.Connection) -> int:
    """Return the version of the schema; 0 stands for an empty file."""
    [version] = db.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(db: sqlite3.Connection, migrations: Sequence[Migration]) -> None:
    """Apply the migrations that the ledger has not seen yet, in order."""
    for version in range(version_of(db), len(migrations)):
        db.execute("BEGIN IMMEDIATE")
        try:
            migrations[version](db)
            db.execute(f"PRAGMA user_version = {version + 1}")
        except BaseException:
            db.execute("ROLLBACK")
            raise
        db.execute("COMMIT")


def create(db: sqlite3.Connection) -> None:
    """Create every table, index, trigger and view."""
    for statement in _schema():
        db.execute(statement)


def add_slots_and_deliveries(db: sqlite3.Connection) -> None:
    """Add what ledgers of version 1 did not have, unless this one was made by `create` just now."""
    known = {name for [name] in db.execute("SELECT name FROM sqlite_schema")}
    for statement in _schema():
        found = _CREATED.match(statement)
        if found is not None and found[1] not in known:
            db.execute(statement)
    _add_columns(db, _ADDED_IN_VERSION_2)


def add_columns_of_datasets(db: sqlite3.Connection) -> None:
    """Add what ledgers of version 2 did not know of segments, unless this one was made by `create` just now."""
    _add_columns(db, _ADDED_IN_VERSION_3)


def _add_columns(db: sqlite3.Connection, added: Mapping[str, Mapping[str, str]]) -> None:
    for table, columns in added.items():
        present = {name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")}
        for name, form in columns.items():
            if name not in present:
                db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {form}")


_CREATED = re.compile(r"(?:\s*--[^\n]*\n|\s)*CREATE (?:UNIQUE )?[A-Z]+ (\w+)")
_ADDED_IN_VERSION_2 = {
    "chapter": {"dubbing": "TEXT CHECK (dubbing IS NULL OR json_valid(dubbing))"},
    "segment": dict.fromkeys(("slot_start_ms", "slot_end_ms", "slot_limit_ms"), "INTEGER"),
}
_ADDED_IN_VERSION_3 = {
    "segment": {
        "split": "TEXT",
        "extra": "TEXT CHECK (extra IS NULL OR json_valid(extra))",
        "text_id": "TEXT",
    },
}


def _schema() -> Iterator[str]:
    """Yield the statements of the newest schema; `executescript` would commit the transaction around them."""
    from importlib import resources  # costs a start, and few commands make a ledger

    script = resources.files("batchtts.ledger").joinpath("schema.sql").read_text(encoding="utf-8")
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


MIGRATIONS: tuple[Migration, ...] = (create, add_slots_and_deliveries, add_columns_of_datasets)
VERSION = len(MIGRATIONS)
