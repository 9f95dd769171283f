"""Runs that do only a part, and stop in good order."""

import asyncio

import pytest
from workbench import Workbench

from batchtts.errors import BatchttsError, Interrupted, StoppedEarly
from batchtts.events import ChapterStitched, Event
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle
from batchtts.pipeline.running import RunOptions, run
from batchtts.render.stopping import Stop

BOOK = ("# One", "The tide came in.", "It went out again.", "# The End", "Nobody had seen it.")
TEXTS = [text.removeprefix("# ") for text in BOOK]


@pytest.fixture
def written(bench: Workbench) -> Workbench:
    """A book that nobody has rendered yet."""
    bench.book(*BOOK)
    return bench


def test_a_limit_stops_after_so_many_segments_and_the_next_run_completes(written: Workbench) -> None:
    first = written.run("--limit", "2")
    assert (first.exit_code, len(first.asked)) == (75, 2)
    assert "Left: 3 segments." in first.stdout
    assert "Stopped: in good order, by --limit 2" in first.stderr
    second = written.run()
    assert (second.exit_code, len(second.asked)) == (0, 3)
    assert sorted(first.asked + second.asked) == sorted(TEXTS)


def test_a_limit_that_is_enough_is_no_reason_to_stop(written: Workbench) -> None:
    assert written.run("--limit", "5").exit_code == 0
    assert written.run("--limit", "1").stdout.startswith("Nothing to render")


def test_a_limit_goes_by_reading_order_and_whole_chapters_are_stitched(written: Workbench) -> None:
    result = written.run("--limit", "3", "--json", "--concurrency", "1")
    assert sorted(result.asked) == sorted(TEXTS[:3])
    assert (result.json["stitched"], result.json["left"]) == (["job-ch01"], 2)


def test_a_limit_goes_by_reading_order_whoever_speaks(bench: Workbench) -> None:
    engines = {name: {"engine": name, "voice": "hum"} for name in ("counting", "paid", "latin")}
    lines = [{"text": f"Line {number}.", "voice": voice} for number in range(4) for voice in engines]
    bench.job(voices=engines, defaults={"voice": "paid"}, documents=[{"segments": [line]} for line in lines])
    first = bench.run("--limit", "7")
    assert (first.exit_code, sorted(first.asked)) == (75, sorted(line["text"] for line in lines[:7]))
    second = bench.run("--limit", "5")
    assert (second.exit_code, len(second.asked)) == (0, 5)
    assert bench.run("--limit", "1").stdout.startswith("Nothing to render")


def test_time_stops_a_run_in_good_order_and_the_next_completes(written: Workbench) -> None:
    written.knobs(delay=0.15)
    first = written.run("--max-time", "0.2", "--concurrency", "1")
    assert first.exit_code == 75
    assert "Stopped: in good order, by --max-time" in first.stderr
    assert 0 < len(first.asked) < len(TEXTS)
    assert len(written.takes) == len(first.asked)  # what was in flight is kept
    written.knobs()
    second = written.run()
    assert second.exit_code == 0
    assert sorted(first.asked + second.asked) == sorted(TEXTS)


@pytest.mark.parametrize("time", ["", "-1", "0", "soon", "5x", "inf", "nan"])
def test_a_time_that_is_none_is_refused(written: Workbench, time: str) -> None:
    result = written.run("--max-time", time)
    assert result.exit_code == 2
    assert not written.out.exists()


@pytest.mark.parametrize("name", ["2", "The End", "the end", "job-ch02", "02-the-end"])
def test_only_renders_the_chapter_that_is_named(written: Workbench, name: str) -> None:
    result = written.run("--only", name, "--json")
    assert (result.exit_code, sorted(result.asked)) == (0, ["Nobody had seen it.", "The End"])
    assert [path.name for path in (written.out / "chapters").iterdir()] == ["02-the-end.wav"]


def test_only_may_be_repeated(written: Workbench) -> None:
    assert written.run("--only", "1", "--only", "2").exit_code == 0
    assert written.run().stdout.startswith("Nothing to render")


@pytest.mark.parametrize("command", ["run", "plan"])
def test_only_refuses_chapters_that_do_not_exist(written: Workbench, command: str) -> None:
    result = written.batchtts(command, "--only", "3", "--only", "1", "--only", "The Enf")
    assert result.exit_code == 2
    assert "--only: no chapter goes by '3'" in result.stderr
    assert "--only: no chapter goes by 'The Enf'\n    Did you mean 'The End'?" in result.stderr
    assert not written.out.exists()


def test_a_part_of_the_book_is_a_part_of_the_whole_byte_for_byte(written: Workbench) -> None:
    written.run("--only", "2")
    part = written.outputs()
    written.run()
    assert part.items() <= written.outputs().items()


@pytest.mark.parametrize(("error", "code"), [(StoppedEarly("late"), 0), (Interrupted("late"), 130)])
def test_a_limit_that_comes_when_all_is_done_has_stopped_nothing(
    written: Workbench, error: BatchttsError, code: int
) -> None:
    stop = Stop()

    def tell(event: Event) -> None:
        if isinstance(event, ChapterStitched) and "end" in event.path:
            stop.request(error)

    settled = settle(load_job(written.manifest))
    outcome = asyncio.run(run(settled, RunOptions(), tell=tell, stop=stop))
    assert (outcome.n_left, len(outcome.stitched)) == (0, 2)
    assert (outcome.error.exit_code if outcome.error else 0) == code


@pytest.mark.timeout(30)
def test_an_end_that_is_asked_for_is_not_put_off_by_a_service_that_does_not_tell_its_voices(
    written: Workbench,
) -> None:
    written.job(voices={"narrator": {"engine": "remote", "voice": "hum"}})
    written.knobs(mute=True)
    result = written.run("--max-time", "0.2")
    assert (result.exit_code, result.asked) == (75, [])
