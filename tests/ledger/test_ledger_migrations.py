import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from batchtts.errors import LedgerError
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.migrations import MIGRATIONS, VERSION, Migration, migrate, version_of
from batchtts.ledger.reading import LedgerReader


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(tmp_path / "test.db", isolation_level=None)) as db:
        yield db


def create(db: sqlite3.Connection) -> None:
    db.execute("CREATE TABLE note (text)")


def add_author(db: sqlite3.Connection) -> None:
    db.execute("ALTER TABLE note ADD COLUMN author")


def fill(db: sqlite3.Connection) -> None:
    db.execute("INSERT INTO note VALUES ('hello', 'me')")


def columns(db: sqlite3.Connection) -> list[str]:
    return [name for _, name, *_ in db.execute("PRAGMA table_info(note)")]


def test_migrations_run_in_order_and_each_only_once(db: sqlite3.Connection) -> None:
    for known in ([create], [create, add_author], [create, add_author, fill], [create, add_author, fill]):
        migrate(db, known)
        assert version_of(db) == len(known)
    assert db.execute("SELECT * FROM note").fetchall() == [("hello", "me")]


def test_a_migration_that_fails_leaves_the_version_before_it(db: sqlite3.Connection) -> None:
    def break_off(db: sqlite3.Connection) -> None:
        add_author(db)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate(db, [create, break_off])
    assert (version_of(db), columns(db)) == (1, ["text"])
    migrate(db, [create, add_author])
    assert (version_of(db), columns(db)) == (2, ["text", "author"])


def test_a_crash_in_the_middle_of_a_migration_leaves_the_version_before_it(
    tmp_path: Path, db: sqlite3.Connection
) -> None:
    copy = tmp_path / "copy.db"

    def crash(db: sqlite3.Connection) -> None:
        db.execute("PRAGMA cache_size = 1")  # so that pages reach the file before the commit
        for number in range(1000):
            db.execute("INSERT INTO note VALUES (?)", (str(number) * 100,))
        add_author(db)
        for suffix in ("", "-journal"):
            source = tmp_path / f"test.db{suffix}"
            copy.with_name(f"copy.db{suffix}").write_bytes(source.read_bytes())

    migrate(db, [create, crash])
    assert (tmp_path / "copy.db").stat().st_size > 50_000
    with closing(sqlite3.connect(copy, isolation_level=None)) as crashed:
        assert (version_of(crashed), columns(crashed)) == (1, ["text"])
        assert crashed.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_the_version_is_the_number_of_migrations(db: sqlite3.Connection) -> None:
    migrate(db, MIGRATIONS)
    assert version_of(db) == VERSION == len(MIGRATIONS)


def test_every_table_is_strict(db: sqlite3.Connection) -> None:
    migrate(db, MIGRATIONS)
    tables = {
        name: strict for _, name, kind, _, _, strict in db.execute("PRAGMA table_list") if kind == "table"
    }
    own = {name: strict for name, strict in tables.items() if not name.startswith("sqlite_")}
    assert len(own) == 15
    assert all(own.values())


def test_a_reader_asks_for_a_run_when_the_ledger_is_older(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Ledger.open(folder).close()
    newer: tuple[Migration, ...] = (*MIGRATIONS, create)
    monkeypatch.setattr("batchtts.ledger.opening.VERSION", len(newer))
    monkeypatch.setattr("batchtts.ledger.opening.MIGRATIONS", newer)
    monkeypatch.setattr("batchtts.ledger.reading.VERSION", len(newer))
    with pytest.raises(LedgerError, match="was written by an older batchtts"):
        LedgerReader.open(folder)
    Ledger.open(folder).close()
    with LedgerReader.open(folder) or pytest.fail("there is a ledger") as reader:
        assert reader.ask(version_of) == VERSION + 1
