"""How a ledger gets from the version it was written with to the one that this program knows.

A migration is a function of the connection; the one at index N leads from version N to N + 1.  Each runs
in one transaction together with its `user_version`, so a crash leaves the old version or the new one.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
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


def create_version_1(db: sqlite3.Connection) -> None:
    """Create every table, index, trigger and view."""
    from importlib import resources  # costs a start, and few commands make a ledger

    schema = resources.files("batchtts.ledger").joinpath("schema.sql").read_text(encoding="utf-8")
    for statement in _statements(schema):
        db.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """Yield the statements of a script; `executescript` would commit the transaction around them."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


MIGRATIONS: tuple[Migration, ...] = (create_version_1,)
VERSION = len(MIGRATIONS)
