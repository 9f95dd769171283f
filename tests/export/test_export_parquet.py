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
from batchtts.audio.pcm import Pcm
from batchtts.errors import PlanError
from batchtts.export.datasets import parquet
from batchtts.export.utterance import Utterance
from batchtts.job import Splits


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
    extra = {
        "emotion": "calm",
        "text": "mine",
        "extra_text": "mine too",
        "audio": "loud",
        "length_error": "none",
        "take_no": 3,
        "is_good": True,
        "score": 0.5,
    }
    kinds = dict.fromkeys(extra, "string") | {"take_no": "int64", "is_good": "bool", "score": "float64"}
    found = rows(exported("parquet", tmp_path, utterances(extra=extra), of=replace(corpus(), extra=kinds)))
    names = {"text", "audio", "length_error", "extra_text"}
    for row in found:
        assert {name: row[f"extra_{name}" if name in names else name] for name in extra} == extra
        assert row["length_error"] is None
        assert row["audio"]["bytes"]


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


def test_groups_of_long_recordings_have_fewer_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_BYTES_A_GROUP", 100_000)
    [path, *_] = sorted((exported("parquet", tmp_path) / "data").glob("train-*"))
    found = pq.ParquetFile(path).metadata
    assert 1 < found.num_row_groups <= found.num_rows == 4


def test_rows_say_what_is_odd_about_them_as_far_as_it_follows_from_themselves(tmp_path: Path) -> None:
    folder = exported("parquet", tmp_path, utterances(flags=("short", "odd_rate", "long_tail")))
    assert [row["flags"] for row in rows(folder)] == ["short long_tail"] * 6


def told_rate(path: Path) -> Any:
    features = json.loads(pq.read_schema(path).metadata[b"huggingface"])["info"]["features"]
    return features["audio"].get("sampling_rate")


def at_two_rates() -> list[Utterance]:
    first, second, *others = utterances()
    return [first, replace(second, audio=Pcm(second.audio.data, 16_000)), *others]


def test_sounds_of_several_engines_are_left_at_their_rates(tmp_path: Path) -> None:
    two = replace(corpus(), engines=(("hibari", "1", "hibari/1"), ("pico", "1", "pico/1")))
    folder = exported("parquet", tmp_path / "native", at_two_rates(), of=two)
    assert {told_rate(path) for path in (folder / "data").iterdir()} == {None}
    assert [row["sample_rate"] for row in rows(folder)].count(16_000) == 1
    one = replace(two, dataset=replace(two.dataset, sample_rate=RATE))
    folder = exported("parquet", tmp_path / "one", of=one)
    assert {told_rate(path) for path in (folder / "data").iterdir()} == {RATE}


def test_a_row_of_another_rate_than_was_told_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="16,000 Hz") as refused:
        exported("parquet", tmp_path, at_two_rates())
    assert "dataset.rate" in str(refused.value.problems[0].hint)
    assert not (tmp_path / "parquet").exists()


def test_a_shard_without_rows_has_the_form_of_all_others(tmp_path: Path) -> None:
    rows = [replace(row, number=number) for row, number in zip(utterances(), (4, 5, 6, 7, 8, 9), strict=True)]
    own = replace(corpus(rows_per_shard=2, splits=Splits(validation=0, test=0)), n_planned=12)
    paths = sorted((exported("parquet", tmp_path, rows, of=own) / "data").glob("train-*"))
    assert [pq.ParquetFile(path).metadata.num_rows for path in paths] == [0, 0, 2, 2, 0, 0]
    assert len({pq.read_schema(path).metadata[b"huggingface"] for path in paths}) == 1


def test_without_pyarrow_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(PlanError) as refused:
        parquet.require_pyarrow()
    assert "batchtts[datasets]" in str(refused.value.problems[0].hint)
