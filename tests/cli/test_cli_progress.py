"""What a run shows while it goes on: a bar, plain lines, JSON, or nothing."""

import json
import os
import re

import pytest
from workbench import Workbench

from batchtts.cli.progress import progress
from batchtts.events import EngineAway, EngineBack

TEXTS = ["First tide.", "Second tide.", "Third tide."]


@pytest.fixture
def written(bench: Workbench) -> Workbench:
    bench.job(documents=[{"segments": TEXTS, "title": "Tides"}])
    return bench


def test_progress_json_is_one_object_a_line(written: Workbench) -> None:
    result = written.run("--progress", "json")
    events = [json.loads(line) for line in result.stderr.splitlines()]
    names = [event["event"] for event in events]
    assert names == ["run_started", *["take_kept"] * 3, "chapter_stitched", "run_ended"]
    assert events[0].keys() == {"event", "n_segments", "n_done", "n_pending", "pending_seconds"}
    assert events[1].keys() == {"event", "segment", "fingerprint", "take", "seconds"}
    assert events[4] == {
        "event": "chapter_stitched",
        "chapter": "Tides",
        "path": "chapters/01-tides.wav",
        "seconds": events[4]["seconds"],
    }
    assert (events[5]["outcome"], events[5]["n_kept"], events[5]["n_stitched"]) == ("done", 3, 1)


def test_progress_json_tells_of_retries_failures_and_notes(written: Workbench) -> None:
    written.run("--limit", "1")
    written.lose_ledger()
    written.job(
        documents=[{"segments": TEXTS, "title": "Tides"}],
        voices={"narrator": {"engine": "counting", "voice": "hum"}},
        render={"attempts": 1},
    )
    written.knobs(fates={"Third": "rejected"})
    result = written.run("--progress", "json")
    events = {event["event"]: event for event in map(json.loads, result.stderr.splitlines()[:-2])}
    assert "1 takes were found on disk" in events["note"]["text"]
    assert events["segment_failed"] == {
        "event": "segment_failed",
        "segment": "job-ch01-0002",
        "reason": "the knob says rejected",
    }


def test_without_a_terminal_there_are_plain_lines(written: Workbench) -> None:
    result = written.run()
    first, second = result.stderr.splitlines()
    assert re.fullmatch(r"1/3 segments, \d\.\d s of audio, \d+x realtime, 0 failed, \d\.\d s left", first)
    assert re.fullmatch(r"chapters/01-tides\.wav  \d\.\d s", second)
    assert "\r" not in result.stderr
    assert "\x1b" not in result.stderr


def test_on_a_terminal_there_is_a_bar_of_segments(written: Workbench) -> None:
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    terminal, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 100))
    process = written.start(stderr=theirs)
    os.close(theirs)
    shown = b""
    try:
        while data := os.read(terminal, 4096):
            shown += data
    except OSError:
        pass  # this is how Linux says that nobody has the other end any more
    finally:
        os.close(terminal)
    process.communicate()
    assert process.returncode == 0
    text = shown.decode()
    assert re.search(r"3/3 \[.*seg.*\d\.\d s audio, \d+x, 0 failed", text)
    assert "chapters/01-tides.wav" in text


def test_an_outage_is_two_lines(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("plain") as tell:
        tell(EngineAway(engine="lmnt", reason="connection refused", patience_seconds=300.0))
        tell(EngineBack(engine="lmnt", away_seconds=42.0))
    assert capsys.readouterr().err.splitlines() == [
        "lmnt is away: connection refused; it is asked now and then, for up to 5:00",
        "lmnt is back after 42.0 s",
    ]


def test_quiet_says_nothing_at_all(written: Workbench) -> None:
    result = written.run("--quiet")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_quiet_still_tells_what_went_wrong(written: Workbench) -> None:
    written.knobs(fates={"Third": "rejected"})
    result = written.run("--quiet")
    assert (result.exit_code, result.stdout) == (3, "")
    lines = result.stderr.splitlines()
    assert "'Third tide.': the knob says rejected" in lines[1]
    assert lines[2] == "Error: 1 of 3 segments have no take"


def test_json_goes_to_stdout_and_everything_else_to_stderr(written: Workbench) -> None:
    result = written.run("--json", "--progress", "plain")
    assert result.json["outcome"] == "done"
    assert "chapters/01-tides.wav" in result.stderr
