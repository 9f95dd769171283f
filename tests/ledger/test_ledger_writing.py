import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_values import TARIFF, fail, fingerprint, live, record_of, render, replace_plan, start, take_of

from batchtts.errors import LedgerError, TextRejected
from batchtts.gathering import MAX_BATCH
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.writing import Writer
from batchtts.model import TakeRecord


@pytest.fixture
def statements() -> list[str]:
    """What the database was told."""
    return []


@pytest.fixture
def writer(tmp_path: Path, statements: list[str]) -> Iterator[Writer]:
    db = sqlite3.connect(tmp_path / "numbers.db", isolation_level=None, check_same_thread=False)
    db.execute("CREATE TABLE number (value INTEGER PRIMARY KEY, word TEXT NOT NULL DEFAULT 'x')")
    db.set_trace_callback(statements.append)
    writer = Writer(db)
    yield writer
    writer.close()


def write(number: int) -> object:
    return lambda db: db.execute("INSERT INTO number (value) VALUES (?)", (number,)).rowcount


def held_up(writer: Writer) -> threading.Event:
    """Keep the writer busy until the event is set, so that what follows gathers behind."""
    gate, is_held = threading.Event(), threading.Event()

    def wait(db: sqlite3.Connection) -> None:
        is_held.set()
        gate.wait()

    writer.post(wait)
    is_held.wait()
    return gate


def test_what_waits_is_committed_together(writer: Writer, statements: list[str]) -> None:
    async def write_many() -> list[int]:
        gate = held_up(writer)
        waiting = [asyncio.create_task(writer.perform(write(number))) for number in range(100)]
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*waiting)

    assert asyncio.run(write_many()) == [1] * 100
    assert statements.count("COMMIT") == 2


def test_a_commit_is_not_put_off_for_ever(writer: Writer, statements: list[str]) -> None:
    gate = held_up(writer)
    for _ in range(2 * MAX_BATCH + 1):
        writer.post(lambda db: None)
    gate.set()
    writer.do(lambda db: None)
    assert statements.count("COMMIT") == 4


def test_whoever_is_told_can_rely_on_the_commit(writer: Writer, statements: list[str]) -> None:
    writer.do(write(1))
    assert statements[-1] == "COMMIT"


def test_one_operation_that_breaks_a_rule_fails_alone(writer: Writer) -> None:
    def write_two(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO number (value) VALUES (7)")
        db.execute("INSERT INTO number (value) VALUES (1)")

    def misspelled(db: sqlite3.Connection) -> object:
        return db.execute("INSERT INTO nunber (value) VALUES (1)")

    async def write_all() -> list[object]:
        gate = held_up(writer)
        operations = (write(1), write_two, write(2), lambda db: 1 / 0, misspelled, write(3))
        waiting = [asyncio.create_task(writer.perform(operation)) for operation in operations]
        await asyncio.sleep(0)
        gate.set()
        return await asyncio.gather(*waiting, return_exceptions=True)

    results = asyncio.run(write_all())
    assert [type(result) for result in results] == [
        int,
        LedgerError,
        int,
        ZeroDivisionError,
        LedgerError,
        int,
    ]
    assert writer.do(lambda db: db.execute("SELECT value FROM number").fetchall()) == [(1,), (2,), (3,)]


def test_nothing_is_guarded_until_something_fails(writer: Writer, statements: list[str]) -> None:
    for number in range(10):
        writer.do(write(number))
    assert "SAVEPOINT operation" not in statements
    with pytest.raises(LedgerError):
        writer.do(write(1))
    assert statements.count("SAVEPOINT operation") == 1
    assert writer.do(lambda db: db.execute("SELECT count(*) FROM number").fetchone()) == (10,)


def test_operations_run_in_the_order_in_which_they_come(writer: Writer) -> None:
    seen: list[int] = []
    for number in range(50):
        writer.post(lambda db, number=number: seen.append(number))
    writer.do(lambda db: None)
    assert seen == list(range(50))


def test_nothing_is_written_after_the_file_failed(writer: Writer) -> None:
    writer.do(write(1))
    writer.do(lambda db: db.execute("PRAGMA max_page_count = 2").fetchone())
    filling = lambda db: db.execute("INSERT INTO number VALUES (2, ?)", ("x" * 100_000,))  # noqa: E731
    for operation in (filling, write(3), lambda db: None):
        with pytest.raises(LedgerError, match="database or disk is full") as caught:
            writer.do(operation)
        assert caught.value.hint is not None
        assert "space" in caught.value.hint


def test_what_was_handed_in_is_recorded_before_the_ledger_closes(tmp_path: Path, writer: Writer) -> None:
    for number in range(10):
        writer.post(write(number))
    writer.close()
    writer.close()
    with pytest.raises(LedgerError, match="has been closed"):
        writer.post(write(11))
    db = sqlite3.connect(tmp_path / "numbers.db")
    assert db.execute("SELECT count(*) FROM number").fetchone() == (10,)
    db.close()


def test_a_writer_whose_event_loop_is_gone_goes_on(writer: Writer) -> None:
    async def leave() -> None:
        asyncio.get_running_loop().create_task(writer.perform(write(1)))
        await asyncio.sleep(0)

    gate = held_up(writer)
    asyncio.run(leave())
    gate.set()
    assert writer.do(lambda db: db.execute("SELECT count(*) FROM number").fetchone()) == (1,)


@pytest.mark.parametrize("durable", [True, False])
def test_many_attempts_at_once_each_keep_their_take(ledger: Ledger, durable: bool) -> None:
    async def render_all() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(200):
                group.create_task(render(ledger, str(number), durable=durable))

    asyncio.run(render_all())
    assert live(ledger) == {fingerprint(str(n)): take_of(str(n)) for n in range(200)}


def test_a_free_engine_is_asked_while_the_disk_is_busy(ledger: Ledger) -> None:
    async def begin() -> bool:
        gate = held_up(ledger._writer)
        async with ledger.attempt(fingerprint("one"), characters=3, durable=False, tariff=TARIFF) as attempt:
            was_waiting = not gate.is_set()
            gate.set()
            await attempt.keep(record_of("one"))
        return was_waiting

    assert asyncio.run(begin())
    assert set(live(ledger)) == {fingerprint("one")}


def test_a_cancelled_attempt_is_closed_as_interrupted(ledger: Ledger) -> None:
    async def cancel() -> None:
        async def ask() -> None:
            async with ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF):
                began.set()
                await asyncio.Event().wait()

        began = asyncio.Event()
        asking = asyncio.create_task(ask())
        await began.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(cancel())
    [spent] = ledger.spending()
    assert (spent.outcome, spent.n_attempts) == ("interrupted", 1)


