"""What was lost is found again on the disk, and what was damaged is rendered or stitched again."""

import os
import sqlite3
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from workbench import LyingTake, Workbench, flip_byte

from batchtts.takes.form import decode

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
    assert rendered.run().stdout.startswith("Nothing to render")


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
    assert result.stdout.startswith("Nothing to render")
    assert result.asked == []


# --- Takes -----------------------------------------------------------------------------------------------


def masters(bench: Workbench) -> dict[str, bytes]:
    return {name: data for name, data in bench.outputs().items() if name.endswith(".wav")}


def texts_of(takes: list[LyingTake]) -> list[str]:
    """Return what takes say, in any order."""
    return sorted(decode(take.name, take.data).text for take in takes)


@pytest.mark.parametrize("at", [0, 30, 20_000, -1], ids=["magic", "header", "samples", "end"])
def test_one_flipped_byte_costs_one_request(rendered: Workbench, at: int) -> None:
    damaged = rendered.takes[1]
    text = texts_of([damaged])
    before = masters(rendered)
    damaged.flip_byte(at=at)
    result = rendered.run()
    assert (result.exit_code, result.asked) == (0, text)
    assert f"{damaged.name}: damaged; it is rendered again" in result.stderr
    assert masters(rendered) == before
    assert rendered.run().stdout.startswith("Nothing to render")


def test_a_flipped_byte_of_a_header_costs_nothing(rendered: Workbench) -> None:
    """Where a take lies the ledger knows; only if it is lost, too, the header is what tells."""
    take = rendered.takes[1]
    text = texts_of([take])
    flip_byte(take.pack, at=take.member.start - 500)
    assert rendered.run().stdout.startswith("Nothing to render")
    rendered.lose_ledger()
    assert rendered.run().asked == text


def test_the_chapters_are_as_before_when_all_takes_were_damaged_and_rendered_again(
    rendered: Workbench,
) -> None:
    before = masters(rendered)
    for take in rendered.takes:
        take.flip_byte()
    assert sorted(rendered.run().asked) == sorted(text.removeprefix("# ") for text in BOOK)
    assert masters(rendered) == before


@pytest.fixture
def piecewise(bench: Workbench) -> Workbench:
    """A book that three runs have rendered, so that its takes lie in three packs: 2, 2 and 1 of them."""
    bench.book(*BOOK)
    for _ in range(3):
        bench.run("--limit", "2")
    assert len(bench.packs) == 3
    return bench


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_deleted_pack_loses_the_takes_that_lay_there_and_no_other(piecewise: Workbench, lost: int) -> None:
    before, pack = masters(piecewise), piecewise.packs[lost]
    gone = [take for take in piecewise.takes if take.pack == pack]
    texts = texts_of(gone)
    pack.unlink()
    result = piecewise.run()
    assert (result.exit_code, sorted(result.asked)) == (0, texts)
    for take in gone:
        assert f"{take.name}: file missing; it is rendered again" in result.stderr
    assert masters(piecewise) == before
    assert piecewise.run().stdout.startswith("Nothing to render")


def test_of_many_lost_takes_some_are_named_and_all_are_counted(bench: Workbench) -> None:
    bench.job(documents=[{"segments": [f"Wave {number}." for number in range(25)]}])
    bench.run()
    bench.packs[0].unlink()
    lines = bench.run().stderr.splitlines()
    assert sum("file missing; it is rendered again" in line for line in lines) == 20
    assert "25 takes in all were missing or damaged" in "\n".join(lines)


@pytest.mark.parametrize("has_ledger", [True, False])
@pytest.mark.parametrize("share", [0, 0.01, 0.3, 0.5, 0.8, 0.99])
def test_a_pack_that_is_cut_short_loses_the_takes_behind_the_cut(
    rendered: Workbench, share: float, has_ledger: bool
) -> None:
    before, [pack] = masters(rendered), rendered.packs
    n_bytes = int(pack.stat().st_size * share)
    texts = texts_of([take for take in rendered.takes if take.member.start + take.member.n_bytes > n_bytes])
    pack.chmod(0o644)
    os.truncate(pack, n_bytes)
    if not has_ledger:
        rendered.lose_ledger()
    result = rendered.run()
    assert (result.exit_code, sorted(result.asked)) == (0, texts)
    assert masters(rendered) == before
    assert rendered.batchtts("check").exit_code == 0
    assert rendered.run().stdout.startswith("Nothing to render")


