import asyncio
import hashlib
import os
import random
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from ledger_values import fingerprint, live, record_of, render, replace_plan, sha256, start

from batchtts.errors import LedgerError
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.opening import use_wal
from batchtts.ledger.reading import LedgerReader

N_TAKES = 200


@pytest.fixture
def killed(folder: Path, tmp_path: Path) -> Path:
    """A state folder as a killed run leaves it, all of it in the file itself."""
    with start(folder) as ledger:
        texts = [str(number) for number in range(N_TAKES)]
        replace_plan(ledger, texts)
        for text in texts:
            ledger.adopt(record_of(text))
    return folder


def contents(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def truncate(data: bytes) -> bytes:
    return data[: len(data) // 2]


def overwrite(data: bytes) -> bytes:
    """Put 64 random bytes where the pages of the tables begin."""
    page = 4096 * 3
    return data[:page] + random.Random(1).randbytes(64) + data[page + 64 :]


def empty(data: bytes) -> bytes:
    return b""


def replace(data: bytes) -> bytes:
    return b"Dear ledger, these are only words.\n" * 200


@pytest.mark.parametrize("damage", [truncate, overwrite, empty, replace])
def test_a_damaged_ledger_is_set_aside_and_a_new_one_made(
    killed: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = killed / "ledger.db"
    path.write_bytes(damage(path.read_bytes()))
    damaged = path.read_bytes()
    with Ledger.open(killed) as ledger:
        assert (ledger.is_new, ledger.set_aside) == (True, killed / "ledger.db.damaged-1")
        assert live(ledger) == {}
        ledger.adopt(record_of("1"))
    assert (killed / "ledger.db.damaged-1").read_bytes() == damaged


def test_damaged_ledgers_do_not_replace_each_other(folder: Path) -> None:
    names = []
    for _ in range(3):
        Ledger.open(folder).close()
        (folder / "ledger.db").write_bytes(b"")
        with Ledger.open(folder) as ledger:
            assert ledger.set_aside is not None
            names.append(ledger.set_aside.name)
    assert names == [f"ledger.db.damaged-{number}" for number in (1, 2, 3)]


@pytest.mark.parametrize("seed", range(30))
def test_random_damage_never_ends_in_anything_but_an_answer_or_our_own_error(killed: Path, seed: int) -> None:
    path = killed / "ledger.db"
    data = bytearray(path.read_bytes())
    chance = random.Random(seed)
    position = chance.randrange(len(data) - 64)
    data[position : position + 64] = chance.randbytes(64)
    path.write_bytes(data)
    hint: str | None = "none is needed"
    try:
        with Ledger.open(killed) as ledger:
            assert len(live(ledger)) <= N_TAKES
            assert ledger.is_new == (ledger.set_aside is not None)
    except LedgerError as error:
        hint = error.hint
    assert hint


def test_a_log_without_its_ledger_is_set_aside_too(folder: Path) -> None:
    with start(folder) as ledger:
        ledger.adopt(record_of("one"))
        log = (folder / "ledger.db-wal").read_bytes()
    (folder / "ledger.db").unlink()
    (folder / "ledger.db-wal").write_bytes(log)
    with Ledger.open(folder) as ledger:
        assert (ledger.is_new, live(ledger)) == (True, {})
    assert (folder / "ledger.db.damaged-1-wal").read_bytes() == log


def test_a_ledger_whose_log_was_deleted_is_still_a_ledger(folder: Path) -> None:
    with start(folder) as ledger:
        ledger.adopt(record_of("one"))
        before = (folder / "ledger.db").read_bytes()
    (folder / "ledger.db").write_bytes(before)
    with Ledger.open(folder) as ledger:
        assert set(live(ledger)) <= {fingerprint("one")}


def test_the_database_of_another_program_is_left_alone(folder: Path) -> None:
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        db.execute("CREATE TABLE recipe (name)")
    before = (folder / "ledger.db").read_bytes()
    for opening in (Ledger.open, LedgerReader.open):
        with pytest.raises(LedgerError, match="is not a ledger of batchtts"):
            opening(folder)
    assert (folder / "ledger.db").read_bytes() == before


def test_a_newer_ledger_is_refused_even_while_its_version_is_only_in_the_log(folder: Path) -> None:
    start(folder).close()
    newer = sqlite3.connect(folder / "ledger.db")
    newer.execute("PRAGMA user_version = 99")
    newer.execute("CREATE TABLE invention (id)")
    before = {name: digest for name, digest in contents(folder).items() if not name.endswith("-shm")}
    with pytest.raises(LedgerError, match="its schema is 99"):
        Ledger.open(folder)
    assert {name: digest for name, digest in contents(folder).items() if not name.endswith("-shm")} == before
    newer.close()


def test_the_lock_is_free_again_after_a_refusal(folder: Path) -> None:
    folder.mkdir(parents=True)
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        db.execute("PRAGMA user_version = 1")
    with pytest.raises(LedgerError, match="is not a ledger"):
        Ledger.open(folder)
    (folder / "ledger.db").unlink()
    Ledger.open(folder).close()


def test_what_a_crash_left_of_a_new_ledger_is_no_hindrance(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "ledger.db.part").write_bytes(b"SQLite form")
    (folder / "ledger.db.part-journal").write_bytes(b"half")
    with Ledger.open(folder) as ledger:
        assert ledger.is_new
    assert set(contents(folder)) == {"ledger.db", "ledger.lock"}


def test_the_files_are_private(folder: Path) -> None:
    umask = os.umask(0)
    try:
        with start(folder):
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    finally:
        os.umask(umask)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert modes == dict.fromkeys(("ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.lock"), 0o600)


def test_a_closed_ledger_is_one_file_and_its_lock(folder: Path) -> None:
    start(folder).close()
    assert set(contents(folder)) == {"ledger.db", "ledger.lock"}


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(LedgerError, match="out"):
        Ledger.open(tmp_path / "out" / ".batchtts")


def test_where_a_shared_log_is_impossible_a_journal_is_used(tmp_path: Path) -> None:
    uri = f"{(tmp_path / 'ledger.db').as_uri()}?vfs=unix-dotfile"  # locks by files, has no shared memory
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as db:
        assert use_wal(db) == "delete"
        assert db.execute("PRAGMA synchronous").fetchone() == (3,)


def test_there_is_nothing_to_read_where_there_is_no_ledger(folder: Path) -> None:
    assert LedgerReader.open(folder) is None
    assert not folder.exists()


def test_a_reader_leaves_a_closed_ledger_as_it_was(folder: Path) -> None:
    with start(folder) as ledger:
        asyncio.run(render(ledger, "one"))
    before = contents(folder)
    with LedgerReader.open(folder) or pytest.fail("there is a ledger") as reader:
        assert set(live(reader)) == {fingerprint("one")}
        assert contents(folder) == before
    assert contents(folder) == before


def test_a_reader_sees_what_is_recorded_after_it_was_opened(folder: Path) -> None:
    start(folder).close()
    with LedgerReader.open(folder) or pytest.fail("there is a ledger") as reader:
        assert live(reader) == {}
        with start(folder) as ledger:
            asyncio.run(render(ledger, "one"))
            assert set(live(reader)) == {fingerprint("one")}
        assert set(live(reader)) == {fingerprint("one")}


def test_a_reader_that_outlives_the_writer_does_not_keep_it_from_closing(folder: Path) -> None:
    with start(folder) as ledger, LedgerReader.open(folder) or pytest.fail("there is a ledger") as reader:
        asyncio.run(render(ledger, "one"))
        assert set(live(reader)) == {fingerprint("one")}
        ledger.close()
        assert set(live(reader)) == {fingerprint("one")}
    with Ledger.open(folder) as again:
        assert set(live(again)) == {fingerprint("one")}


def test_a_reader_cannot_write(folder: Path) -> None:
    start(folder).close()
    with (
        LedgerReader.open(folder) or pytest.fail("there is a ledger") as reader,
        pytest.raises(LedgerError, match="readonly"),
    ):
        reader.ask(lambda db: db.execute("DELETE FROM run"))


def test_a_damaged_ledger_is_no_bug_of_the_reader(killed: Path) -> None:
    path = killed / "ledger.db"
    path.write_bytes(path.read_bytes()[:8192])
    with pytest.raises(LedgerError, match="cannot be used") as caught:
        (LedgerReader.open(killed) or pytest.fail("there is a ledger")).live_takes()
    assert caught.value.hint is not None
    assert "Rename ledger.db" in caught.value.hint


@pytest.mark.parametrize("value", ["[1, 2", b"\xff"])
def test_damage_that_sqlite_does_not_see_is_explained(folder: Path, value: object) -> None:
    with start(folder) as ledger:
        ledger.adopt(record_of("one"))
        ledger.end_run("done")
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        db.execute("UPDATE setting SET json = CAST(? AS TEXT)", (value,))
    with Ledger.open(folder) as ledger, pytest.raises(LedgerError) as caught:
        ledger.settings_of_text(sha256("one"))
    assert caught.value.hint is not None
    assert "Rename ledger.db" in caught.value.hint


def test_something_else_in_the_place_of_the_ledger_is_left_alone(folder: Path) -> None:
    (folder / "ledger.db").mkdir(parents=True)
    with pytest.raises(LedgerError, match=r"ledger\.db cannot be used"):
        Ledger.open(folder)
    assert (folder / "ledger.db").is_dir()


def test_with_a_rollback_journal_the_ledger_works_as_well(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_shared_memory(db: sqlite3.Connection) -> str:
        [mode] = db.execute("PRAGMA journal_mode = DELETE").fetchone()
        return str(mode)

    monkeypatch.setattr("batchtts.ledger.opening.use_wal", without_shared_memory)
    with start(folder) as ledger, LedgerReader.open(folder) or pytest.fail("there is a ledger") as reader:
        for number in range(20):
            asyncio.run(render(ledger, str(number)))
            assert len(live(reader)) == number + 1
    assert set(contents(folder)) == {"ledger.db", "ledger.lock"}
