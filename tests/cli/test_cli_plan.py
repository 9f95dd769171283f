"""What `plan` shows: what a run would do, and why; nothing is written."""

import pytest
from workbench import Workbench, files

BOOK = ("# One", "The tide came in.", "# Two", "Nobody had seen it.")
NARRATOR = {"engine": "counting", "voice": "hum"}


@pytest.fixture
def rendered(bench: Workbench) -> Workbench:
    bench.book(*BOOK)
    assert bench.run().exit_code == 0
    return bench


@pytest.mark.parametrize("arguments", [[], ["--explain"], ["--json"], ["--only", "1"]], ids=str)
def test_plan_never_writes(bench: Workbench, arguments: list[str]) -> None:
    bench.book(*BOOK)
    for _ in range(2):
        before = files(bench.folder)
        result = bench.batchtts("plan", *arguments)
        assert (result.exit_code, result.asked) == (0, [])
        assert files(bench.folder) == before
        bench.run("--limit", "2")


def test_reading_commands_leave_a_read_only_folder_as_it_is(rendered: Workbench) -> None:
    before = files(rendered.folder)
    for command in (["plan", "--explain"], ["status"], ["check"]):
        assert rendered.batchtts(*command).exit_code == 0
    assert files(rendered.folder) == before


def test_plan_tells_what_a_run_would_ask_for(bench: Workbench) -> None:
    bench.book(*BOOK)
    result = bench.batchtts("plan")
    assert "counting hum (narrator): 4 segments; to ask: 4 segments, 42 characters" in result.stdout
    assert "To ask for: 4 segments, 42 characters, about 2.8 s." in result.stdout
    assert len(bench.run().asked) == 4
    assert bench.batchtts("plan").stdout.endswith("Nothing to ask for.\n")


def test_plan_counts_equal_texts_once(bench: Workbench) -> None:
    bench.book("Again.", "Again.", "Once.")
    totals = bench.batchtts("plan", "--json").json["totals"]
    assert (totals["segments"], totals["to_ask"], totals["characters_to_ask"]) == (3, 2, 11)
    assert len(bench.run().asked) == 2


def test_plan_json_has_these_keys(rendered: Workbench) -> None:
    form = rendered.batchtts("plan", "--json", "--explain").json
    assert list(form) == [
        "job", "title", "author", "language", "output", "shard", "chapters", "voices", "totals", "lengths",
        "deliveries", "warnings", "reasons",
    ]  # fmt: skip
    assert list(form["chapters"][0]) == [
        "number", "id", "title", "file", "document", "segments", "characters", "estimated_seconds",
        "done", "failed", "pending",
    ]  # fmt: skip
    assert list(form["voices"][0]) == [
        "engine", "voice", "name", "segments", "characters", "to_ask", "characters_to_ask", "costs_to_ask",
    ]  # fmt: skip
    assert list(form["totals"]) == [
        "chapters", "segments", "characters", "estimated_seconds", "failed", "to_ask", "characters_to_ask",
        "estimated_seconds_to_ask", "costs_to_ask",
    ]  # fmt: skip


def ask_for(bench: Workbench, *formats: str, **job: object) -> None:
    bench.book(*BOOK)
    bench.job(job={"title": "The Tide", **job}, output={"dir": "out", "audiobook": list(formats)})


def test_plan_lists_the_files_that_a_run_delivers(bench: Workbench) -> None:
    ask_for(bench, "m4b", "mp3")
    planned = bench.batchtts("plan", "--json").json["deliveries"]
    result = bench.batchtts("plan")
    assert "Delivers: audiobook/The Tide.m4b\n" in result.stdout
    assert "Delivers: audiobook/mp3/01-one.mp3 and 1 more\n" in result.stdout
    assert [file["path"] for file in bench.run("--json").json["deliveries"]] == [
        file["file"] for file in planned
    ]
    for file in planned:
        assert (bench.out / file["file"]).exists()
        assert (bench.out / file["times"]).exists()


