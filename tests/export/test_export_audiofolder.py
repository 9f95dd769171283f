"""Folders for `audiofolder`: tables whose columns have the same types in every split, for a reader that guesses them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nasty_six import RATE, corpus, exported, utterances

from batchtts.audio import wav
from batchtts.export.datasets import audiofolder
from batchtts.job import Scalar

SPLITS = ("train", "validation", "test")


def tables(folder: Path) -> dict[str, list[dict[str, Any]]]:
    found = {split: (folder / split / "metadata.jsonl").read_bytes().splitlines() for split in SPLITS}
    return {split: [json.loads(line) for line in lines] for split, lines in found.items()}


def with_column(values: list[Scalar], kind: str, folder: Path) -> dict[str, list[Any]]:
    """Export the six with a column `grade`, and return what is in it by split."""
    rows = [replace(row, extra={"grade": value}) for row, value in zip(utterances(), values, strict=True)]
    found = tables(exported("audiofolder", folder, rows, of=replace(corpus(), extra={"grade": kind})))
    return {split: [row["grade"] for row in table] for split, table in found.items()}


def test_every_row_stands_beside_its_sound(tmp_path: Path) -> None:
    folder = exported("audiofolder", tmp_path)
    found = {row["id"]: (split, row) for split, rows in tables(folder).items() for row in rows}
    for own in utterances():
        split, row = found[own.id]
        assert (split, row["text"], row["speaker_id"]) == (own.split, own.text, own.speaker.number)
        assert wav.decode((folder / split / row["file_name"]).read_bytes()).pcm == own.audio
        assert [(word["word"], word["start_sample"], word["start"]) for word in row["words"]] == [
            (item.text, item.start, round(item.start / RATE, 6)) for item in own.alignment.words
        ]


def test_all_rows_have_the_same_columns(tmp_path: Path) -> None:
    found = tables(exported("audiofolder", tmp_path))
    assert len({tuple(row) for rows in found.values() for row in rows}) == 1


@pytest.mark.parametrize(
    ("kind", "values", "wanted"),
    [
        ("int64", [1, None, 3, 4, 5, 6], {"train": [1, None, 3, 4], "validation": [5], "test": [6]}),
        (
            "int64",
            [1, None, 3, 4, None, 6],
            {"train": ["1", "", "3", "4"], "validation": [""], "test": ["6"]},
        ),
        ("bool", [None] * 5 + [True], {"train": [""] * 4, "validation": [""], "test": ["true"]}),
        ("string", ["a"] * 5 + [None], {"train": ["a"] * 4, "validation": ["a"], "test": [""]}),
        ("float64", [None] * 6, {"train": [None] * 4, "validation": [None], "test": [None]}),
    ],
)
def test_a_column_that_one_split_has_nothing_of_is_text_in_all(
    tmp_path: Path, kind: str, values: list[Scalar], wanted: dict[str, list[Any]]
) -> None:
    assert with_column(values, kind, tmp_path) == wanted


def test_only_what_the_reader_looks_at_tells_the_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiofolder, "_BYTES_LOOKED_AT", 1)
    found = with_column([None, 2, 3, 4, 5, 6], "int64", tmp_path)
    assert found == {"train": ["", "2", "3", "4"], "validation": ["5"], "test": ["6"]}


@pytest.mark.parametrize("name", ["file_name", "photo_file_name", "file_names"])
def test_no_column_of_the_users_own_is_taken_for_a_sound(tmp_path: Path, name: str) -> None:
    rows = utterances(extra={name: "mine"})
    found = tables(exported("audiofolder", tmp_path, rows, of=replace(corpus(), extra={name: "string"})))
    for row in (row for table in found.values() for row in table):
        [own] = [key for key, value in row.items() if value == "mine"]
        assert not own.endswith(("file_name", "file_names"))


def test_a_dataset_without_rows_has_no_tables(tmp_path: Path) -> None:
    folder = exported("audiofolder", tmp_path, [])
    assert not list(folder.rglob("metadata.jsonl"))
