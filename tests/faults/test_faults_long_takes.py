"""A take that is too long is paid for once, whenever the run that splits its text dies."""

import os

import pytest
from test_faults_crashes import histories
from workbench import Workbench

SLOW = ", ".join("abcdefghijklmnopqrstuvwxyz0123456789") + "."

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs os.fork")


def test_a_run_may_die_between_a_take_that_is_too_long_and_its_parts(bench: Workbench) -> None:
    bench.job(voices={"narrator": {"engine": "paid", "voice": "hum"}}, limits={"max_seconds": 10})
    bench.book(SLOW)
    told = histories(bench, "sweep")
    *died, survived = told
    assert survived["codes"] == [0, 0]
    assert [history for history in died if history["codes"] != [99, 0]] == []
    assert [history for history in told if not history["same"]] == []
    for history in died:
        before, after = history["asked"]
        n_stored = len(history["found"][1])
        n_texts = len(set(before) | set(after))
        assert n_texts == 3  # the whole and its two parts
        assert len(after) == n_texts - n_stored
