"""Jobs whose texts are lines of JSON: planned when the file changes, and then read from the ledger alone."""

import json
import os

import pytest
from workbench import Workbench, files, takes_in

NARRATOR = {"engine": "counting", "voice": "hum"}
DECK = (
    {"chapter": "On Deck", "text": "Is that your goat?"},
    {"chapter": "On Deck", "text": "It was here before I was.", "voice": "captain", "id": "deck-2"},
    {"chapter": "Below", "text": "The goat lives here.", "speed": 0.9},
    {"chapter": "Below", "text": "Is that your goat?"},
)


@pytest.fixture
def deck(bench: Workbench) -> Workbench:
    """Four lines in two chapters, for two voices; two of them say the same."""
    bench.job(
        voices={"narrator": NARRATOR, "captain": {**NARRATOR, "voice": "low"}},
        defaults={"voice": "narrator"},
        documents=[{"path": "lines.jsonl"}],
    )
    write(bench, *DECK)
    return bench


def write(bench: Workbench, *lines: dict[str, object], name: str = "lines.jsonl") -> None:
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (bench.folder / name).write_text(text, encoding="utf-8")


def texts(*lines: dict[str, object]) -> list[str]:
    return sorted({str(line["text"]) for line in lines})


def test_lines_are_rendered_and_stitched(deck: Workbench) -> None:
    result = deck.run("--json")
    assert (result.exit_code, sorted(result.asked)) == (0, texts(*DECK))
    assert [chapter["path"] for chapter in result.json["chapters"]] == [
        "chapters/01-on-deck.wav",
        "chapters/02-below.wav",
    ]
    [spoken] = [request for request in deck.requests if "before I was" in request["text"]]
    assert spoken["voice"] == "low"
    assert deck.batchtts("check").exit_code == 0
    assert deck.run().stdout.startswith("Nothing to render: all segments (4)")


def test_an_id_of_its_own_is_by_what_a_segment_goes_everywhere(deck: Workbench) -> None:
    deck.run()
    records = (deck.out / "alignment" / "01-on-deck.segments.jsonl").read_text().splitlines()
    assert [json.loads(record)["id"] for record in records] == ["job-ch01-0000", "deck-2"]
    assert deck.batchtts("retake", "deck-2", "--why", "seasick").exit_code == 0
    assert deck.run().asked == ["It was here before I was."]
    write(deck, *DECK, {"chapter": "Below", "text": "Bad line.", "id": "worst"})
    deck.knobs(fates={"Bad": "rejected"})
    assert "worst (lines.jsonl: line 5) 'Bad line.'" in deck.run().stdout


def test_a_line_that_was_edited_is_the_only_one_asked_for(deck: Workbench) -> None:
    deck.run()
    before = deck.outputs()
    write(deck, *DECK[:3], {"chapter": "Below", "text": "Is this your goat?"})
    assert deck.run().asked == ["Is this your goat?"]
    assert deck.outputs()["chapters/01-on-deck.wav"] == before["chapters/01-on-deck.wav"]
    assert deck.outputs()["chapters/02-below.wav"] != before["chapters/02-below.wav"]


def test_a_line_that_goes_elsewhere_costs_nothing(deck: Workbench) -> None:
    deck.run()
    write(deck, *reversed(DECK))
    result = deck.run()
    assert (result.exit_code, result.asked) == (0, [])


def forbid_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: object) -> None:
        raise AssertionError("a document was read")

    monkeypatch.setattr("batchtts.pipeline.planning.settling.read", refuse)