@pytest.mark.parametrize("durable", [True, False])
def test_an_attempt_that_is_cancelled_while_it_begins_does_not_stay_open(
    ledger: Ledger, durable: bool
) -> None:
    async def cancel() -> None:
        gate = held_up(ledger._writer)
        asking = asyncio.create_task(render(ledger, "one", durable=durable))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        gate.set()

    asyncio.run(cancel())
    assert ledger.ask(
        lambda db: db.execute("SELECT count(*) FROM attempt WHERE ended_at IS NULL").fetchone()
    ) == (0,)
    asyncio.run(render(ledger, "two"))


def test_a_take_whose_keeping_is_cancelled_is_kept_all_the_same(ledger: Ledger) -> None:
    async def cancel() -> None:
        async with ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF) as attempt:
            gate = held_up(ledger._writer)
            keeping = asyncio.create_task(attempt.keep(record_of("one")))
            await asyncio.sleep(0)
            keeping.cancel()
            with pytest.raises(asyncio.CancelledError):
                await keeping
        gate.set()

    asyncio.run(cancel())
    assert live(ledger) == {fingerprint("one"): take_of("one")}
    assert [spent.outcome for spent in ledger.spending()] == ["kept"]


def test_an_attempt_passes_its_exception_on(ledger: Ledger) -> None:
    async def ask() -> None:
        async with ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF):
            raise TextRejected("no letters")

    with pytest.raises(TextRejected, match="no letters"):
        asyncio.run(ask())


@pytest.mark.parametrize(
    ("record", "error"),
    [
        (record_of("one", settings={"speed": float("nan")}), ValueError),
        (record_of("one", seed=2**64), OverflowError),
    ],
)
def test_a_take_that_cannot_be_written_harms_no_other(
    ledger: Ledger, record: TakeRecord, error: type[Exception]
) -> None:
    with pytest.raises(error):
        ledger.adopt(record)
    asyncio.run(render(ledger, "two"))
    assert set(live(ledger)) == {fingerprint("two")}


def test_attempt_numbers_go_on_in_the_next_run(folder: Path) -> None:
    numbers = []
    for text in ("one", "two"):
        with start(folder) as ledger:
            replace_plan(ledger, ["one", "two"])
            asyncio.run(fail(ledger, text, TextRejected("no")))
            numbers += ledger.ask(lambda db: db.execute("SELECT max(id) FROM attempt").fetchone())
    assert numbers == [1, 2]
