"""Ledgers that were written before there were slots get room for them, and lose nothing."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from batchtts.ledger.ledger import Ledger
from batchtts.ledger.migrations import MIGRATIONS, create, migrate

NEW = {"segment": ["slot_start_ms", "slot_end_ms", "slot_limit_ms"], "chapter": ["dubbing"]}


def columns(db: sqlite3.Connection, table: str) -> set[str]:
    return {name for _, name, *_ in db.execute(f"PRAGMA table_info({table})")}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Return the path of a ledger as version 1 was, in which there is a run."""
    path = tmp_path / "ledger.db"
    Ledger.open(tmp_path).close()
    with closing(sqlite3.connect(path)) as db:
        for table, names in NEW.items():
            for name in names:
                db.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
        db.execute("DROP TABLE delivery")
        db.execute(
            "INSERT INTO run (started_at, version, manifest_sha256, pid, host) VALUES ('2026', '0', '', 1, '')"
        )
        db.execute("PRAGMA user_version = 1")
        db.commit()
    return path


def test_an_old_ledger_gets_what_it_lacks_and_keeps_what_it_has(old: Path) -> None:
    with Ledger.open(old.parent) as ledger:
        for table, names in NEW.items():
            assert set(names) <= ledger.ask(lambda db, table=table: columns(db, table))
        assert ledger.deliveries() == {}
        assert ledger.ask(lambda db: db.execute("SELECT count(*) FROM run").fetchone()) == (1,)


def test_an_old_ledger_comes_to_have_what_a_new_one_has(old: Path) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as new:
        migrate(new, MIGRATIONS)
        wanted = {name for [name] in new.execute("SELECT name FROM sqlite_schema")}
        tables = {name: columns(new, name) for name in NEW}
    with Ledger.open(old.parent) as ledger:
        assert (
            ledger.ask(lambda db: {name for [name] in db.execute("SELECT name FROM sqlite_schema")}) >= wanted
        )
        assert ledger.ask(lambda db: {name: columns(db, name) for name in NEW}) == tables


def test_a_new_ledger_needs_nothing_more(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as db:
        create(db)
        before = db.execute("SELECT sql FROM sqlite_schema").fetchall()
        for migration in MIGRATIONS[1:]:
            migration(db)
        assert db.execute("SELECT sql FROM sqlite_schema").fetchall() == before
