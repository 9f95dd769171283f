"""What a run asks for after an edit: what changed, and nothing else."""

from pathlib import Path

import pytest
from workbench import Workbench

BOOK = ("# One", "The tide came in.", "It went out again.", "# Two", "Nobody had seen it.")
NARRATOR = {"engine": "counting", "voice": "hum"}


@pytest.fixture
def rendered(bench: Workbench) -> Workbench:
    """A book that is rendered whole."""
    bench.book(*BOOK)
    assert bench.run().exit_code == 0
    return bench


def test_every_segment_is_asked_for_once(bench: Workbench) -> None:
    bench.book(*BOOK)
    assert sorted(bench.run().asked) == sorted(text.removeprefix("# ") for text in BOOK)


def test_equal_texts_share_a_take(bench: Workbench) -> None:
    bench.book("# One", "Again.", "Once more.", "Again.", "# Two", "Again.")
    result = bench.run()
    assert sorted(result.asked) == ["Again.", "Once more.", "One", "Two"]
    assert len(bench.takes) == 4
    assert bench.batchtts("status", "--json").json["states"]["done"] == 6


def test_a_second_run_asks_nothing_and_changes_no_file(rendered: Workbench) -> None:
    before = rendered.stamps(), rendered.outputs()
    result = rendered.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert result.stdout.startswith("Nothing to render: all segments (5) are up to date; 2 chapters")
    assert (rendered.stamps(), rendered.outputs()) == before


def test_an_edited_sentence_is_the_only_one_asked_for(rendered: Workbench) -> None:
    rendered.book(*BOOK[:2], "It went out at noon.", *BOOK[3:])
    assert rendered.run().asked == ["It went out at noon."]


def test_an_edit_touches_no_chapter_of_another_document(bench: Workbench) -> None:
    bench.job(documents=[{"text": "A line."}, {"text": "Another line."}])
    bench.run()
    before = bench.stamps()
    bench.job(documents=[{"text": "A line."}, {"text": "Quite another line."}])
    assert bench.run("--json").json["stitched"] == ["job-ch02"]
    [first] = bench.out.glob("chapters/01*.wav")
    assert bench.stamps()[str(first)] == before[str(first)]


def test_a_paragraph_at_the_top_asks_for_its_own_segments_alone(rendered: Workbench) -> None:
    rendered.book("# One", "It was early. Gulls slept.", *BOOK[1:])
    assert sorted(rendered.run().asked) == ["Gulls slept.", "It was early."]


def test_undoing_an_edit_costs_nothing_and_gives_the_same_bytes(rendered: Workbench) -> None:
    original = rendered.outputs()
    rendered.book("# One", "Quite another text.", *BOOK[3:])
    rendered.run()
    rendered.book(*BOOK)
    result = rendered.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert rendered.outputs() == original


@pytest.mark.parametrize(
    "keys",
    [
        {"pauses": {"heading": 1.5}},
        {"pauses": {"chapter_tail": 0}},
        {"output": {"dir": "out", "room_tone": {"level_dbfs": -60}}},
        {"output": {"dir": "out", "room_tone": "off"}},
    ],
    ids=str,
)
def test_a_change_of_stitching_asks_nothing_and_stitches_anew(
    rendered: Workbench, keys: dict[str, object]
) -> None:
    before = rendered.outputs()
    rendered.job(**keys)
    result = rendered.run("--json")
    assert (result.asked, result.json["stitched"]) == ([], ["job-ch01", "job-ch02"])
    after = rendered.outputs()
    assert all(before[name] != after[name] for name in before if name.endswith(".wav"))


@pytest.mark.parametrize(
    "keys",
    [
        {"job": {"title": "The Tide"}},
        {"job": {"author": "A. Keeper"}},
        {"render": {"concurrency": 1, "attempts": 9, "timeout": 5}},
        {"limits": {"max_chars": 499}},
        {"voices": {"narrator": NARRATOR, "unused": {"engine": "tone", "voice": "low"}}},
    ],
    ids=str,
)
def test_what_nobody_can_hear_asks_nothing_and_stitches_nothing(
    rendered: Workbench, keys: dict[str, object]
) -> None:
    before = rendered.outputs()
    rendered.job(**keys)
    assert rendered.run().stdout.startswith("Nothing to render")
    assert rendered.outputs() == before


def test_a_voice_by_another_name_is_the_same_voice(rendered: Workbench) -> None:
    rendered.job(voices={"teller": NARRATOR})
    assert rendered.run().asked == []


@pytest.mark.parametrize(
    "change", [{"speed": 1.1}, {"seed": 5}, {"voice": "low"}, {"settings": {"a": 1}}], ids=str
)
def test_a_change_of_one_voice_asks_for_its_segments_alone(
    bench: Workbench, change: dict[str, object]
) -> None:
    def write(second: dict[str, object]) -> None:
        bench.job(
            voices={"first": NARRATOR, "second": second},
            documents=[{"text": "By the first."}, {"text": "By the second.", "voice": "second"}],
        )

    write({**NARRATOR, "seed": 1})
    bench.run()
    write({**NARRATOR, "seed": 1, **change})
    assert bench.run().asked == ["By the second."]


def test_a_new_chapter_title_is_spoken_and_names_the_file(rendered: Workbench) -> None:
    rendered.book(*BOOK[:3], "# Last", *BOOK[4:])
    assert rendered.run().asked == ["Last"]
    assert (rendered.out / "chapters" / "02-last.wav").exists()


def test_a_title_that_is_not_spoken_asks_nothing(bench: Workbench) -> None:
    bench.job(documents=[{"text": "Just a line.", "title": "Before"}])
    bench.run()
    bench.job(documents=[{"text": "Just a line.", "title": "After"}])
    result = bench.run("--json")
    assert (result.asked, result.json["stitched"]) == ([], ["job-ch01"])
    assert result.json["chapters"][0]["path"] == "chapters/01-after.wav"


def test_a_chapter_is_byte_for_byte_the_same_whatever_the_concurrency(bench: Workbench) -> None:
    bench.book(*BOOK)
    bench.run("--concurrency", "1")
    alone = bench.outputs()
    bench.out = bench.folder / "wide"
    bench.run("--concurrency", "8", "--output", str(bench.out))
    assert bench.outputs() == alone


def test_a_job_is_the_same_wherever_it_is_called_from(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.job(documents=[{"text": "In the manifest."}, "book.md"])
    bench.book(*BOOK)
    bench.run()
    monkeypatch.chdir(bench.folder)
    bench.manifest = Path("job.yaml")
    assert bench.run().stdout.startswith("Nothing to render")
    bench.manifest = Path("..") / bench.folder.name / "job.yaml"
    assert bench.run().stdout.startswith("Nothing to render")
