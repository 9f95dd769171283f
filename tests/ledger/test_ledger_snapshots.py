"""A ledger goes elsewhere as one whole file, and comes back in the place of another that is kept."""

import asyncio
from pathlib import Path

import pytest
from ledger_values import fingerprint, record_of, render, replace_plan, start

from batchtts.errors import LedgerError
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.reading import LedgerReader
from batchtts.ledger.snapshots import install, replaced, substance, write_snapshot


def copied(folder: Path) -> Path:
    """Return a state folder of its own with a snapshot of this one's ledger."""
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    write_snapshot(folder, folder.parent / "snapshot.db")
    install(elsewhere, folder.parent / "snapshot.db")
    return elsewhere


def test_a_snapshot_knows_what_the_ledger_knows_while_it_is_written_to(ledger: Ledger, folder: Path) -> None:
    replace_plan(ledger, ["one", "two"])
    asyncio.run(render(ledger, "one"))

    copy = LedgerReader.open(copied(folder))
    assert copy is not None
    with copy:
        assert copy.counts() == ledger.counts()
        assert list(copy.live_takes()) == list(ledger.live_takes())


def test_a_ledger_in_which_nothing_happened_has_no_substance(folder: Path) -> None:
    assert substance(folder) is None
    with start(folder) as ledger:
        replace_plan(ledger, ["one"])
    assert substance(folder) is None


def test_a_run_that_did_nothing_does_not_change_the_substance(ledger: Ledger, folder: Path) -> None:
    replace_plan(ledger, ["one"])
    asyncio.run(render(ledger, "one"))
    before = substance(folder)

    ledger.end_run("done")
    ledger.start_run(version="9", manifest_sha256="0")
    replace_plan(ledger, ["one", "two"])

    assert substance(folder) == before


@pytest.mark.parametrize("what", ["request", "retake", "drop", "adoption"])
def test_whatever_only_the_ledger_knows_changes_its_substance(
    ledger: Ledger, folder: Path, what: str
) -> None:
    replace_plan(ledger, ["one", "two"])
    asyncio.run(render(ledger, "one"))
    before = substance(folder)

    if what == "request":
        asyncio.run(render(ledger, "two"))
    elif what == "retake":
        ledger.ask_retake(fingerprint("two"), why="a cough", seed=7)
    elif what == "drop":
        ledger.drop_all(list(ledger.live_takes()), "damaged")
    else:
        ledger.adopt(record_of("two"))

    assert substance(folder) != before


def test_a_snapshot_has_the_substance_of_its_ledger(ledger: Ledger, folder: Path) -> None:
    replace_plan(ledger, ["one"])
    asyncio.run(render(ledger, "one"))

    assert substance(copied(folder)) == substance(folder)


def test_the_ledger_that_is_replaced_is_kept_with_its_log(folder: Path, tmp_path: Path) -> None:
    with start(tmp_path / "other") as other:
        replace_plan(other, ["two"])
        asyncio.run(render(other, "two"))
    with start(folder) as ledger:
        replace_plan(ledger, ["one"])
        asyncio.run(render(ledger, "one"))
        write_snapshot(tmp_path / "other", tmp_path / "snapshot.db")
        before = substance(folder)
        install(folder, tmp_path / "snapshot.db")  # as after a kill: what is in the log was never worked in

    assert substance(folder) == substance(tmp_path / "other")
    [kept] = replaced(folder)
    assert substance(kept) == before


@pytest.mark.parametrize("data", [b"", b"no database at all", b"SQLite format 3\x00" + bytes(2000)])
def test_what_is_no_ledger_takes_no_place(folder: Path, tmp_path: Path, data: bytes) -> None:
    with start(folder) as ledger:
        replace_plan(ledger, ["one"])
        asyncio.run(render(ledger, "one"))
    before = substance(folder)
    (tmp_path / "snapshot.db").write_bytes(data)

    with pytest.raises(LedgerError):
        install(folder, tmp_path / "snapshot.db")

    assert substance(folder) == before
    assert replaced(folder) == []
