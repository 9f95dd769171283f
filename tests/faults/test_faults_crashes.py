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


def histories(bench: Workbench, command: str, folder: str = "crashes") -> list[dict[str, Any]]:
    """Return what crashes.py tells of each of its histories."""
    arguments = [sys.executable, str(CRASHES), command, str(bench.manifest), str(bench.folder / folder)]
    told = subprocess.run(arguments, env=environment(), capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stderr
    return [json.loads(line) for line in told.stdout.splitlines()]


@pytest.mark.parametrize("command", ["sweep", "blackout"])
def test_a_run_may_die_at_anything_that_reaches_the_disk(bench: Workbench, command: str) -> None:
    texts = ["Tide.", "Gulls.", "Foam."]
    bench.job(voices={"narrator": {"engine": "paid", "voice": "hum"}}, documents=[{"segments": texts}])
    told = histories(bench, command)
    *died, survived = told
    assert survived["codes"] == [0, 0]
    assert [history for history in died if history["codes"] != [99, 0]] == []
    assert [history for history in told if not history["same"]] == []
    assert [history for history in told if history["leftovers"] or history["unsealed"]] == []
    places = Counter(history["died_at"][0].split()[0] for history in died)
    assert places.keys() == {"fsync", "replace", "write", "put", "chmod", "before", "after"}
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


def test_prune_may_die_at_anything_that_reaches_the_disk(bench: Workbench) -> None:
    """Three packs: of one all is needed, of one a part, of one nothing."""
    texts = ["Tide.", "Gulls.", "Foam.", "Sand."]
    bench.job(documents=[{"segments": texts}])
    bench.run()
    bench.batchtts("retake", "ch01-0001", "--why", "shrill")
    bench.run()
    bench.job(documents=[{"segments": [*texts[:3], "Salt."]}])
    bench.run()
    bench.job(documents=[{"segments": texts[:3]}])
    bench.run()
    told = histories(bench, "prune", "out")
    *died, survived = told
    assert (survived["died"], len(survived["expected"])) == (0, 3)
    assert {history["died"] for history in died} == {99}
    places = Counter(history["died_at"][0].split()[0] for history in died)
    assert places.keys() == {"fsync", "unlink", "put", "chmod", "before", "after"}
    for history in told:
        # Nothing that is needed was lost, and nothing that is not stays.
        assert (history["codes"], history["asked"], history["same"]) == ([0, 0, 0, 0], [], True), history
        assert history["kept"] == history["expected"], history
        assert history["dry"] == history["pruned"], history


def test_a_merge_may_die_at_anything_that_reaches_the_disk(bench: Workbench) -> None:
    texts = ["Tide.", "Gulls.", "Foam.", "Sand."]
    bench.job(documents=[{"segments": texts}])
    for number in (1, 2):
        shard = str(bench.folder / "shards" / f"s{number}")
        assert bench.run("--shard", f"{number}/2", "--output", shard).exit_code == 0
    *died, survived = histories(bench, "merge", "shards")
    assert (survived["died"], survived["said"][:6]) == (0, "4 of 4")
    assert {history["died"] for history in died} == {99}
    places = Counter(history["died_at"][0].split()[0] for history in died)
    assert places.keys() == {"fsync", "replace", "put", "chmod", "before", "after"}
    for history in [*died, survived]:
        # What was rendered is neither asked for again nor brought twice, and what it has cost is counted once.
        assert (history["codes"], history["asked"]) == ([0, 0, 0], []), history
        assert (history["said"], history["attempts"]) == (survived["said"], 4), history
        assert sorted(history["names"]) == sorted(survived["names"]), history
