"""`limits.max_seconds`: what takes longer is split again and asked for again, and nothing else is."""

import asyncio
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from workbench import Workbench

from batchtts.errors import StoppedEarly
from batchtts.events import Event, TakeKept
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle
from batchtts.pipeline.running import RunOptions, run
from batchtts.render.stopping import Stop

# `tone` pauses at each comma, and so speaks this much slower than it says of itself.
SLOW = ", ".join("abcdefghijklmnopqrstuvwxyz0123456789äöüßñçøåæé") + "."
HALF = len(SLOW) // 2
LIMIT = 12
LIMITED = {"limits": {"max_seconds": LIMIT, "max_chars": 500}}
BOOK = ("# One", "Before it.", SLOW, "After it.", "# Two", "Nobody saw it.")


@pytest.fixture
def book(bench: Workbench) -> Workbench:
    """A book with one sentence that takes longer than its plan believes."""
    bench.job(**LIMITED)
    bench.book(*BOOK)
    return bench


def segments(bench: Workbench, chapter: int = 1) -> list[dict[str, Any]]:
    [path] = (bench.out / "alignment").glob(f"{chapter:02}-*.segments.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def spoken_seconds(record: dict[str, Any]) -> float:
    words = [item for item in record["alignment"]["items"] if item["kind"] == "word"]
    n_samples = words[-1]["start"] + words[-1]["duration"] - words[0]["start"]
    return float(n_samples / record["audio"]["sample_rate"])


def rows(bench: Workbench, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(bench.ledger)) as db:
        return db.execute(query).fetchall()


def test_a_take_that_is_too_long_is_split_at_the_next_best_place_within_the_same_run(book: Workbench) -> None:
    result = book.run()
    assert result.exit_code == 0
    *whole, first, second = result.asked
    assert sorted(whole) == sorted(["One", "Before it.", SLOW, "After it.", "Two", "Nobody saw it."])
    assert f"{first} {second}" == SLOW
    assert first.endswith(",")
    assert abs(len(first) - HALF) < 8
    assert all(spoken_seconds(record) <= LIMIT for record in segments(book))


def test_the_parts_share_a_name_and_all_others_keep_theirs(book: Workbench) -> None:
    book.run()
    records = segments(book)
    assert [record["id"] for record in records] == [
        "job-ch01-0000",
        "job-ch01-0001",
        "job-ch01-0002-1",
        "job-ch01-0002-2",
        "job-ch01-0003",
    ]
    assert [record["index"] for record in records] == [0, 1, 2, 3, 4]
    first, second = (record["source"]["char"] for record in records[2:4])
    assert second[0] == first[1] + 1


def test_a_part_that_is_still_too_long_is_split_again(book: Workbench) -> None:
    book.job(limits={"max_seconds": 3.5})
    book.book("a, " * 12 + "b. 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, end.")
    result = book.run()
    assert result.exit_code == 0
    assert all(spoken_seconds(record) <= 3.5 for record in segments(book))


def test_the_next_run_has_nothing_to_do(book: Workbench) -> None:
    book.run()
    before = book.stamps()
    second = book.run()
    assert (second.exit_code, second.asked) == (0, [])
    assert book.stamps() == before


def test_a_lost_ledger_costs_no_request(book: Workbench) -> None:
    book.run()
    before = book.outputs()
    book.lose_ledger()
    second = book.run()
    assert (second.exit_code, second.asked) == (0, [])
    assert book.outputs() == before


def test_a_run_that_stopped_before_the_parts_goes_on_with_them(book: Workbench) -> None:
    first = book.run("--limit", "6")
    assert (first.exit_code, len(first.asked)) == (75, 6)
    second = book.run()
    assert second.exit_code == 0
    assert " ".join(second.asked) == SLOW


def test_what_was_paid_for_a_take_that_is_too_long_is_on_record(book: Workbench) -> None:
    voices = {"narrator": {"engine": "paid", "voice": "hum"}}
    book.job(**LIMITED, voices=voices, engines={"paid": {"price": 1.0}})
    result = book.run()
    n_characters = sum(map(len, result.asked))
    assert n_characters > sum(map(len, BOOK))
    [(cost,)] = rows(book, "SELECT sum(cost) FROM charge")
    assert cost == pytest.approx(n_characters / 1000)
    [(flags,)] = rows(book, "SELECT json_extract(checks, '$.flags') FROM take WHERE checks LIKE '%too_long%'")
    assert json.loads(flags) == ["too_long"]


def test_a_higher_limit_takes_up_what_is_there(book: Workbench) -> None:
    book.run()
    book.job(limits={"max_seconds": 60, "max_chars": 500})
    second = book.run()
    assert (second.exit_code, second.asked) == (0, [])
    assert [record["text"] for record in segments(book)][2] == SLOW


def test_takes_from_before_the_limit_teach_as_well(book: Workbench) -> None:
    book.job()
    book.run()
    book.job(**LIMITED)
    second = book.run()
    assert second.exit_code == 0
    assert " ".join(second.asked) == SLOW


def test_pruning_leaves_what_a_plan_rests_on(book: Workbench) -> None:
    book.run()
    book.batchtts("prune", "--unused")
    second = book.run()
    assert (second.exit_code, second.asked) == (0, [])


@pytest.mark.parametrize("engine", ["counting", "paid"])
def test_what_cannot_be_split_fails_with_the_numbers_and_is_asked_for_once(
    bench: Workbench, engine: str
) -> None:
    written = {"segments": ["Before it.", "a, " * 40 + "b."]}
    voices = {"narrator": {"engine": engine, "voice": "hum"}}
    bench.job(limits={"max_seconds": LIMIT}, voices=voices, documents=[written])
    first = bench.run()
    assert (first.exit_code, len(first.asked)) == (3, 2)
    assert "it speaks for 12.10 s, limits.max_seconds allows 12, and its text cannot be split" in first.stderr
    second = bench.run()
    assert (second.exit_code, second.asked) == (3, [])
    assert "it speaks for 12.10 s" in second.stdout
    third = bench.run("--retry-failed")
    assert (third.exit_code, len(third.asked)) == (3, 1)


def test_shards_that_have_split_are_merged_without_a_request(book: Workbench) -> None:
    folders = [book.folder / f"s{number}" for number in (1, 2)]
    for number, folder in enumerate(folders, start=1):
        book.run("--shard", f"{number}/2", "--output", str(folder))
    n_asked = len(book.requests)
    assert book.batchtts("merge", *map(str, folders)).exit_code == 0
    result = book.run()
    assert result.exit_code == 0
    asked = [request["text"] for request in book.requests]
    assert len(asked) == len(set(asked)) == 8
    assert n_asked + len(result.asked) == 8


def paces(bench: Workbench) -> list[tuple[Any, ...]]:
    return rows(bench, "SELECT mean, least, n_takes FROM pace ORDER BY max_seconds")


def many(*, slow: bool) -> list[str]:
    gap = ", " if slow else " "
    return [gap.join([str(number), *"abcdefghijkl"]) + "." for number in range(1000, 1025)]


def test_what_nobody_knows_yet_is_what_the_engine_says_of_itself(book: Workbench) -> None:
    book.run()
    assert paces(book) == [(15.0, 12.0, 0)]


def test_a_pace_is_learned_from_takes_once(book: Workbench) -> None:
    book.book(*many(slow=True))
    book.job()
    book.run()
    book.job(**LIMITED)
    book.run()
    [(mean, least, n_takes)] = paces(book)
    assert n_takes == 25
    assert least <= mean < 12
    book.book(*many(slow=True), *many(slow=False))
    book.run()
    assert paces(book) == [(mean, least, n_takes)]


def test_texts_are_split_by_the_pace_that_was_learned(book: Workbench) -> None:
    book.book(*many(slow=True))
    book.job()
    book.run()
    book.book(*many(slow=True), SLOW)
    book.job(**LIMITED)
    result = book.run()
    assert result.exit_code == 0
    assert " ".join(result.asked) == SLOW  # it was not even tried whole


def test_a_pace_outlives_the_ledger(book: Workbench) -> None:
    book.book(*many(slow=True))
    book.run()
    before = paces(book)
    book.lose_ledger()
    assert book.run().asked == []
    assert paces(book) == before == [(15.0, 12.0, 0)]


def test_another_limit_learns_anew(book: Workbench) -> None:
    book.book(*many(slow=True))
    book.run()
    book.job(limits={"max_seconds": 9})
    book.run()
    assert [n_takes for _, _, n_takes in paces(book)] == [25, 0]


def test_a_length_beyond_the_limit_is_refused(bench: Workbench) -> None:
    bench.job(limits={"max_seconds": 5}, documents=[{"segments": [{"text": "A line.", "length": 6}]}])
    result = bench.run()
    assert result.exit_code == 2
    assert "length: limits.max_seconds allows 5 s, not 6" in result.stderr


def test_without_a_limit_nothing_is_learned(bench: Workbench) -> None:
    bench.book(*BOOK)
    bench.run()
    assert paces(bench) == []
    assert not Path(bench.out, ".batchtts", "retakes.jsonl").exists()


def test_a_pace_is_learned_anew_when_somebody_says_so(book: Workbench) -> None:
    book.book(*many(slow=True), SLOW)
    assert len(book.run().asked) == 28  # with the whole of what was too long
    assert book.run().asked == []
    result = book.run("--learn")
    assert (result.exit_code, result.asked) == (0, [])  # the parts are where the pace would have cut as well
    [(mean, least, n_takes)] = paces(book)
    assert (n_takes, least <= mean < 12) == (28, True)
    assert book.run().asked == []


def test_a_text_that_is_edited_during_a_run_never_stands_in_the_plan_of_the_one_before(
    book: Workbench,
) -> None:
    def edit(event: Event) -> None:
        if isinstance(event, TakeKept):
            book.book(*BOOK[:-1], "EDITED.")

    settled = settle(load_job(book.manifest))
    with pytest.raises(StoppedEarly, match="a document was changed during the run"):
        asyncio.run(run(settled, RunOptions(), tell=edit, stop=Stop()))
    book.book(*BOOK)
    result = book.run()
    assert (result.exit_code, " ".join(result.asked)) == (0, SLOW)
