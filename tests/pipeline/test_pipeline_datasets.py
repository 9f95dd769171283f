"""A job becomes a dataset: chosen, divided and changed as the manifest says, from takes that are there."""

import csv
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from workbench import Workbench, files

from batchtts.audio import wav
from batchtts.cli import main
from batchtts.export.folder import STATEMENT
from batchtts.export.rejects import REJECTED

ROOT = Path(__file__).parents[2]
TEXTS = (
    "The tide came in over the long grey sand.",
    "Gulls cried above the roofs of the town.",
    "Nobody had seen the ferry since the morning.",
    "the tide came in over the long grey sand",
    "A lamp was lit.",
)


@pytest.fixture
def table(bench: Workbench) -> Workbench:
    rows = [{"text": text, "mood": "calm" if number % 2 else "wild"} for number, text in enumerate(TEXTS)]
    write(bench, rows)
    dataset(bench)
    assert bench.run().exit_code == 0
    return bench


def write(bench: Workbench, rows: list[dict[str, Any]]) -> None:
    with (bench.folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def dataset(bench: Workbench, columns: dict[str, Any] | None = None, **settings: Any) -> None:
    columns = columns or {"text": "text", "extra": ["mood"]}
    bench.job(documents=[{"path": "rows.csv", "columns": columns}], dataset=settings)


def exported(bench: Workbench, *, code: int = 0) -> Path:
    result = bench.batchtts("export", "--format", "ljspeech")
    assert (result.exit_code, result.asked) == (code, []), result.stderr
    return bench.out / "exports" / "ljspeech"


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def statement(folder: Path) -> dict[str, Any]:
    form: dict[str, Any] = json.loads((folder / STATEMENT).read_bytes())
    return form


def test_rows_are_filtered_again_without_a_request_and_all_are_accounted_for(table: Workbench) -> None:
    dataset(table, keep="mood = 'calm' and words > 4")
    folder = exported(table)
    rejected = lines(folder / REJECTED)
    assert [row["reason"] for row in rejected] == ["not kept: mood = 'calm'"] * 3
    assert rejected[0]["values"]["words"] == 9
    assert statement(folder)["counts"] == {
        "planned": 5,
        "exported": 2,
        "rejected": {"not kept: mood = 'calm'": 3},
        "changed_texts": 0,
    }
    assert statement(folder)["kept"] == "mood = 'calm' and words > 4"


def test_a_query_that_cannot_be_meant_stops_everything_with_its_place(table: Workbench) -> None:
    dataset(table, keep="wrods > 4")
    result = table.batchtts("export", "--format", "ljspeech")
    assert result.exit_code == 2
    assert 'dataset.keep: there is no value "wrods"' in result.stderr
    assert "Did you mean words?" in result.stderr


def test_equal_texts_are_in_one_split_and_the_statement_proves_it(table: Workbench) -> None:
    dataset(table, splits={"validation": 0.4, "test": 0.3})
    stated = statement(exported(table))
    assert sum(part["rows"] for part in stated["splits"].values()) == 5
    assert len(stated["splits"]) > 1
    assert stated["leakage"] == {
        "texts_in_more_than_one_split": 0,
        "sounds_in_more_than_one_split": 0,
        "speakers_in_more_than_one_split": 1,
    }


def test_a_column_says_in_which_split_a_row_is_and_what_would_leak_is_listed(table: Workbench) -> None:
    write(table, [{"text": text, "part": "test" if not n else "train"} for n, text in enumerate(TEXTS)])
    dataset(table, columns={"text": "text", "split": "part"})
    assert table.run().exit_code == 0
    folder = exported(table)
    assert [row["reason"] for row in lines(folder / REJECTED)] == ["text in another split"]
    assert {name: part["rows"] for name, part in statement(folder)["splits"].items()} == {
        "test": 1,
        "train": 3,
    }


def test_recordings_are_cut_and_brought_to_another_rate_with_their_alignments(table: Workbench) -> None:
    dataset(table, rate=16_000, trim=0.05)
    folder = exported(table)
    for row in lines(folder / "alignment.jsonl"):
        sound = wav.decode((folder / "wavs" / f"{row['id']}.wav").read_bytes()).pcm
        words = [item for item in row["items"] if item["kind"] == "word"]
        last = row["items"][-1]
        assert (sound.sample_rate, row["sample_rate"]) == (16_000, 16_000)
        assert sound.n_samples == row["num_samples"] == last["start"] + last["duration"]
        assert words[0]["start"] == pytest.approx(800, abs=1)
        assert sound.sha256 == row["pcm_sha256"]


def test_another_export_of_the_same_rows_has_the_same_bytes(table: Workbench) -> None:
    dataset(table, rate=22_050, trim=0.1, splits={"test": 0.3}, keep="mood = 'wild'")
    before = files(exported(table))
    assert files(exported(table)) == before


def test_another_text_changes_one_row(table: Workbench) -> None:
    before = files(exported(table) / "wavs"), lines(table.out / "exports/ljspeech/alignment.jsonl")
    rows = [{"text": text, "mood": "calm"} for text in TEXTS]
    rows[2]["text"] = "Nobody had seen the ferry since last night."
    write(table, rows)
    assert len(table.run().asked) == 1
    after = files(exported(table) / "wavs"), lines(table.out / "exports/ljspeech/alignment.jsonl")
    assert sum(one != other for one, other in zip(before[1], after[1], strict=True)) == 1
    assert sum(before[0][name] != after[0][name] for name in before[0]) == 1


def test_the_dataset_in_jobs_is_rendered_and_exported(tmp_path: Path) -> None:
    for name in ("jobs", "samples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    manifest = tmp_path / "jobs" / "dataset.yaml"
    result = CliRunner().invoke(main, ["run", str(manifest)])
    assert result.exit_code == 0, result.output
    folder = tmp_path / "out" / "dataset" / "exports" / "parquet"
    stated = statement(folder)
    assert (stated["counts"]["exported"], stated["sample_rate"]) == (20, 22_050)
    assert {name: part["rows"] for name, part in stated["splits"].items()} == {
        "test": 4,
        "train": 12,
        "validation": 4,
    }
    assert stated["leakage"]["texts_in_more_than_one_split"] == 0
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
