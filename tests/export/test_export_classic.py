"""What holds for all layouts of datasets that are older than hubs."""

from pathlib import Path

import pytest
from nasty_six import TEXTS, corpus, exported, utterances

from batchtts.export.datasets.card import card
from batchtts.export.formats import FORMATS
from batchtts.export.rows.leakage import Leakage
from batchtts.export.statistics.gathering import Statistics

CLEAN = Leakage(texts=0, sounds=0, speakers=2)
NAMES = ("ljspeech", "piper", "nemo", "kaldi", "libritts", "mfa", "lhotse", "shar")


@pytest.mark.parametrize("name", NAMES)
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    sums = [(exported(name, tmp_path / each) / "SHA256SUMS").read_bytes() for each in ("one", "two")]
    assert sums[0] == sums[1]


@pytest.mark.parametrize("name", NAMES)
def test_a_dataset_may_have_no_rows(tmp_path: Path, name: str) -> None:
    assert exported(name, tmp_path, []).is_dir()


@pytest.mark.parametrize("name", [name for name in NAMES if name != "shar"])
def test_each_row_has_a_file_of_its_own(tmp_path: Path, name: str) -> None:
    assert len(list(exported(name, tmp_path).rglob("*.wav"))) == len(TEXTS)


@pytest.mark.parametrize("name", NAMES)
def test_one_row_is_enough(tmp_path: Path, name: str) -> None:
    assert (exported(name, tmp_path, utterances()[5:]) / "SHA256SUMS").stat().st_size


@pytest.mark.parametrize("name", ["ljspeech", "piper"])
def test_a_table_without_splits_has_another_beside_it_for_each(tmp_path: Path, name: str) -> None:
    folder = exported(name, tmp_path)
    whole = (folder / "metadata.csv").read_text(encoding="utf-8").splitlines()
    for split, rows in (("train", whole[:4]), ("validation", whole[4:5]), ("test", whole[5:])):
        assert (folder / f"metadata_{split}.csv").read_text(encoding="utf-8").splitlines() == rows


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("ljspeech", "metadata_train.csv"),
        ("piper", "--data.trim_silence false"),
        ("nemo", "relative to it"),
        ("kaldi", "utt2split"),
        ("libritts", "ids.tsv"),
        ("mfa", "--reference_directory aligned"),
        ("lhotse", 'CutSet.from_file("PATH/nasty_cuts_train.jsonl.gz")'),
        ("shar", 'CutSet.from_shar(in_dir="PATH/train")'),
    ],
)
def test_cards_tell_how_a_layout_is_read(name: str, told: str) -> None:
    assert told in card(FORMATS[name], corpus(), Statistics(), CLEAN).decode()
