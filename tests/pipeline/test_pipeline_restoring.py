"""What was lost is found again on the disk, and what was damaged is rendered or stitched again."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from workbench import Workbench, flip_byte

BOOK = ("# One", "The tide came in.", "It went out again.", "# Two", "Nobody had seen it.")


@pytest.fixture
def rendered(bench: Workbench) -> Workbench:
    """A book that is rendered whole."""
    bench.book(*BOOK)
    assert bench.run().exit_code == 0
    return bench


# --- The ledger ------------------------------------------------------------------------------------------


def test_a_deleted_ledger_is_rebuilt_without_a_request(rendered: Workbench) -> None:
    before = rendered.outputs()
    rendered.lose_ledger()
    result = rendered.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert "5 takes were found on disk and need not be rendered" in result.stderr
    assert rendered.outputs() == before
    assert rendered.run().stdout.startswith("Nothing to do")


def fill_with_garbage(ledger: Path) -> None:
    ledger.write_bytes(b"this was a ledger once" * 1000)


def cut_in_half(ledger: Path) -> None:
    ledger.write_bytes(ledger.read_bytes()[: ledger.stat().st_size // 2])


def empty(ledger: Path) -> None:
    ledger.write_bytes(b"")


@pytest.mark.parametrize("damage", [fill_with_garbage, cut_in_half, empty])
def test_a_damaged_ledger_is_set_aside_and_rebuilt_without_a_request(
    rendered: Workbench, damage: Callable[[Path], None]
) -> None:
    before = rendered.outputs()
    with closing(sqlite3.connect(rendered.ledger)) as db:
        db.execute("UPDATE run SET ended_at = NULL, outcome = NULL")  # as a killed run leaves it
        db.commit()
    damage(rendered.ledger)
    result = rendered.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert "the ledger was damaged; it was set aside" in result.stderr
    assert (rendered.ledger.parent / "ledger.db.damaged-1").exists()
    assert rendered.outputs() == before


def test_a_job_that_moved_to_another_folder_asks_nothing(rendered: Workbench) -> None:
    elsewhere = rendered.folder / "elsewhere"
    rendered.out.rename(elsewhere)
    result = rendered.run("--output", str(elsewhere))
    assert result.stdout.startswith("Nothing to do")
    assert result.asked == []


# --- Takes -----------------------------------------------------------------------------------------------


def test_a_take_that_changed_is_dropped_and_rendered_again(rendered: Workbench) -> None:
    flip_byte(rendered.takes[0])
    result = rendered.run()
    assert (result.exit_code, len(result.asked)) == (0, 1)
    assert "damaged; it is rendered again" in result.stderr
    assert rendered.run().stdout.startswith("Nothing to do")


def test_the_chapters_are_as_before_when_damaged_takes_were_rendered_again(rendered: Workbench) -> None:
    before = {name: data for name, data in rendered.outputs().items() if name.endswith(".wav")}
    for take in rendered.takes:
        flip_byte(take)
    assert sorted(rendered.run().asked) == sorted(text.removeprefix("# ") for text in BOOK)
    assert {name: data for name, data in rendered.outputs().items() if name.endswith(".wav")} == before


def test_a_missing_take_is_rendered_again(rendered: Workbench) -> None:
    rendered.takes[0].unlink()
    result = rendered.run()
    assert (result.exit_code, len(result.asked)) == (0, 1)
    assert "file missing; it is rendered again" in result.stderr


def test_a_take_that_rots_unnoticed_never_gets_into_a_chapter(rendered: Workbench) -> None:
    """Its time is as it was, so only the stitching of its chapter reads it."""
    flip_byte(rendered.takes[0], keep_time=True)
    assert rendered.run().stdout.startswith("Nothing to do")
    rendered.job(pauses={"chapter_head": 0.25})
    result = rendered.run()
    assert (result.exit_code, len(result.asked)) == (0, 1)
    assert "its bytes have changed" in result.stderr
    assert rendered.batchtts("check").exit_code == 0


def test_check_finds_a_take_that_rots_unnoticed_and_the_next_run_mends_it(rendered: Workbench) -> None:
    flip_byte(rendered.takes[0], keep_time=True)
    found = rendered.batchtts("check")
    assert found.exit_code == 6
    assert f"takes/{rendered.takes[0].name}: it has changed" in found.stdout
    assert len(rendered.run().asked) == 1
    assert rendered.batchtts("check").exit_code == 0


def test_a_file_that_is_no_take_is_left_alone(rendered: Workbench) -> None:
    stranger = rendered.takes[0].with_name("stranger.wav")
    stranger.write_bytes(b"RIFF and nothing else")
    rendered.lose_ledger()
    assert rendered.run().exit_code == 0
    assert stranger.exists()


# --- Outputs ---------------------------------------------------------------------------------------------


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("damage", [Path.unlink, shorten, flip_byte])
@pytest.mark.parametrize(
    "name", ["chapters/01-one.wav", "alignment/01-one.json", "alignment/01-one.segments.jsonl"]
)
def test_a_lost_or_altered_output_is_stitched_again_without_a_request(
    rendered: Workbench, name: str, damage: Callable[[Path], None]
) -> None:
    before = rendered.outputs()
    damage(rendered.out / name)
    result = rendered.run("--json")
    assert (result.asked, result.json["stitched"]) == ([], ["job-ch01"])
    assert rendered.outputs() == before


def test_check_finds_an_output_that_rots_unnoticed_and_the_next_run_mends_it(rendered: Workbench) -> None:
    before = rendered.outputs()
    flip_byte(rendered.out / "chapters" / "02-two.wav", keep_time=True)
    assert rendered.run().stdout.startswith("Nothing to do")
    assert rendered.batchtts("check").exit_code == 6
    assert rendered.run("--json").json["stitched"] == ["job-ch02"]
    assert rendered.outputs() == before


def test_check_names_what_is_missing(rendered: Workbench) -> None:
    (rendered.out / "chapters" / "01-one.wav").unlink()
    result = rendered.batchtts("check", "--json")
    assert (result.exit_code, result.json["wrong"]) == (
        6,
        [{"path": "chapters/01-one.wav", "what": "it is missing"}],
    )


def test_what_a_killed_run_left_half_written_is_swept(rendered: Workbench) -> None:
    leftovers = [rendered.takes[0].with_name("half.wav.part"), rendered.out / "chapters" / "01-one.wav.part"]
    for leftover in leftovers:
        leftover.write_bytes(b"half")
    rendered.run()
    assert not any(leftover.exists() for leftover in leftovers)
