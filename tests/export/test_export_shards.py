"""Shards: a change of one row changes one file, whatever becomes of the row."""

import json
import tarfile
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasty_six import corpus, exported, utterances

from batchtts.export.corpus import Corpus
from batchtts.export.datasets.shards import Shards, Windows
from batchtts.export.datasets.tar import Tar, members
from batchtts.export.folder import SUMS, ExportFolder
from batchtts.export.utterance import Utterance
from batchtts.job import Splits

SHARDED = ("shar", "webdataset", "parquet")


def many(n_rows: int) -> list[Utterance]:
    [first, *_] = utterances()
    return [
        replace(
            first, number=number, id=f"row-{number:03}", text=f"Text {number}.", normalized=f"Text {number}."
        )
        for number in range(n_rows)
    ]


def of(n_rows: int, rows_per_shard: int, **splits: float) -> Corpus:
    return replace(corpus(rows_per_shard=rows_per_shard, splits=Splits(**splits)), n_planned=n_rows)  # type: ignore[arg-type]


def sums(folder: Path) -> dict[str, str]:
    """Return the hashes of the shards by name."""
    rows = (line.split("  ") for line in (folder / SUMS).read_text().splitlines())
    return {name: sha256 for sha256, name in rows if name.endswith((".tar", ".parquet", ".gz"))}


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    assert set(one) == set(other)
    return {name for name in one if one[name] != other[name]}


class Noted:
    """A shard that notes what it was given."""

    def __init__(self, name: tuple[str, int, int], log: list[tuple[str, int, int]]) -> None:
        self.name = name
        self.log = log
        self.is_closed = False
        log.append(name)

    def close(self) -> None:
        assert not self.is_closed
        self.is_closed = True


@given(
    st.lists(st.sampled_from(["train", "validation", "test", None]), min_size=1, max_size=80),
    st.integers(1, 30),
)
def test_every_row_has_its_shard_and_all_shards_are_there_and_closed(
    splits: list[str | None], size: int
) -> None:
    log: list[tuple[str, int, int]] = []
    own = of(len(splits), size, validation=0.1, test=0.1)
    shards = Shards(own, lambda split, number, count: Noted((split, number, count), log))
    rows = [replace(row, split=split) for row, split in zip(many(len(splits)), splits, strict=True) if split]
    for row in rows:
        split, number, _ = shards.of(row).name
        assert (split, number) == (row.split, row.number // Windows.of(own, row.split).size)
    shards.finish()
    for split in {row.split for row in rows}:
        count = Windows.of(own, split).n_shards
        assert [each for each in log if each[0] == split] == [
            (split, number, count) for number in range(count)
        ]


def test_windows_are_as_much_wider_as_a_split_has_fewer_rows() -> None:
    own = of(10_000, 100, validation=0.02, test=0.05)
    assert {split: Windows.of(own, split).n_shards for split in ("train", "validation", "test")} == {
        "train": 93,
        "validation": 2,
        "test": 5,
    }


@pytest.mark.parametrize("name", SHARDED)
def test_another_text_changes_one_shard(tmp_path: Path, name: str) -> None:
    rows, own = many(40), of(40, 8)
    before = sums(exported(name, tmp_path / "one", rows, of=own))
    rows[19] = replace(rows[19], text="Another.", normalized="Another.")
    after = sums(exported(name, tmp_path / "two", rows, of=own))
    changed = differing(before, after)
    assert {Path(file).name.split(".")[0] for file in changed} <= {
        "train-000002",
        "train-00002-of-00005",
        "cuts",
    }
    assert len(changed) == 1


@pytest.mark.parametrize("name", SHARDED)
def test_a_row_that_is_left_out_or_moves_leaves_all_other_shards_alone(tmp_path: Path, name: str) -> None:
    own = of(40, 8, validation=0.2)
    rows = [replace(row, split="validation" if row.number % 5 == 0 else "train") for row in many(40)]
    before = sums(exported(name, tmp_path / "one", rows, of=own))
    moved = [
        replace(row, split="validation") if row.number == 13 else row for row in rows if row.number != 31
    ]
    after = sums(exported(name, tmp_path / "two", moved, of=own))
    touched = Counter(_split(file) for file in differing(before, after))
    n_files = 2 if name == "shar" else 1
    assert touched == {"train": 2 * n_files, "validation": n_files}


def _split(file: str) -> str:
    return "validation" if "validation" in file else "train"


@pytest.mark.parametrize("name", SHARDED)
def test_rows_that_are_added_at_the_end_leave_the_shards_before_them_alone(tmp_path: Path, name: str) -> None:
    before = sums(exported(name, tmp_path / "one", many(24), of=of(24, 8)))
    after = sums(exported(name, tmp_path / "two", many(32), of=of(32, 8)))
    if name == "parquet":  # whose names count all of them
        before, after = (
            {file.split("-of-")[0]: sha256 for file, sha256 in each.items()} for each in (before, after)
        )
    assert before.items() <= after.items()


def test_members_of_a_tar_file_have_no_time_owner_or_rights_of_their_own(tmp_path: Path) -> None:
    names = {"a.txt": b"one", f"{'long' * 30}.wav": b"\0" * 700, "東京.json": b"{}"}
    with ExportFolder(tmp_path / "out") as folder, folder.writing("a.tar") as file:
        tar = Tar(file)
        for name, data in names.items():
            tar.add(name, data)
        tar.close()
    path = tmp_path / "out" / "a.tar"
    assert members(path.read_bytes()) == names
    with tarfile.open(path) as found:
        assert {(info.mtime, info.uid, info.gid, info.uname, info.mode) for info in found} == {
            (0, 0, 0, "", 0o644)
        }


def test_a_sample_of_webdataset_has_one_key(tmp_path: Path) -> None:
    folder = exported("webdataset", tmp_path)
    found = members((folder / "train-000000.tar").read_bytes())
    own = [row for row in utterances() if row.split == "train"]
    assert list(found) == [f"{row.id}.{ending}" for row in own for ending in ("wav", "json", "txt")]
    for row in own:
        assert found[f"{row.id}.txt"].decode() == row.text
        assert json.loads(found[f"{row.id}.json"])["id"] == row.id


def test_shar_has_a_recording_for_each_cut_in_the_same_order(tmp_path: Path) -> None:
    import gzip

    folder = exported("shar", tmp_path) / "train"
    cuts = [
        json.loads(line)
        for line in gzip.decompress((folder / "cuts.000000.jsonl.gz").read_bytes()).splitlines()
    ]
    found = members((folder / "recording.000000.tar").read_bytes())
    assert list(found) == [f"{cut['id']}.{ending}" for cut in cuts for ending in ("wav", "json")]
    for cut in cuts:
        assert json.loads(found[f"{cut['id']}.json"]) == cut["recording"]
        assert cut["recording"]["sources"] == [{"type": "shar", "channels": [0], "source": ""}]
