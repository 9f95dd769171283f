"""No file that people listen to is ever half written under its name, whatever becomes of the run that makes it."""

import os
from collections import Counter

import pytest
from test_faults_crashes import histories
from workbench import Workbench

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")


def test_a_run_that_delivers_may_die_at_anything_that_reaches_the_disk(bench: Workbench) -> None:
    documents = [{"segments": ["Tide."]}, {"segments": ["Gulls."]}]
    bench.job(documents=documents)
    bench.run()
    bench.job(documents=documents, output={"dir": "out", "audiobook": ["m4b", "flac"], "master": "podcast"})
    told = histories(bench, "deliver", "out")
    *died, survived = told
    assert survived["died"] == 0
    assert [history for history in died if history["died"] != 99] == []
    assert [history for history in told if history["codes"] != [0, 0] or not history["same"]] == []
    assert [history for history in told if history["leftovers"] or history["halves"]] == []
    places = Counter(history["died_at"][0].split()[0] for history in died)
    # Threads take turns differently each time, so the one deletion need not be the n-th event of any run.
    assert places.keys() >= {"fsync", "replace", "write", "before", "after"}
