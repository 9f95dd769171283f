"""What holds at any instant (the numbers are those of the list in docs/ledger.md)."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from ledger_values import TARIFF, fingerprint, live, record_of, render, replace_plan, start, take_of

from batchtts.errors import LedgerError
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.reading import LedgerReader


def counts(folder: Path) -> tuple[int, int, int]:
    """Return what another process sees: open attempts, kept attempts, takes."""
    reader = LedgerReader.open(folder)
    assert reader is not None
    with reader:
        return reader.ask(
            lambda db: db.execute(
                "SELECT (SELECT count(*) FROM attempt WHERE ended_at IS NULL), "
                "(SELECT count(*) FROM attempt WHERE outcome = 'kept'), (SELECT count(*) FROM take)"
            ).fetchone()
        )


def run_sql(ledger: Ledger, statement: str) -> None:
    """Do what no method does: change the ledger by hand."""
    ledger.ask(lambda db: db.execute(statement).fetchall())


def test_1_a_take_belongs_to_an_attempt_that_kept_it(folder: Path, ledger: Ledger) -> None:
    async def keep_for_another() -> None:
        async with ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF) as attempt:
            await attempt.keep(record_of("two"))

    with pytest.raises(LedgerError, match="a take belongs to an attempt for its fingerprint"):
        asyncio.run(keep_for_another())
    assert counts(folder)[1:] == (0, 0)


def test_2_a_take_and_the_end_of_its_attempt_are_one_transaction(folder: Path, ledger: Ledger) -> None:
    async def keep() -> None:
        async with ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF) as attempt:
            assert counts(folder) == (1, 0, 0)
            await attempt.keep(record_of("one"))
            assert counts(folder) == (0, 1, 1)

    asyncio.run(keep())


def test_2_a_take_that_is_refused_leaves_no_attempt_that_kept_it(folder: Path, ledger: Ledger) -> None:
    asyncio.run(render(ledger, "one"))
    with pytest.raises(LedgerError, match=r"UNIQUE constraint failed: take\.fingerprint"):
        asyncio.run(render(ledger, "one", number=2))
    ledger.ask(lambda db: None)
    assert counts(folder) == (0, 1, 1)


def test_3_a_durable_attempt_is_on_record_before_the_engine_is_asked(folder: Path, ledger: Ledger) -> None:
    async def ask() -> tuple[int, int, int]:
        async with ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF):
            return counts(folder)

    assert asyncio.run(ask()) == (1, 0, 0)


def test_4_a_segment_is_done_if_and_only_if_a_live_take_has_its_fingerprint(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two"])
    for text in ("one", "two"):
        asyncio.run(render(ledger, text))
    replace_plan(ledger, ["one", "too"])
    assert [hole.text for hole in ledger.holes()] == ["too"]
    replace_plan(ledger, ["one", "two"])
    assert ledger.counts()["done"] == 2
    ledger.drop(take_of("two"), "file missing")
    assert [hole.text for hole in ledger.holes()] == ["two"]


def test_5_there_is_at_most_one_open_attempt_per_fingerprint(ledger: Ledger) -> None:
    async def ask_twice() -> None:
        async with ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF):
            await render(ledger, "one")

    with pytest.raises(LedgerError, match="attempt"):
        asyncio.run(ask_twice())


def test_5_there_is_at_most_one_live_take_per_fingerprint(ledger: Ledger) -> None:
    ledger.adopt(record_of("one"))
    with pytest.raises(LedgerError, match="UNIQUE"):
        asyncio.run(render(ledger, "one", number=2))
    assert live(ledger) == {fingerprint("one"): take_of("one")}


def test_6_there_is_one_writer_and_readers_need_no_lock(folder: Path, ledger: Ledger) -> None:
    with pytest.raises(LedgerError, match=r"is being used by process \d+ on host .+ since .+Z"):
        Ledger.open(folder)
    assert counts(folder) == (0, 0, 0)


def test_7_a_run_starts_by_closing_what_a_killed_one_left_open(folder: Path, ledger: Ledger) -> None:
    async def abandon() -> None:
        await ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF).__aenter__()

    asyncio.run(abandon())
    ledger.close()
    with start(folder) as second:
        assert second.n_interrupted == 1
        assert [spent.outcome for spent in second.spending()] == ["interrupted"]
        runs = second.ask(lambda db: db.execute("SELECT outcome FROM run ORDER BY id").fetchall())
        assert runs == [("killed",), (None,)]


def test_8_an_equal_plan_is_not_written_again(ledger: Ledger) -> None:
    def changes() -> int:
        return ledger.ask(lambda db: db.total_changes)

    replace_plan(ledger, ["one"], ["two"])
    before = changes()
    replace_plan(ledger, ["one"], ["two"])
    assert changes() == before
    replace_plan(ledger, ["one", "two"])
    assert changes() > before
    segments = ledger.ask(lambda db: db.execute("SELECT id FROM segment ORDER BY number").fetchall())
    assert segments == [("chapter-1/0000",), ("chapter-1/0001",)]


def test_9_a_ledger_that_is_gone_comes_back_from_its_takes(folder: Path) -> None:
    with start(folder) as ledger:
        for text in ("one", "two"):
            asyncio.run(render(ledger, text))
        known = live(ledger)
    (folder / "ledger.db").unlink()
    with start(folder) as rebuilt:
        assert (rebuilt.is_new, rebuilt.packs()) == (True, {})
        for text in ("one", "two"):
            rebuilt.adopt(record_of(text))
        assert live(rebuilt) == known


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("DELETE FROM take", "a live take is never deleted"),
        ("DELETE FROM attempt", "an attempt is never deleted"),
        ("UPDATE take SET sha256 = 'other'", "a take never changes"),
        ("UPDATE take SET dropped_at = 'now', drop_reason = 'x', seed = 9", "a take never changes"),
        ("UPDATE take SET pack = '000002.tar', seed = 9", "a take never changes"),
        ("UPDATE fingerprint SET hash = 'other'", "a fingerprint never changes"),
        ("UPDATE fingerprint SET text_key = 1, setting = 1", "a fingerprint never changes"),
        ("UPDATE attempt SET outcome = 'rejected'", "an attempt only ever ends, and only once"),
        ("UPDATE attempt SET ended_at = NULL, outcome = NULL", "an attempt only ever ends, and only once"),
    ],
)
def test_10_facts_are_neither_deleted_nor_rewritten(ledger: Ledger, statement: str, reason: str) -> None:
    asyncio.run(render(ledger, "one"))
    with pytest.raises(LedgerError, match=reason):
        run_sql(ledger, statement)
    assert live(ledger) == {fingerprint("one"): take_of("one")}


def test_10_a_dropped_take_stays_dropped(ledger: Ledger) -> None:
    ledger.adopt(record_of("one"), drop_reason="mumbled")
    with pytest.raises(LedgerError, match="a take never changes"):
        run_sql(ledger, "UPDATE take SET dropped_at = NULL, drop_reason = NULL")


def test_10_prune_removes_dropped_takes_and_nothing_else(folder: Path, ledger: Ledger) -> None:
    kept = asyncio.run(render(ledger, "one"))
    dropped = asyncio.run(render(ledger, "two"))
    ledger.drop(dropped, "mumbled")
    assert ledger.dropped_takes() == [dropped]
    ledger.forget_dropped()
    assert (ledger.dropped_takes(), list(ledger.live_takes())) == ([], [kept])
    assert counts(folder) == (0, 2, 1)


def test_10_a_newer_ledger_is_refused_and_not_one_byte_changes(folder: Path) -> None:
    start(folder).close()
    with closing(sqlite3.connect(folder / "ledger.db")) as db:
        db.execute("PRAGMA user_version = 99")
    before = (folder / "ledger.db").read_bytes()
    for opening in (Ledger.open, LedgerReader.open):
        with pytest.raises(LedgerError, match="was written by a newer batchtts") as caught:
            opening(folder)
        assert caught.value.exit_code == 5
    assert (folder / "ledger.db").read_bytes() == before
    assert {path.name for path in folder.iterdir()} == {"ledger.db", "ledger.lock"}
