"""When a plan is made anew, and when the one in the ledger will do."""

import subprocess
import sys

import pytest
from workbench import Workbench, environment

from batchtts.pipeline.planning.drafting import planned_ledger
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle

INPUTS_IN_ANOTHER_PROCESS = """
import sys
from dataclasses import replace
from pathlib import Path
from batchtts.engines import tone
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle

names = {"pitch", "style", "warmth", "breath"}
tone.ToneEngine.traits = replace(tone.ToneEngine.traits, settings=frozenset(names), scripts=frozenset(names))
print(settle(load_job(Path(sys.argv[1]))).inputs)
"""


def test_a_manifest_that_is_edited_while_it_is_settled_is_planned_by_the_next_run(bench: Workbench) -> None:
    bench.job(documents=[{"text": "A line."}])
    loaded = load_job(bench.manifest)
    bench.job(documents=[{"text": "Quite another line."}])
    with planned_ledger(settle(loaded)) as ledger:
        assert ledger.segment("job-ch01-0000", loaded) is not None
    assert bench.run().asked == ["Quite another line."]


def test_a_manifest_that_gives_chapters_their_names_gives_them_others_under_another_name(
    bench: Workbench,
) -> None:
    bench.job(documents=[{"text": "A line."}])
    with planned_ledger(settle(load_job(bench.manifest))) as ledger:
        assert ledger.planned_chapters() == ["job-ch01"]
    renamed = bench.manifest.rename(bench.manifest.with_name("tale.yaml"))
    with planned_ledger(settle(load_job(renamed))) as ledger:
        assert ledger.planned_chapters() == ["tale-ch01"]


def test_the_inputs_of_a_plan_are_the_same_in_every_process(bench: Workbench) -> None:
    bench.job(voices={"narrator": {"engine": "tone", "voice": "hum"}}, documents=[{"text": "A line."}])
    command = [sys.executable, "-c", INPUTS_IN_ANOTHER_PROCESS, str(bench.manifest)]
    inputs = {
        subprocess.run(
            command, capture_output=True, check=True, env=environment({"PYTHONHASHSEED": seed})
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(inputs) == 1


@pytest.mark.parametrize("arguments", [(), ("--only", "One")])
def test_a_damaged_ledger_is_made_anew_whatever_is_asked_for(
    bench: Workbench, arguments: tuple[str, ...]
) -> None:
    bench.book("# One", "The tide came in.", "# Two", "It went out again.")
    assert bench.run().exit_code == 0
    bench.ledger.write_bytes(b"rubbish" * 1000)
    result = bench.run(*arguments)
    assert (result.exit_code, result.asked) == (0, [])


def test_a_name_by_which_no_chapter_goes_is_refused_before_the_plan_is_replaced(bench: Workbench) -> None:
    bench.book("# One", "The tide came in.")
    assert bench.run("--only", "Three").exit_code == 2
    assert not bench.ledger.exists()
    assert bench.run().exit_code == 0
    bench.book("# One", "The tide came in.", "# Two", "It went out again.")
    assert bench.run("--only", "Three").exit_code == 2
    with planned_ledger(settle(load_job(bench.manifest))) as ledger:
        assert [run.id for run in [ledger.last_run()] if run] == [1]
