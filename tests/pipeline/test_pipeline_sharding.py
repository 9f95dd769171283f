"""A shard renders its own segments, misses no others, and says so."""

import json

import pytest
from workbench import Workbench

BOOK = (
    "# One",
    *(f"Line {number} of the tide." for number in range(9)),
    "# Two",
    "Nobody saw it. Line 3 of the tide.",
)


@pytest.fixture
def book(bench: Workbench) -> Workbench:
    bench.book(*BOOK)
    return bench


def test_shards_ask_for_everything_once(book: Workbench) -> None:
    asked = [
        book.run("--shard", f"{number}/3", "--output", str(book.folder / f"s{number}")).asked
        for number in (1, 2, 3)
    ]
    together = sorted(text for texts in asked for text in texts)
    assert together == sorted(book.run().asked)


def test_a_shard_that_has_all_that_is_its_own_has_succeeded(book: Workbench) -> None:
    result = book.run("--shard", "2/3")
    n_own = len(result.asked)
    assert result.exit_code == 0
    assert f"Shard 2 of 3: {n_own} of its {n_own} segments done" in result.stdout
    assert "Left" not in result.stdout
    assert "No take of" not in result.stdout
    assert "stitched 0 chapters" in result.stdout


def test_a_shard_is_named_in_the_report_and_in_the_status(book: Workbench) -> None:
    report = book.run("--shard", "2/3", "--json").json
    assert (report["shard"], report["outcome"], report["left"]) == ([2, 3], "done", 0)
    assert json.loads((book.out / "run.json").read_text())["shard"] == [2, 3]
    assert "done (shard 2 of 3)" in book.batchtts("status").stdout


def test_shards_one_after_the_other_in_one_folder_stitch_in_the_end(book: Workbench) -> None:
    for number in (1, 2, 3):
        assert book.run("--shard", f"{number}/3").exit_code == 0
    assert len(book.outputs()) > 0
    assert book.run().stdout.startswith("Nothing to render")


def test_a_segment_stays_in_its_shard_when_another_text_changes(book: Workbench) -> None:
    book.run("--shard", "1/3")
    book.book(*BOOK[:-1], "Somebody saw it, after all.")
    assert set(book.run("--shard", "1/3").asked) <= {"Somebody saw it, after all."}


def test_a_shard_without_segments_has_succeeded(bench: Workbench) -> None:
    bench.book("Only this.")
    results = [
        bench.run("--shard", f"{number}/2", "--output", str(bench.folder / f"s{number}")) for number in (1, 2)
    ]
    assert [result.exit_code for result in results] == [0, 0]
    [empty] = [result for result in results if not result.asked]
    assert "no segment belongs to it" in empty.stdout


def test_a_shard_names_only_its_own_failures(book: Workbench) -> None:
    book.knobs(fates={"Nobody": "rejected"})
    codes = sorted(
        book.run("--shard", f"{number}/3", "--output", str(book.folder / f"s{number}")).exit_code
        for number in (1, 2, 3)
    )
    assert codes == [0, 0, 3]


def test_a_plan_shows_what_a_shard_would_ask_for_and_cost(book: Workbench) -> None:
    book.job(engines={"counting": {"price": 100.0, "currency": "EUR"}})
    form = book.batchtts("plan", "--shard", "2/3", "--json").json
    asked = book.run("--shard", "2/3").asked
    n_characters = sum(map(len, asked))
    assert form["totals"]["to_ask"] == len(asked)
    assert form["totals"]["costs_to_ask"][0]["amount"] == pytest.approx(n_characters / 10)
    assert "Only shard 2 of 3" in book.batchtts("plan", "--shard", "2/3").stdout


@pytest.mark.parametrize("command", ["run", "plan"])
@pytest.mark.parametrize("value", ["9/8", "0/8", "3", "a/b"])
def test_what_is_no_shard_is_refused_before_anything_is_read(
    bench: Workbench, command: str, value: str
) -> None:
    result = bench.batchtts(command, "--shard", value)
    assert result.exit_code == 2
    assert f"'{value}'" in result.stderr
    assert not bench.out.exists()


def test_equal_texts_are_in_one_shard(book: Workbench) -> None:
    asked = [
        book.run("--shard", f"{number}/5", "--output", str(book.folder / f"s{number}")).asked
        for number in range(1, 6)
    ]
    assert [texts.count("Line 3 of the tide.") for texts in asked if "Line 3 of the tide." in texts] == [1]
