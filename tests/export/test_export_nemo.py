"""Manifests of NeMo."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nasty_six import RATE, exported, utterances

from batchtts.alignment import Alignment, Level, scale


def rows_of(folder: Path, split: str = "train") -> list[Any]:
    text = (folder / f"{split}_manifest.json").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]  # which parts lines wherever Unicode does


def with_alignment(own: Alignment, folder: Path) -> Any:
    row = replace(utterances()[0], alignment=own)
    return rows_of(exported("nemo", folder, [row]))[0]


def test_texts_arrive_as_they_are_whatever_is_in_them(tmp_path: Path) -> None:
    text = 'a "b"\nc\r\n\u2028d\x85\\e\u00a0f 🙂'
    rows = rows_of(exported("nemo", tmp_path, utterances(text=text, normalized="spoken")))
    assert {(row["text"], row["normalized_text"]) for row in rows} == {(text, "spoken")}


def test_speakers_are_numbers_with_their_names_beside(tmp_path: Path) -> None:
    rows = rows_of(exported("nemo", tmp_path))
    assert [(row["speaker"], row["speaker_name"]) for row in rows] == [(0, "anna"), (1, "ben")] * 2


def test_lengths_lead_back_to_the_sample(tmp_path: Path) -> None:
    rows = rows_of(exported("nemo", tmp_path))
    assert [round(row["duration"] * RATE) for row in rows] == [
        own.audio.n_samples for own in utterances() if own.split == "train"
    ]


def test_words_of_no_length_are_left_out(tmp_path: Path) -> None:
    own = utterances()[0].alignment
    short = scale(own, n_samples=2)
    words = with_alignment(short, tmp_path)["words"]
    assert 0 < len(words) < len(own.words)
    assert all(word["end"] > word["start"] for word in words)


def test_there_are_no_words_where_only_segments_are_timed(tmp_path: Path) -> None:
    own = replace(utterances(Level.WORD)[0].alignment, level=Level.SEGMENT)
    assert with_alignment(own, tmp_path)["words"] == []


def test_words_lead_back_to_their_samples(tmp_path: Path) -> None:
    for row, own in zip(rows_of(exported("nemo", tmp_path)), utterances(), strict=False):
        found = [
            (each["word"], round(each["start"] * RATE), round(each["end"] * RATE)) for each in row["words"]
        ]
        assert found == [(word.text, word.start, word.end) for word in own.alignment.words]


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_each_split_has_a_manifest_beside_the_sounds(tmp_path: Path, ending: str) -> None:
    folder = exported("nemo", tmp_path, utterances(audio_format=ending))
    for split, n_rows in (("train", 4), ("validation", 1), ("test", 1)):
        paths = [row["audio_filepath"] for row in rows_of(folder, split)]
        assert len(paths) == n_rows
        assert all((folder / path).is_file() and path.endswith(ending) for path in paths)


def test_columns_of_a_table_are_kept_apart_from_keys_that_nemo_knows(tmp_path: Path) -> None:
    rows = rows_of(exported("nemo", tmp_path, utterances(extra={"offset": 3.5, "mood": "glad"})))
    assert {tuple(row["extra"].items()) for row in rows} == {(("offset", 3.5), ("mood", "glad"))}
    assert not any("offset" in row for row in rows)
