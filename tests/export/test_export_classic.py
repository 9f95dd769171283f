"""What holds for all layouts of datasets that are older than hubs."""

from pathlib import Path

import pytest
from nasty_six import TEXTS, exported, utterances

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
