"""What the row of a table says of a segment besides its text is kept in the ledger, and read back as it was."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_values import JOB, chapters_of, draft_of

from batchtts.job import Scalar
from batchtts.ledger.ledger import Ledger
from batchtts.model import Chapter

COLUMNS = ("split", "extra")


def chapter(split: str | None, **extra: Scalar) -> Chapter:
    """Return a chapter of one segment that has these columns."""
    [found] = chapters_of(["one"])
    return replace(found, segments=(replace(found.segments[0], split=split, extra=extra),))


@pytest.mark.parametrize(
    "written",
    [
        chapter("test", mood="“glad” \n漢", takes=2**70, share=0.1, clean=True, note=None),
        chapter("train"),
        chapter(None, mood=""),
        chapter(None),
    ],
    ids=["all kinds", "a split only", "extra only", "nothing"],
)
def test_columns_of_a_row_are_read_back_as_they_were(tmp_path: Path, written: Chapter) -> None:
    with draft_of([written]) as draft, Ledger.open(tmp_path) as ledger:
        ledger.replace_plan(draft)
        for readable in (draft, ledger):
            [found] = readable.chapter(written.id, JOB).segments
            assert (found.split, found.extra) == (written.segments[0].split, written.segments[0].extra)
            assert readable.segment(found.id, JOB) == found


def test_a_row_that_says_nothing_leaves_its_columns_empty(tmp_path: Path) -> None:
    with draft_of([chapter(None)]) as draft:
        assert draft.ask(lambda db: db.execute("SELECT split, extra FROM segment").fetchall()) == [
            (None, None)
        ]


def test_a_ledger_of_version_2_gets_the_columns_and_keeps_its_plan(tmp_path: Path) -> None:
    with draft_of([chapter(None)]) as draft, Ledger.open(tmp_path) as ledger:
        ledger.replace_plan(draft)
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db:
        for name in COLUMNS:
            db.execute(f"ALTER TABLE segment DROP COLUMN {name}")
        db.execute("PRAGMA user_version = 2")
        db.commit()
    with Ledger.open(tmp_path) as ledger:
        [found] = ledger.chapter("chapter-1", JOB).segments
        assert (found.text, found.split, found.extra) == ("one", None, {})
