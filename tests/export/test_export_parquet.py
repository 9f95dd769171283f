"""Parquet files hold what the nasty six are, in types that do not depend on the first row."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from nasty_six import RATE, corpus, exported, utterances

from batchtts.alignment import Level
from batchtts.audio import wav
from batchtts.errors import PlanError
from batchtts.export.datasets import parquet


def rows(folder: Path) -> list[dict[str, Any]]:
    return [
        row for path in sorted((folder / "data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()
    ]


def test_every_row_is_there_with_its_sound_and_words(tmp_path: Path) -> None:
    found = {row["id"]: row for row in rows(exported("parquet", tmp_path))}
    for own in utterances():
        row = found[own.id]
        assert (row["text"], row["speaker"], row["speaker_id"]) == (
            own.text,
            own.speaker.id,
            own.speaker.number,
        )
        assert wav.decode(row["audio"]["bytes"]).pcm == own.audio
        assert [
            (word["word"], word["start_sample"], word["num_samples"], word["phones"]) for word in row["words"]
        ] == [(item.text, item.start, item.n_samples, list(item.phonemes)) for item in own.alignment.words]


def test_the_metadata_says_that_the_sound_is_sound_and_describes_lists_portably(tmp_path: Path) -> None:
    [path] = (exported("parquet", tmp_path) / "data").glob("train-*")
    features = json.loads(pq.read_schema(path).metadata[b"huggingface"])["info"]["features"]
    assert features["audio"] == {"sampling_rate": RATE, "_type": "Audio"}
    assert isinstance(features["words"], list)
    assert features["words"][0]["phones"] == {
        "feature": {"dtype": "string", "_type": "Value"},
        "_type": "Sequence",
    }
    assert set(features) == set(pq.read_schema(path).names)


def test_columns_of_the_users_own_are_there_and_keep_out_of_the_way_of_ours(tmp_path: Path) -> None:
    extra = {"emotion": "calm", "text": "mine", "take_no": 3, "is_good": True, "score": 0.5}
    kinds = {"emotion": "string", "text": "string", "take_no": "int64", "is_good": "bool", "score": "float64"}
    found = rows(exported("parquet", tmp_path, utterances(extra=extra), of=replace(corpus(), extra=kinds)))
    assert {
        (row["emotion"], row["extra_text"], row["take_no"], row["is_good"], row["score"]) for row in found
    } == {("calm", "mine", 3, True, 0.5)}


def test_a_column_that_is_empty_in_the_first_row_is_one_all_the_same(tmp_path: Path) -> None:
    first, *others = utterances(extra={"mood": None})
    made = [first, *(replace(row, extra={"mood": "glad"}) for row in others)]
    folder = exported("parquet", tmp_path, made, of=replace(corpus(), extra={"mood": "string"}))
    assert [row["mood"] for row in rows(folder)].count("glad") == len(others)


@pytest.mark.parametrize(("kind", "wanted"), [("float64", [1.0, 2.5]), ("string", ["1", "2.5"])])
def test_rows_of_other_columns_and_types_fit_in_too(tmp_path: Path, kind: str, wanted: list[object]) -> None:
    first, second, *_ = utterances(extra={"n": 1})
    made = [first, replace(second, extra={"n": 2.5, "other": "new"})]
    own = replace(corpus(), extra={"n": kind, "other": "string"})
    found = rows(exported("parquet", tmp_path, made, of=own))
    assert [row["n"] for row in found] == wanted
    assert [row["other"] for row in found] == [None, "new"]


def test_without_phonemes_words_have_none(tmp_path: Path) -> None:
    folder = exported("parquet", tmp_path, utterances(Level.WORD), of=corpus(Level.WORD))
    assert all(word["phones"] == [] for row in rows(folder) for word in row["words"])


def test_groups_of_rows_are_small_enough_to_be_looked_at(tmp_path: Path) -> None:
    [first, *_] = utterances()
    made = [replace(first, id=f"row-{number}", number=number) for number in range(250)]
    folder = exported("parquet", tmp_path, made, of=replace(corpus(), n_planned=250))
    [path] = (folder / "data").iterdir()
    found = pq.ParquetFile(path)
    assert [found.metadata.row_group(index).num_rows for index in range(found.num_row_groups)] == [
        100,
        100,
        50,
    ]


def test_without_pyarrow_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(PlanError) as refused:
        parquet.require_pyarrow()
    assert "batchtts[datasets]" in str(refused.value.problems[0].hint)
