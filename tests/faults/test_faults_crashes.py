"""Nothing is paid for twice: a run may die at any moment, and the same command goes on from there."""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from workbench import Workbench, environment

CRASHES = Path(__file__).with_name("crashes.py")
CONCURRENCY = 2  # as in crashes.py

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")


def histories(bench: Workbench, command: str) -> list[dict[str, Any]]:
    """Return what crashes.py tells of each of its histories."""
    arguments = [sys.executable, str(CRASHES), command, str(bench.manifest), str(bench.folder / "crashes")]
    told = subprocess.run(arguments, env=environment(), capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


def test_a_run_may_die_at_anything_that_reaches_the_disk(bench: Workbench) -> None:
    texts = ["Tide.", "Gulls.", "Foam."]
    bench.job(voices={"narrator": {"engine": "paid", "voice": "hum"}}, documents=[{"segments": texts}])
    told = histories(bench, "sweep")
    *died, survived = told
    assert survived["codes"] == [0, 0]
    assert [history for history in died if history["codes"] != [99, 0]] == []
    assert [history for history in told if not history["same"] or history["leftovers"]] == []
    places = Counter(history["died_at"][0].split()[0] for history in died)
    assert places.keys() == {"fsync", "replace", "write", "before", "after"}
    for history in died:
        before, after = history["asked"]
        n_stored = len(history["found"][1])
        # What was stored before the death is asked for by nobody, everything else by the next run.
        assert len(after) == len(texts) - n_stored
        assert len(set(before) & set(after)) <= CONCURRENCY
        # The engine costs money, so that it was asked had to be on the disk before.
        assert history["attempts"] >= len(before) + len(after)


def test_kill_9_at_any_moment_costs_what_was_in_flight_and_changes_no_byte(bench: Workbench) -> None:
    texts = [f"Sentence number {number}." for number in range(16)]
    bench.job(documents=[{"segments": texts[:8]}, {"segments": texts[8:]}])
    bench.knobs(delay=0.01)
    told = histories(bench, "kills")
    assert [history for history in told if history["codes"][-1] != 0 or not history["same"]] == []
    assert sum(code == -9 for history in told for code in history["codes"]) >= 20
    for history in told:
        seen: set[str] = set()
        for asked, found in zip(history["asked"], history["found"], strict=True):
            assert len(asked) == len(set(asked))
            assert len(seen & set(asked)) <= CONCURRENCY
            assert len(asked) <= len(texts) - len(found)
            seen |= set(asked)
        assert seen == set(texts)
