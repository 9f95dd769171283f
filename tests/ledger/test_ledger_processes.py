import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from ledger_values import fingerprint, live, start

from batchtts.errors import LedgerError
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.reading import LedgerReader

PROGRAM = Path(__file__).with_name("ledger_process.py")
Spawn = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def spawn(folder: Path) -> Iterator[Spawn]:
    """Start a process that has the ledger open when this returns."""
    processes = []

    def spawn(*arguments: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, PROGRAM, folder, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        processes.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        return process

    yield spawn
    for process in processes:
        process.kill()
        process.communicate()


def is_intact(folder: Path) -> bool:
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        return (
            db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            and not db.execute("PRAGMA foreign_key_check").fetchall()
        )


def test_a_second_process_is_refused_at_once_and_told_who_is_first(folder: Path, spawn: Spawn) -> None:
    first = spawn("idle")
    with pytest.raises(
        LedgerError, match=rf"is being used by process {first.pid} on host .+ since "
    ) as caught:
        Ledger.open(folder)
    assert (caught.value.exit_code, caught.value.hint) == (5, "Wait until it ends, or stop it.")


def test_another_name_for_the_folder_is_no_way_around_the_lock(folder: Path, spawn: Spawn) -> None:
    spawn("idle")
    other = folder.parent.with_name("link")
    other.symlink_to(folder.parent)
    with pytest.raises(LedgerError, match="is being used by"):
        Ledger.open(other / folder.name)


DIES_HALF_WAY = """
import os, signal, sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA journal_mode = DELETE")
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("CREATE TABLE half (text TEXT)")
db.executemany("INSERT INTO half VALUES (?)", [("done " * 500,)] * 200)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_has_half_written_is_undone(folder: Path) -> None:
    Ledger.open(folder).close()
    file = folder / "ledger.db"
    subprocess.run([sys.executable, "-c", DIES_HALF_WAY, file], check=False)
    assert Path(f"{file}-journal").stat().st_size > 0
    with Ledger.open(folder) as ledger:
        assert not ledger.is_new
    with closing(sqlite3.connect(file)) as db:
        assert not db.execute("SELECT * FROM sqlite_schema WHERE name = 'half'").fetchall()


def test_once_the_first_process_is_killed_the_next_one_starts_at_once(folder: Path, spawn: Spawn) -> None:
    first = spawn("idle")
    first.kill()
    first.wait()
    with start(folder) as ledger:
        assert (ledger.is_new, ledger.counts()["pending"]) == (False, 2000)


def test_a_child_of_a_killed_process_does_not_keep_the_lock(folder: Path) -> None:
    program = (
        "import subprocess, sys; from pathlib import Path; from batchtts.ledger.ledger import Ledger; "
        "ledger = Ledger.open(Path(sys.argv[1])); child = subprocess.Popen([sys.executable, '-c', "
        "'import sys; sys.stdin.read()']); print(child.pid, flush=True); sys.stdin.read()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    os.kill(child, 0)
    Ledger.open(folder).close()
    parent.communicate()


@pytest.mark.parametrize("n_takes", [1, 40, 300])
def test_what_was_acknowledged_survives_kill_9(folder: Path, spawn: Spawn, n_takes: int) -> None:
    process = spawn()
    assert process.stdout is not None
    acknowledged = {process.stdout.readline().strip() for _ in range(n_takes)}
    process.kill()
    acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
    process.wait()
    with start(folder) as ledger:
        known = set(live(ledger))
        assert {fingerprint(text) for text in acknowledged} <= known
        assert ledger.n_interrupted <= 16
        assert ledger.counts()["done"] == len(known & {fingerprint(str(number)) for number in range(2000)})
    assert is_intact(folder)


def test_a_reader_sees_whole_transactions_while_a_process_writes(folder: Path, spawn: Spawn) -> None:
    process = spawn()
    assert process.stdout is not None
    seen = []
    for _ in range(20):
        process.stdout.readline()
        reader = LedgerReader.open(folder)
        assert reader is not None
        with reader:
            kept, takes, done, counted, tallied = reader.ask(
                lambda db: db.execute(
                    "SELECT (SELECT count(*) FROM attempt WHERE outcome = 'kept'), (SELECT count(*) FROM take), "
                    "(SELECT count(*) FROM segment_state WHERE state = 'done'), (SELECT n_done FROM chapter), "
                    "(SELECT sum(n_attempts) FROM tally)"
                ).fetchone()
            )
        assert kept == takes == tallied
        assert done == counted == min(takes, 2000)
        seen.append(takes)
    assert seen == sorted(seen)
    assert seen[0] < seen[-1]


def test_a_full_disk_stops_the_run_and_loses_nothing(folder: Path, spawn: Spawn) -> None:
    process = spawn("3000000")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "the ledger cannot go on" in errors
    with start(folder) as ledger:
        assert {fingerprint(text) for text in output.split()} <= set(live(ledger))
    assert is_intact(folder)