@pytest.mark.parametrize(("n_left", "n_asked"), [(0, 4), (-1, 5)])
def test_a_take_is_whole_to_the_end_of_its_last_block(rendered: Workbench, n_left: int, n_asked: int) -> None:
    first = rendered.takes[0]
    first.pack.chmod(0o644)
    os.truncate(first.pack, first.member.end + n_left)
    rendered.lose_ledger()
    assert len(rendered.run().asked) == n_asked


def test_a_take_that_rots_unnoticed_never_gets_into_a_chapter(rendered: Workbench) -> None:
    """The time of its pack is as it was, so only the stitching of its chapter reads it."""
    rendered.takes[0].flip_byte(keep_time=True)
    assert rendered.run().stdout.startswith("Nothing to render")
    rendered.job(pauses={"chapter_head": 0.25})
    result = rendered.run()
    assert (result.exit_code, len(result.asked)) == (0, 1)
    assert "have changed; it is rendered again" in result.stderr
    assert rendered.batchtts("check").exit_code == 0


def test_check_finds_a_take_that_rots_unnoticed_and_the_next_run_mends_it(rendered: Workbench) -> None:
    take = rendered.takes[0]
    take.flip_byte(keep_time=True)
    found = rendered.batchtts("check")
    assert found.exit_code == 6
    assert f"takes/000001.tar/{take.name}: its bytes in" in found.stdout
    assert len(rendered.run().asked) == 1
    assert rendered.batchtts("check").exit_code == 0


def test_a_take_that_lies_there_twice_is_found_once(rendered: Workbench) -> None:
    rendered.packs[0].with_name("000005.tar").write_bytes(rendered.packs[0].read_bytes())
    assert "not in the ledger" not in rendered.batchtts("plan").stdout
    assert rendered.run().stdout.startswith("Nothing to render")
    rendered.lose_ledger()
    result = rendered.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert "5 takes were found" in result.stderr


def test_a_copy_stands_in_for_a_take_that_is_lost(rendered: Workbench) -> None:
    """As when a prune was killed that had written its new pack already."""
    [pack] = rendered.packs
    pack.with_name("000002.tar").write_bytes(pack.read_bytes())
    pack.unlink()
    result = rendered.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert "rendered again" not in result.stderr
    assert rendered.batchtts("check").exit_code == 0
    assert rendered.run().stdout.startswith("Nothing to render")


def test_a_file_that_is_no_pack_is_left_alone(rendered: Workbench) -> None:
    stranger = rendered.packs[0].with_name("stranger.wav")
    stranger.write_bytes(b"RIFF and nothing else")
    rendered.lose_ledger()
    assert rendered.run().exit_code == 0
    assert stranger.exists()


def test_a_pack_that_a_killed_run_left_open_is_sealed_and_its_takes_are_adopted(rendered: Workbench) -> None:
    [pack] = rendered.packs
    pack.chmod(0o644)
    os.truncate(pack, rendered.takes[-1].member.end - 700)
    rendered.lose_ledger()
    result = rendered.run()
    assert (result.exit_code, len(result.asked)) == (0, 1)
    assert "4 takes were found on disk" in result.stderr
    assert [path.stat().st_mode & 0o222 for path in rendered.packs] == [0, 0]
    with tarfile.open(pack) as archive:
        assert len(archive.getnames()) == 4


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
    assert rendered.run().stdout.startswith("Nothing to render")
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
    leftovers = [rendered.out / "run.json.part", rendered.out / "chapters" / "01-one.wav.part"]
    for leftover in leftovers:
        leftover.write_bytes(b"half")
    rendered.run()
    assert not any(leftover.exists() for leftover in leftovers)
