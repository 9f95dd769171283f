"""Segments that stay without a take: they are named, they stop nobody else, and they are asked for again in time."""

import errno
import json
import os
from pathlib import Path

import pytest
from workbench import Workbench

BOOK = ("# One", "The tide came in.", "It went out again.", "# Two", "Nobody had seen it.")


@pytest.fixture
def written(bench: Workbench) -> Workbench:
    """A book that nobody has rendered yet."""
    bench.job(render={"attempts": 1})
    bench.book(*BOOK)
    return bench


# --- One text is rejected --------------------------------------------------------------------------------


def test_a_rejected_text_is_named_and_everything_else_is_finished(written: Workbench) -> None:
    written.knobs(fates={"went out": "rejected"})
    result = written.run()
    assert (result.exit_code, len(result.asked)) == (3, 5)
    hole = "job-ch01-0002 (book.md: line 5) 'It went out again.': the knob says rejected"
    assert hole in result.stdout
    assert "1 of 5 segments have no take" in result.stderr
    assert [path.name for path in (written.out / "chapters").iterdir()] == ["02-two.wav"]


def test_a_hole_is_in_the_report_the_json_and_the_status(written: Workbench) -> None:
    written.knobs(fates={"went out": "rejected"})
    result = written.run("--json")
    [hole] = result.json["holes"]
    assert hole == {
        "segment": "job-ch01-0002",
        "document": "book.md",
        "locator": "line 5",
        "text": "It went out again.",
        "reason": "the knob says rejected",
    }
    report = json.loads((written.out / "run.json").read_text(encoding="utf-8"))
    assert (report["outcome"], report["holes"]) == ("incomplete_run", [hole])
    assert "failed: job-ch01-0002 (book.md: line 5)" in written.batchtts("status").stdout


def test_a_rejected_text_is_not_asked_for_again_but_still_named(written: Workbench) -> None:
    written.knobs(fates={"went out": "rejected"})
    written.run()
    result = written.run()
    assert (result.exit_code, result.asked) == (3, [])
    assert "the knob says rejected" in result.stdout


def test_retry_failed_asks_for_a_rejected_text_again(written: Workbench) -> None:
    written.knobs(fates={"went out": "rejected"})
    written.run()
    written.knobs()
    result = written.run("--retry-failed")
    assert (result.exit_code, result.asked) == (0, ["It went out again."])


def test_a_retake_asks_for_a_rejected_text_again(written: Workbench) -> None:
    written.knobs(fates={"went out": "rejected"})
    written.run()
    written.batchtts("retake", "ch01-0002", "--why", "the engine was mended")
    assert written.run().asked == ["It went out again."]


def test_editing_a_rejected_text_asks_for_it(written: Workbench) -> None:
    written.knobs(fates={"went out": "rejected"})
    written.run()
    written.book(*BOOK[:2], "It left again.", *BOOK[3:])
    result = written.run()
    assert (result.exit_code, result.asked) == (0, ["It left again."])


def test_a_text_that_stands_twice_and_is_rejected_leaves_two_holes(bench: Workbench) -> None:
    bench.book("Bad.", "Good.", "Bad.")
    bench.knobs(fates={"Bad": "rejected"})
    result = bench.run("--json")
    assert sorted(result.asked) == ["Bad.", "Good."]
    assert [hole["segment"] for hole in result.json["holes"]] == ["job-ch01-0000", "job-ch01-0002"]


# --- The engine is away, refuses, or answers badly -------------------------------------------------------


def test_a_segment_whose_attempts_are_used_up_is_pending_at_the_next_run(written: Workbench) -> None:
    written.knobs(fates={"went out": "unavailable"})
    first = written.run()
    assert first.exit_code == 3
    assert "the knob says unavailable" in first.stdout
    assert written.batchtts("status", "--json").json["states"]["pending"] == 1
    written.knobs()
    assert written.run().asked == ["It went out again."]


def test_an_engine_that_refuses_stops_the_run(written: Workbench) -> None:
    written.knobs(fates={"tide": "refused"})
    result = written.run("--concurrency", "1")
    assert (result.exit_code, result.asked[-1]) == (4, "The tide came in.")
    assert "the knob says refused" in result.stderr
    written.knobs()
    assert len(written.run().asked) == len(BOOK) - (len(result.asked) - 1)


def test_a_silent_answer_is_not_kept(written: Workbench) -> None:
    written.knobs(fates={"tide": "silent"})
    result = written.run()
    assert result.exit_code == 3
    assert "it is all but silent" in result.stdout
    assert len(written.takes) == 4
    assert written.run().asked == []


def test_a_take_that_is_too_long_is_named_with_what_was_measured(bench: Workbench) -> None:
    bench.job(limits={"max_seconds": 2.5}, documents=[{"segments": ["a, a, a, a, a, a, a, a, a, a"]}])
    result = bench.run()
    assert result.exit_code == 3
    assert "it speaks for 2.80 s, limits.max_seconds allows 2.5" in result.stdout


# --- The disk is full ------------------------------------------------------------------------------------


def test_a_full_disk_stops_the_run_with_a_clear_line_and_loses_nothing(
    written: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    n_written = 0
    replace = Path.replace

    def full_after_two(path: Path, target: Path) -> Path:
        nonlocal n_written
        n_written += 1
        if n_written > 2 and path.name.endswith(".wav.part"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full_after_two)
        first = written.run("--concurrency", "1")
    assert first.exit_code == 1
    assert "No space left on device" in first.stderr
    assert "Nothing that was stored is lost" in first.stderr
    assert not list(written.out.rglob("*.part"))
    n_kept = len(written.takes)
    second = written.run()
    assert (second.exit_code, len(second.asked)) == (0, len(BOOK) - n_kept)


def test_a_file_where_a_folder_belongs_stops_the_run_with_a_clear_line(written: Workbench) -> None:
    written.out.mkdir()
    (written.out / "chapters").write_text("mine", encoding="utf-8")
    first = written.run()
    assert first.exit_code == 1
    assert str(written.out / "chapters") in first.stderr
    (written.out / "chapters").unlink()
    second = written.run()
    assert (second.exit_code, second.asked) == (0, [])