@pytest.mark.parametrize("part", [["--only", "1"], ["--shard", "1/2"]], ids=" ".join)
def test_plan_of_a_part_delivers_nothing(bench: Workbench, part: list[str]) -> None:
    ask_for(bench, "m4b")
    assert "Delivers" not in bench.batchtts("plan", *part).stdout
    assert bench.batchtts("plan", "--json", *part).json["deliveries"] == []


def test_plan_and_run_say_that_a_cover_cannot_be_used(bench: Workbench) -> None:
    (bench.folder / "cover.gif").write_bytes(b"GIF89a")
    ask_for(bench, "m4b", cover="cover.gif")
    note = "the cover is neither a JPEG nor a PNG, so deliveries have none; `job.cover` names another"
    assert f"Warning: {note}\n" in bench.batchtts("plan").stdout
    assert bench.batchtts("plan", "--json").json["warnings"] == [note]
    for _ in range(2):
        assert note in bench.run().stderr


def test_no_one_is_told_of_a_cover_if_nothing_is_delivered(bench: Workbench) -> None:
    (bench.folder / "cover.gif").write_bytes(b"GIF89a")
    bench.book(*BOOK)
    bench.job(job={"cover": "cover.gif"})
    assert "the cover" not in bench.batchtts("plan").stdout + bench.run().stderr


def test_other_commands_have_these_keys_in_their_json(rendered: Workbench) -> None:
    assert list(rendered.batchtts("status", "--json").json) == [
        "last_run", "states", "chapters", "holes", "attempts", "spent",
    ]  # fmt: skip
    assert list(rendered.batchtts("check", "--json").json) == ["files", "bytes", "wrong"]
    assert list(rendered.run("--json").json) == [
        "outcome", "reason", "shard", "segments", "rendered", "rendered_seconds", "adopted", "left", "spent",
        "wall_seconds", "chapters", "stitched", "deliveries", "delivered", "no_deliveries", "lengths", "holes",
    ]  # fmt: skip


# --- --explain -------------------------------------------------------------------------------------------


def explained(bench: Workbench) -> list[str]:
    """Return the lines of `plan --explain` that give reasons."""
    return [
        line for line in bench.batchtts("plan", "--explain").stdout.splitlines() if line.startswith("  job-")
    ]


def test_explain_has_nothing_to_say_of_a_book_that_is_whole(rendered: Workbench) -> None:
    assert explained(rendered) == []


def test_explain_says_that_all_is_new_before_the_first_run(bench: Workbench) -> None:
    bench.book("Only this.")
    assert explained(bench) == ["  job-ch01-0000: new: nothing was rendered yet"]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"speed": 1.1}, "speed: 1.0 became 1.1"),
        ({"seed": 4}, "seed: 0 became 4"),
        ({"voice": "low"}, "voice: 'hum' became 'low'"),
        ({"engine": "paid"}, "engine: 'counting' became 'paid'; identity: 'counting/1' became 'paid/1'"),
        ({"settings": {"warm": True}}, "params: {} became {'warm': True}"),
    ],
    ids=str,
)
def test_explain_names_what_changed(rendered: Workbench, change: dict[str, object], reason: str) -> None:
    rendered.job(voices={"narrator": NARRATOR | change})
    lines = explained(rendered)
    assert len(lines) == 4
    assert {line.split(": ", 1)[1] for line in lines} == {reason}


def test_explain_tells_an_edited_text_from_a_new_one(rendered: Workbench) -> None:
    rendered.book("# One", "The tide went out.", "# Two", "Nobody had seen it.", "Or had they?")
    assert explained(rendered) == [
        "  job-ch01-0001: text changed, or moved here: before, job-ch01-0001 was 'The tide came in.'",
        "  job-ch02-0002: new",
    ]


def test_explain_tells_of_a_take_that_was_dropped(rendered: Workbench) -> None:
    rendered.batchtts("retake", "ch01-0001", "--why", "flat")
    assert explained(rendered) == ["  job-ch01-0001: its take was dropped"]
