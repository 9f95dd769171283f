"""WebDataset's shards: samples whose members stand together, and no shard without any."""

import json
from dataclasses import replace
from pathlib import Path

from nasty_six import corpus, exported, utterances

from batchtts.export.datasets.tar import members
from batchtts.job import Splits


def test_fields_are_the_same_in_all_samples_and_stand_on_one_line(tmp_path: Path) -> None:
    rows = utterances(extra={"note": "one\u2028two\x85three"})
    folder = exported(
        "webdataset", tmp_path, rows, of=replace(corpus(), extra={"note": "string", "n": "int64"})
    )
    texts = [
        data.decode()
        for path in folder.glob("*.tar")
        for name, data in members(path.read_bytes()).items()
        if name.endswith(".json")
    ]
    assert all(len(text.splitlines()) == 1 for text in texts)
    forms = [json.loads(text) for text in texts]
    assert len(forms) == 6
    assert len({tuple(form) for form in forms}) == 1
    assert {(form["note"], form["n"]) for form in forms} == {("one\u2028two\x85three", None)}


def test_there_is_no_shard_where_there_is_no_row(tmp_path: Path) -> None:
    [first, *_] = utterances()
    rows = [replace(first, number=number, id=f"row-{number}") for number in (1, 5, 6)]
    own = replace(corpus(rows_per_shard=2, splits=Splits(validation=0, test=0)), n_planned=12)
    folder = exported("webdataset", tmp_path, rows, of=own)
    found = {path.name: list(members(path.read_bytes())) for path in folder.glob("*.tar")}
    assert sorted(found) == ["train-000000.tar", "train-000002.tar", "train-000003.tar"]
    assert found["train-000002.tar"] == ["row-5.wav", "row-5.json", "row-5.txt"]