@pytest.mark.parametrize(
    "command",
    [["run"], ["plan"], ["plan", "--explain"], ["prune"], ["retake", "deck-2", "--why", "again"], ["status"]],
    ids=" ".join,
)
def test_a_file_that_has_not_changed_is_not_read_again(
    deck: Workbench, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    deck.run("--limit", "1")
    os.utime(deck.folder / "lines.jsonl", (1, 1))  # as after a fresh checkout: the bytes are what counts
    forbid_reading(monkeypatch)
    assert deck.batchtts(*command).exit_code == 0
    assert deck.run().exit_code == 0


def test_a_file_that_has_changed_is_read_again(deck: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    deck.run()
    write(deck, *DECK[:2])
    forbid_reading(monkeypatch)
    with pytest.raises(AssertionError, match="a document was read"):
        deck.batchtts("plan")


def test_a_run_with_nothing_to_do_asks_stitches_and_reads_nothing(
    deck: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    deck.run()
    before = deck.stamps()
    forbid_reading(monkeypatch)
    monkeypatch.setattr("batchtts.pipeline.stitching.assemble", forbid_reading)
    monkeypatch.setattr("batchtts.takes.reading.TakeReader.read", forbid_reading)
    result = deck.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert result.stdout.startswith("Nothing to render")
    assert deck.stamps() == before


# --- What is refused -------------------------------------------------------------------------------------


def complaints(bench: Workbench, command: str = "run") -> list[str]:
    """Return what is said of a job that is refused, of which nothing is begun."""
    before = files(bench.folder)
    result = bench.batchtts(command)
    assert (result.exit_code, result.stdout, result.asked) == (2, "", [])
    assert files(bench.folder) == before
    assert not bench.out.exists()
    return result.stderr.splitlines()


@pytest.mark.parametrize("command", ["run", "plan"])
def test_an_id_that_comes_twice_is_refused_with_both_places(deck: Workbench, command: str) -> None:
    write(deck, *DECK, {"chapter": "Below", "text": "Mine.", "id": "deck-2"})
    [line, *_] = complaints(deck, command)
    assert line.startswith("lines.jsonl: line 5: ")
    assert "'deck-2'" in line
    assert "lines.jsonl: line 2" in line


def test_an_id_that_comes_in_two_files_is_refused_with_both_places(deck: Workbench) -> None:
    deck.job(
        voices={"narrator": NARRATOR, "captain": NARRATOR},
        defaults={"voice": "narrator"},
        documents=["*.jsonl", {"segments": [{"text": "In the manifest.", "id": "deck-2"}]}],
    )
    write(deck, {"text": "Mine.", "id": "deck-2"}, name="more.jsonl")
    said = "\n".join(complaints(deck))
    assert "more.jsonl: line 1" in said
    assert said.count("lines.jsonl: line 2") == 2
    assert "job.yaml:documents[1]" in said


def test_an_id_of_its_own_may_not_be_one_that_the_plan_gives_another(deck: Workbench) -> None:
    write(deck, *DECK[:1], {"text": "Mine.", "chapter": "Below", "id": "job-ch01-0000"})
    [line, *_] = complaints(deck)
    assert "'job-ch01-0000'" in line


def test_lines_that_are_wrong_are_all_named_and_nothing_is_begun(deck: Workbench) -> None:
    wrong = [
        '{"text": 5}',
        '{"text": "A.", "voice": "nobody"}',
        "[1]",
        '{"text": "A.", "tone": 1}',
        "{",
        '{"text": ""}',
    ]
    (deck.folder / "lines.jsonl").write_text("\n".join(wrong), encoding="utf-8")
    said = complaints(deck)
    for number in (1, 3, 4, 5, 6):
        assert any(line.startswith(f"lines.jsonl:{number}:") for line in said), number
    (deck.folder / "lines.jsonl").write_text("\n".join(wrong[1:2]), encoding="utf-8")
    assert any("'nobody'" in line for line in complaints(deck))


def test_of_very_many_wrong_lines_some_are_named_and_the_rest_is_counted(deck: Workbench) -> None:
    (deck.folder / "lines.jsonl").write_text("no\n" * 1000, encoding="utf-8")
    said = complaints(deck)
    assert 100 <= sum(line.startswith("lines.jsonl:") for line in said) <= 101
    assert any("900" in line for line in said)


def test_a_job_that_has_become_wrong_leaves_what_was_rendered_as_it_is(deck: Workbench) -> None:
    deck.run()
    (deck.folder / "lines.jsonl").write_text("no\n", encoding="utf-8")
    before = files(deck.out)
    for command in ("run", "plan", "prune"):
        assert deck.batchtts(command).exit_code == 2
        assert files(deck.out) == before
    assert deck.batchtts("status").exit_code == 0
    assert deck.batchtts("check").exit_code == 0
    write(deck, *DECK)
    assert deck.run().stdout.startswith("Nothing to render")


# --- Many lines ------------------------------------------------------------------------------------------

N_LINES = 1_300
"""More than one page of what is pending, and more than one chapter of lines without a title."""


@pytest.fixture
def many(bench: Workbench) -> Workbench:
    """A job of many short lines, some of which say the same as others."""
    bench.job(documents=["lines.jsonl"], render={"attempts": 1})
    write(bench, *({"text": f"Wave {number % 1_200}."} for number in range(N_LINES)))
    return bench


def test_whatever_the_concurrency_and_however_often_it_stops_the_bytes_are_the_same(many: Workbench) -> None:
    straight = many.folder / "straight"
    assert len(many.run("--concurrency", "8", "--output", str(straight)).asked) == 1_200
    asked = []
    for options in (["--limit", "500"], ["--concurrency", "1", "--limit", "37"], ["--limit", "600"], []):
        asked += many.run("--concurrency", "3", *options).asked
    assert len(asked) == len(set(asked)) == 1_200
    assert {
        name: data for name, data in files(straight).items() if not name.startswith((".", "run"))
    } == many.outputs()
    assert sorted(take.name for take in takes_in(straight)) == sorted(take.name for take in many.takes)


def test_a_limit_takes_what_comes_first(many: Workbench) -> None:
    for first in (0, 600):
        asked = many.run("--limit", "600").asked
        assert sorted(asked) == sorted(f"Wave {number}." for number in range(first, first + 600))
    assert many.run().asked == []


def test_failures_are_asked_for_again_a_part_at_a_time(many: Workbench) -> None:
    many.knobs(fates={"00.": "rejected"})
    first = many.run("--json")
    assert (first.exit_code, len(first.asked)) == (3, 1_200)
    failed = [f"Wave {number}." for number in range(100, 1_200, 100)]
    holes = [hole["text"] for hole in first.json["holes"]]
    assert holes == [*failed, "Wave 100."][: len(holes)]
    assert many.run().asked == []
    again = many.run("--retry-failed", "--limit", "4")
    assert sorted(again.asked) == sorted(failed[:4])
    many.knobs()
    assert sorted(many.run("--retry-failed").asked) == sorted(failed)
    assert many.run().stdout.startswith("Nothing to render")


def test_shards_of_many_lines_make_the_whole(many: Workbench) -> None:
    folders = [many.folder / f"s{number}" for number in (1, 2, 3)]
    asked = [
        many.run("--shard", f"{number}/3", "--limit", "450", "--output", str(folder)).asked
        for number, folder in enumerate(folders, start=1)
    ]
    assert len({text for texts in asked for text in texts}) == sum(map(len, asked))
    many.batchtts("merge", *map(str, folders))
    rest = many.run()
    assert (rest.exit_code, len(rest.asked)) == (0, 1_200 - sum(map(len, asked)))


def test_only_asks_for_its_chapter_even_if_another_says_the_same(many: Workbench) -> None:
    result = many.run("--only", "2")
    assert sorted(result.asked) == sorted(f"Wave {number % 1_200}." for number in range(1_000, N_LINES))
    assert [path.name for path in (many.out / "chapters").iterdir()] == ["02-from-line-1001.wav"]
    assert len(many.run("--only", "1").asked) == 1_200 - 300


def test_a_plan_explains_every_line_that_it_would_ask_for(many: Workbench) -> None:
    many.run("--limit", "700")
    write(many, *({"text": f"Wave {number % 1_201}."} for number in range(N_LINES)))
    form = many.batchtts("plan", "--explain", "--json").json
    assert len(form["reasons"]) == form["totals"]["to_ask"] == 501
    assert sorted(many.run().asked) == sorted(f"Wave {number}." for number in range(700, 1_201))
