"""Manifests of Lhotse, by its own arithmetic of seconds and samples."""

import gzip
import json
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from nasty_six import SPEAKERS, corpus, exported, utterances

from batchtts.alignment import Level, scale
from batchtts.audio.pcm import Pcm


def manifest(folder: Path, kind: str, split: str = "train") -> list[Any]:
    data = gzip.decompress((folder / f"nasty_{kind}_{split}.jsonl.gz").read_bytes())
    return [json.loads(line) for line in data.decode().split("\n") if line]


def n_samples(seconds: float, rate: int) -> int:
    """Round as Lhotse does, after it has rounded seconds to eight digits."""
    return int(Decimal(round(round(seconds, 8) * rate, 8)).quantize(0, rounding=ROUND_HALF_UP))


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_boundaries_lead_back_to_their_samples_at_any_rate(tmp_path: Path, rate: int) -> None:
    row = utterances()[3]
    length = row.audio.n_samples * 7 // 11
    own = replace(scale(row.alignment, n_samples=length), sample_rate=rate)
    row = replace(row, audio=Pcm(bytes(2 * length), rate), alignment=own)
    [supervision] = manifest(exported("lhotse", tmp_path, [row]), "supervisions")
    assert n_samples(supervision["duration"], rate) == length
    found = [
        (symbol, n_samples(start, rate), n_samples(start + seconds, rate))
        for symbol, start, seconds, _ in supervision["alignment"]["word"]
    ]
    assert found == [(word.text, word.start, word.end) for word in own.words]


def test_each_row_has_a_recording_of_its_own_that_begins_with_it(tmp_path: Path) -> None:
    cuts = manifest(exported("lhotse", tmp_path), "cuts")
    assert len({cut["recording"]["id"] for cut in cuts}) == len(cuts) == 4
    assert all(cut["start"] == cut["supervisions"][0]["start"] == 0 for cut in cuts)
    assert all(cut["duration"] == cut["recording"]["duration"] for cut in cuts)


def test_words_and_phones_of_no_length_are_left_out(tmp_path: Path) -> None:
    row = utterances()[0]
    row = replace(row, alignment=scale(row.alignment, n_samples=12))
    [supervision] = manifest(exported("lhotse", tmp_path, [row]), "supervisions")
    for entries in supervision["alignment"].values():
        assert entries
        assert all(seconds > 0 for _, _, seconds, _ in entries)


def test_there_are_no_phones_where_they_are_not_known(tmp_path: Path) -> None:
    folder = exported("lhotse", tmp_path, utterances(Level.WORD), of=corpus(Level.WORD))
    assert {tuple(row["alignment"]) for row in manifest(folder, "supervisions")} == {("word",)}


def test_a_gender_that_is_not_known_is_none(tmp_path: Path) -> None:
    folder = exported("lhotse", tmp_path, utterances(speaker=replace(SPEAKERS[0], gender="unknown")))
    assert {row["gender"] for row in manifest(folder, "supervisions")} == {None}


def test_values_and_columns_of_a_table_come_along(tmp_path: Path) -> None:
    folder = exported("lhotse", tmp_path, utterances(extra={"mood": "glad"}))
    [row, *_] = manifest(folder, "supervisions")
    assert row["custom"]["extra"] == {"mood": "glad"}
    assert row["custom"]["values"]["chars_per_second"] == 14.5


def test_compressed_files_have_neither_a_time_nor_a_name(tmp_path: Path) -> None:
    for path in exported("lhotse", tmp_path).glob("*.gz"):
        magic, flags, time = path.read_bytes()[:3], path.read_bytes()[3], path.read_bytes()[4:8]
        assert (magic, flags, time) == (b"\x1f\x8b\x08", 0, bytes(4))


def test_a_cut_has_the_recording_and_the_supervision_of_the_other_manifests(tmp_path: Path) -> None:
    folder = exported("lhotse", tmp_path)
    for split in ("train", "validation", "test"):
        cuts, recordings, supervisions = (
            manifest(folder, kind, split) for kind in ("cuts", "recordings", "supervisions")
        )
        assert [cut["recording"] for cut in cuts] == recordings
        assert [cut["supervisions"] for cut in cuts] == [[each] for each in supervisions]
        assert [cut["id"] for cut in cuts] == [row.id for row in utterances() if row.split == split]


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_paths_are_relative_to_the_folder(tmp_path: Path, ending: str) -> None:
    folder = exported("lhotse", tmp_path, utterances(audio_format=ending))
    paths = [row["sources"][0]["source"] for row in manifest(folder, "recordings")]
    assert all((folder / path).is_file() and path.endswith(ending) for path in paths)
