"""Where the plan of a job is: in its ledger while nothing has changed, else made anew, and never half of it."""

import subprocess
import sys

import pytest
from workbench import Workbench, environment, files

from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle

BOOK = ("# One", "The tide came in.", "It went out again.", "# Two", "Nobody had seen it.")
INPUTS = """
import sys
from pathlib import Path
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle
print(settle(load_job(Path(sys.argv[1]))).inputs)
"""


@pytest.fixture
def rendered(bench: Workbench) -> Workbench:
    bench.book(*BOOK)
    assert bench.run().exit_code == 0
    return bench


def inputs(bench: Workbench, seed: str) -> str:
    """Return what a process of its own takes for the inputs of the plan."""
    command = [sys.executable, "-c", INPUTS, str(bench.manifest)]
    told = subprocess.run(
        command, env=environment({"PYTHONHASHSEED": seed}), capture_output=True, text=True, check=True
    )
    return told.stdout


def test_every_process_knows_a_plan_by_the_same_name(bench: Workbench) -> None:
    bench.job(
        voices={name: {"engine": name, "voice": "hum"} for name in ("counting", "latin", "lmnt")},
        defaults={"voice": "lmnt"},
    )
    bench.book(*BOOK)
    assert inputs(bench, "1") == inputs(bench, "2")


@pytest.mark.parametrize("what", ["document", "manifest", "engine", "version"])
def test_whatever_a_plan_follows_from_makes_it_anew(
    rendered: Workbench, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    before = inputs_here(rendered)
    if what == "document":
        rendered.book(*BOOK, "One more.")
    elif what == "manifest":
        rendered.manifest.write_text(rendered.manifest.read_text() + "\n# a remark\n")
    elif what == "engine":
        rendered.job(voices={"narrator": {"engine": "paid", "voice": "hum"}})
    else:
        monkeypatch.setattr("batchtts.pipeline.planning.settling.__version__", "99")
    assert inputs_here(rendered) != before


def inputs_here(bench: Workbench) -> str:
    return settle(load_job(bench.manifest)).inputs


def test_a_remark_in_the_manifest_costs_nothing(rendered: Workbench) -> None:
    before = rendered.stamps()
    rendered.manifest.write_text(rendered.manifest.read_text() + "\n# a remark\n")
    before[str(rendered.manifest)] = rendered.stamps()[str(rendered.manifest)]
    assert rendered.run().stdout.startswith("Nothing to render")
    assert rendered.stamps() == before


def test_status_tells_of_the_plan_that_was_run_and_plan_of_the_one_that_would_be(rendered: Workbench) -> None:
    rendered.book(*BOOK[:3], "# Last", "Nobody had seen it.", "Or had they?")
    assert rendered.batchtts("status", "--json").json["states"]["done"] == 5
    form = rendered.batchtts("plan", "--json").json
    assert [(chapter["title"], chapter["done"], chapter["pending"]) for chapter in form["chapters"]] == [
        ("One", 3, 0),
        ("Last", 1, 2),
    ]
    assert (form["totals"]["to_ask"], form["totals"]["failed"]) == (2, 0)
    assert sorted(rendered.run().asked) == ["Last", "Or had they?"]
    assert rendered.batchtts("status", "--json").json["states"]["done"] == 6


def test_a_plan_that_was_not_run_yet_knows_what_failed_and_was_asked_for_otherwise(
    rendered: Workbench,
) -> None:
    rendered.book(*BOOK, "Bad luck.", "Bad omen.")
    rendered.knobs(fates={"Bad": "rejected"})
    rendered.run()
    rendered.batchtts("retake", "ch02-0003", "--why", "the word was mended")
    rendered.book("# Zero", *BOOK, "Bad luck.", "Bad omen.")
    totals = rendered.batchtts("plan", "--json").json["totals"]
    assert (totals["failed"], totals["to_ask"]) == (1, 2)
    rendered.knobs()
    assert sorted(rendered.run().asked) == ["Bad omen.", "Zero"]


@pytest.mark.parametrize("command", ["run", "prune", "retake"])
def test_a_plan_that_cannot_be_made_leaves_the_folder_as_it_is(rendered: Workbench, command: str) -> None:
    before = files(rendered.out)
    rendered.job(chapters="Three")
    more = ["ch01-0001", "--why", "flat"] if command == "retake" else []
    assert rendered.batchtts(command, *more).exit_code == 2
    assert files(rendered.out) == before


def test_a_plan_that_cannot_be_made_leaves_no_folder_behind(bench: Workbench) -> None:
    bench.book(*BOOK)
    bench.job(chapters="Three")
    for command in (
        ["run"],
        ["plan"],
        ["prune"],
        ["retake", "ch01-0001", "--why", "flat"],
        ["merge", str(bench.folder)],
    ):
        assert bench.batchtts(*command).exit_code == (0 if command == ["prune"] else 2), command
        assert not bench.out.exists()


def test_a_book_that_shrinks_and_grows_again_asks_nothing(rendered: Workbench) -> None:
    before = rendered.outputs()
    for book in (BOOK[:2], ("# Zero", *BOOK), BOOK[3:], BOOK):
        rendered.book(*book)
        assert [text for text in rendered.run().asked if text != "Zero"] == []
    assert {name: data for name, data in rendered.outputs().items() if name in before} == before
