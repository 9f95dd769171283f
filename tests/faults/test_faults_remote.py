"""A service that goes away, or is broken, under a whole run: what was paid for stays, and the run says what to do."""

import json

import pytest
from workbench import Workbench

BOOK = ("# One", "The tide came in.", "It went out again.", "# Two", "No.", "So.")  # the short ones come last


@pytest.fixture
def written(bench: Workbench) -> Workbench:
    """A book for a service that costs money, which one worker after another asks for."""
    bench.job(voices={"narrator": {"engine": "remote", "voice": "hum"}}, render={"concurrency": 1})
    bench.book(*BOOK)
    return bench


def test_a_service_that_stays_away_ends_the_run_in_good_order(written: Workbench) -> None:
    written.knobs(fates={"No.": "away"})
    result = written.run("--json")
    assert result.exit_code == 4
    assert "Error: remote wants to be left alone for 3600 s: the knob says away" in result.stderr
    assert "the same command goes on" in result.stderr
    assert result.json["outcome"] == "engine_unavailable"
    assert (result.json["holes"], len(written.takes)) == ([], 4)
    assert [path.name for path in (written.out / "chapters").iterdir()] == ["01-one.wav"]


def test_a_run_goes_on_where_a_service_went_away(written: Workbench) -> None:
    written.knobs(fates={"No.": "away"})
    written.run()
    written.knobs()
    result = written.run()
    assert (result.exit_code, sorted(result.asked)) == (0, ["No.", "So."])


def test_a_service_that_is_never_reached_is_asked_for_as_long_as_there_is_patience(
    written: Workbench,
) -> None:
    written.job(
        voices={"narrator": {"engine": "remote", "voice": "hum"}}, render={"concurrency": 1, "patience": 1}
    )
    written.knobs(fates={"": "unreached"})
    result = written.run("--progress", "json")
    *events, _, _ = result.stderr.splitlines()
    names = [json.loads(line)["event"] for line in events]
    assert names == ["run_started", "engine_away", "run_ended"]
    assert result.exit_code == 4
    assert "remote has answered nobody for 1 s: the knob says unreached" in result.stderr
    attempts = written.batchtts("status", "--json").json["attempts"]
    assert [row["outcome"] for row in attempts] == ["unreached"]


def test_a_bug_in_an_engine_is_shown_and_costs_nothing_that_was_paid_for(written: Workbench) -> None:
    written.job(voices={"narrator": {"engine": "remote", "voice": "hum"}})
    written.knobs(fates={"tide": "bug"})
    with pytest.raises(ZeroDivisionError):
        written.run()
    n_stored = len(written.takes)
    assert n_stored >= 3
    written.knobs()
    assert len(written.run().asked) == len(BOOK) - n_stored
