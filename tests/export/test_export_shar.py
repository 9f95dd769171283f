"""Shards of Lhotse: cuts and sounds side by side, and what changes when a row does."""

import gzip
import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest
import soundfile
from nasty_six import corpus, exported, utterances

from batchtts.export.utterance import Utterance
from batchtts.files import sha256_of


def shards(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256_of(path)
        for path in sorted(folder.glob("*/*"))
        if path.is_file()
    }


def small(rows: list[Utterance], folder: Path) -> Path:
    return exported("shar", folder, rows, of=corpus(rows_per_shard=2))


def test_sounds_are_in_the_order_of_the_cuts_each_before_its_recording(tmp_path: Path) -> None:
    folder = exported("shar", tmp_path) / "train"
    cuts = [
        json.loads(line)
        for line in gzip.decompress((folder / "cuts.000000.jsonl.gz").read_bytes()).splitlines()
    ]
    with tarfile.open(folder / "recording.000000.tar") as file:
        names = file.getnames()
        recordings = [json.load(file.extractfile(name)) for name in names[1::2]]  # type: ignore[arg-type]
    assert names == [f"{cut['id']}.{ending}" for cut in cuts for ending in ("wav", "json")]
    assert recordings == [cut["recording"] for cut in cuts]
    assert {source["type"] for cut in cuts for source in cut["recording"]["sources"]} == {"shar"}


def test_folders_of_splits_hold_nothing_but_shards_since_the_reader_takes_each_file_for_one(
    tmp_path: Path,
) -> None:
    folder = small(utterances(), tmp_path)
    for split in ("train", "validation", "test"):
        kinds = {path.name.split(".")[0] for path in (folder / split).iterdir()}
        assert kinds == {"cuts", "recording"}
        numbers = [{path.name.split(".")[1] for path in (folder / split).glob(f"{kind}.*")} for kind in kinds]
        assert numbers[0] == numbers[1]


def test_a_changed_text_changes_the_cuts_of_one_shard_alone(tmp_path: Path) -> None:
    rows = utterances()
    before = shards(small(rows, tmp_path / "before"))
    rows[3] = replace(rows[3], text="She left.")
    after = shards(small(rows, tmp_path / "after"))
    assert before.keys() == after.keys()
    assert {name for name in before if before[name] != after[name]} == {"train/cuts.000001.jsonl.gz"}


def test_a_row_that_is_left_out_changes_one_shard_alone(tmp_path: Path) -> None:
    rows = utterances()
    before, after = (shards(small(each, tmp_path / str(len(each)))) for each in (rows, rows[1:]))
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {"train/cuts.000000.jsonl.gz", "train/recording.000000.tar"}


@pytest.mark.parametrize("ending", ["wav", "flac"])
def test_sounds_have_the_format_of_the_dataset(tmp_path: Path, ending: str) -> None:
    folder = exported("shar", tmp_path, utterances(audio_format=ending))
    with tarfile.open(folder / "train" / "recording.000000.tar") as file:
        [member, *_] = [each for each in file if each.name.endswith(ending)]
        samples, rate = soundfile.read(io.BytesIO(file.extractfile(member).read()), dtype="int16")  # type: ignore[union-attr]
    first = utterances()[0]
    assert (samples.tobytes(), rate) == (first.audio.data, first.audio.sample_rate)
    assert (member.mtime, member.uid, member.uname) == (0, 0, "")
