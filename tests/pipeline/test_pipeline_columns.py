"""What a table says of a row besides its text gets as far as the datasets, whatever the form of the table."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from workbench import Workbench

from batchtts.export.utterance import Utterance
from batchtts.pipeline.exporting.material import Material
from batchtts.pipeline.planning.drafting import planned
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle

Row: TypeAlias = dict[str, object]

ROWS: list[Row] = [
    {"uid": "r-1", "sentence": "The tide came in.", "who": "captain", "part": "test", "mood": "glad"},
    {"uid": "r-2", "sentence": "Gulls cried.", "who": None, "part": "train", "mood": None},
    {"uid": "r-3", "sentence": "Foam, and sand.", "who": "narrator", "part": None, "mood": "grave"},
]
COLUMNS = {"text": "sentence", "id": "uid", "speaker": "who", "split": "part", "extra": ["mood"]}


def write_csv(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter="\t" if path.suffix == ".tsv" else ",")
        writer.writeheader()
        writer.writerows(rows)


def write_jsonl(path: Path, rows: list[Row]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def write_parquet(path: Path, rows: list[Row]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


WRITERS: dict[str, Callable[[Path, list[Row]], None]] = {
    "csv": write_csv,
    "tsv": write_csv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
}


@pytest.fixture(params=WRITERS)
def table(bench: Workbench, request: pytest.FixtureRequest) -> Callable[..., Workbench]:
    """Write the rows, and return the job that reads them."""

    def write(*rows: Row) -> Workbench:
        WRITERS[request.param](bench.folder / f"rows.{request.param}", list(rows))
        narrator = {"engine": "counting", "voice": "hum"}
        bench.job(
            voices={"narrator": narrator, "captain": {**narrator, "voice": "low"}},
            defaults={"voice": "narrator"},
            documents=[{"path": f"rows.{request.param}", "columns": COLUMNS}],
        )
        return bench

    return write


def utterances(bench: Workbench) -> list[Utterance]:
    settled = settle(load_job(bench.manifest))
    with planned(settled) as (plan, ledger):
        assert ledger is not None
        found = list(Material(settled, plan, ledger).utterances())
    assert all(isinstance(each, Utterance) for each in found)
    return [each for each in found if isinstance(each, Utterance)]


def test_columns_get_as_far_as_the_datasets(table: Callable[..., Workbench]) -> None:
    bench = table(*ROWS)
    assert bench.run().exit_code == 0
    found = utterances(bench)
    assert [(each.id, each.text, each.speaker.id) for each in found] == [
        ("r-1", "The tide came in.", "captain"),
        ("r-2", "Gulls cried.", "narrator"),
        ("r-3", "Foam, and sand.", "narrator"),
    ]
    assert [each.extra for each in found] == [{"mood": "glad"}, {"mood": None}, {"mood": "grave"}]
    assert [each.split for each in found[:2]] == ["test", "train"]


def test_other_values_in_a_column_cost_nothing_and_change_no_sound(table: Callable[..., Workbench]) -> None:
    table(*ROWS).run()
    bench = table(*({**row, "mood": "calm", "part": "validation"} for row in ROWS))
    before = {name: data for name, data in bench.outputs().items() if name.endswith(".wav")}
    result = bench.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert {name: data for name, data in bench.outputs().items() if name.endswith(".wav")} == before
    assert {(each.split, each.extra["mood"]) for each in utterances(bench)} == {("validation", "calm")}


def test_an_id_that_comes_twice_is_named_with_both_places(table: Callable[..., Workbench]) -> None:
    bench = table(*ROWS, {**ROWS[0], "sentence": "Again."})
    result = bench.run()
    assert (result.exit_code, result.asked) == (2, [])
    assert "the segment's id 'r-1' is that of another, at rows." in result.stderr


def test_a_table_that_changes_while_it_is_planned_stops_the_command(
    table: Callable[..., Workbench], monkeypatch: pytest.MonkeyPatch
) -> None:
    from batchtts.plan.planning import Planner

    bench = table(*ROWS)
    chapters = Planner.chapters

    def edit_first(self: Planner) -> object:
        table(*({**row, "sentence": "Edited."} for row in ROWS))
        return chapters(self)

    monkeypatch.setattr(Planner, "chapters", edit_first)
    result = bench.run()
    assert (result.exit_code, result.asked) == (2, [])
    assert "the file has changed while it was being read" in result.stderr
