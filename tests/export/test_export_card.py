"""What people and hubs read of a dataset: its card, its speakers, and its description in Croissant."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from nasty_six import SPEAKERS, corpus, exported, utterances

from batchtts.alignment import Origin
from batchtts.export.datasets.card import card
from batchtts.export.datasets.speakers import speakers
from batchtts.export.folder import CHANGES
from batchtts.export.formats import FORMATS
from batchtts.export.rejects import Reject
from batchtts.export.rows.leakage import Leakage
from batchtts.export.statistics.gathering import Statistics
from batchtts.job import Dataset, Licences

CLEAN = Leakage(texts=0, sounds=0, speakers=2)


def gathered() -> Statistics:
    statistics = Statistics()
    for row in utterances():
        statistics.add(row)
    return statistics


def made(name: str = "parquet", statistics: Statistics | None = None, **corpus_changes: Any) -> str:
    own = replace(corpus(), **corpus_changes)
    return card(FORMATS[name], own, statistics or gathered(), CLEAN).decode()


def front(text: str) -> Any:
    return yaml.safe_load(text.split("---\n")[1])


def test_the_front_matter_is_what_hubs_look_for() -> None:
    told = front(made())
    assert told["pretty_name"] == "Nasty & <odd>"
    assert told["language"] == ["en"]
    assert told["license"] == ["cc0-1.0", "apache-2.0"]
    assert told["size_categories"] == ["n<1K"]
    assert "synthetic" in told["tags"]


@pytest.mark.parametrize(
    ("name", "path"), [("parquet", "data/test-*"), ("audiofolder", "test/**"), ("webdataset", "test-*.tar")]
)
def test_hubs_find_the_rows_of_each_split(name: str, path: str) -> None:
    [config] = front(made(name))["configs"]
    assert {each["split"]: each["path"] for each in config["data_files"]}["test"] == path
    assert len(config["data_files"]) == 3


def test_splits_stand_in_the_order_in_which_they_are_used() -> None:
    statistics = Statistics()
    for row in reversed(utterances()):
        statistics.add(row)
    [config] = front(made(statistics=statistics))["configs"]
    assert [each["split"] for each in config["data_files"]] == ["train", "validation", "test"]


def test_readers_tell_two_sets_of_one_name_apart() -> None:
    def told(text: str) -> str:
        [config] = front(text)["configs"]
        return str(config["description"])

    louder = Statistics()
    for row in utterances(values={"rms_dbfs": -19.5}):
        louder.add(row)
    others = [made(statistics=louder), made(documents={"nasty.md": "e" * 64}), made("webdataset")]
    assert told(made()) == told(made())
    assert len({told(text) for text in [made(), *others]}) == 4


def test_the_card_tells_the_types_of_all_fields_where_readers_would_guess_them() -> None:
    own = replace(corpus(), extra={"mood: odd": "string", "n": "int64"})
    info = front(card(FORMATS["webdataset"], own, gathered(), CLEAN).decode())["dataset_info"]
    told = {feature["name"]: feature for feature in info["features"]}
    assert set(told) == {"wav", "json", "txt", "__key__", "__url__"}
    fields = {field["name"]: field for field in told["json"]["struct"]}
    assert (fields["mood: odd"]["dtype"], fields["n"]["dtype"]) == ("string", "int64")
    assert {field["name"]: field for field in fields["words"]["list"]}["phones"]["sequence"] == "string"


def test_a_format_that_hubs_do_not_read_names_no_files() -> None:
    assert "configs" not in front(made("kaldi"))


def test_licences_that_nobody_gave_are_not_known() -> None:
    text = made(dataset=Dataset(licences=Licences(text="CC0-1.0")))
    assert "| audio | not known |" in text
    assert front(made(dataset=Dataset()))["license"] == ["unknown"]


def test_the_voice_is_said_to_be_synthetic_and_what_was_left_out_is_told() -> None:
    statistics = gathered()
    statistics.reject(Reject(number=7, id="x", text="x", reason="no take", detail=""))
    text = made(statistics=statistics)
    assert "The voice in these recordings is synthetic" in text
    assert "- 1: no take" in text
    assert "In more than one split are 0 texts, 0 recordings and 2 speakers." in text


def test_who_tells_the_times_is_not_taken_for_granted(tmp_path: Path) -> None:
    assert "`estimated`" in made()
    row, *_ = utterances()
    guessed = replace(row, alignment=replace(row.alignment, origin=Origin.ESTIMATED))
    folder = exported("croissant", tmp_path, [guessed])
    assert json.loads((folder / "rows.jsonl").read_text())["times_from"] == "estimated"


def test_speakers_keep_their_numbers_whoever_is_used() -> None:
    listed = json.loads(speakers(replace(corpus(), speakers=SPEAKERS[1:]), gathered()))
    assert [(each["id"], each["number"], each["rows"], each["synthetic"]) for each in listed] == [
        ("ben", 1, 3, True)
    ]


def test_croissant_describes_the_rows_that_are_there(tmp_path: Path) -> None:
    folder = exported("croissant", tmp_path)
    told = json.loads((folder / "croissant.json").read_text())
    rows = (folder / "rows.jsonl").read_bytes()
    [described, recordings] = told["distribution"]
    assert described["sha256"] == hashlib.sha256(rows).hexdigest()
    assert recordings["includes"] == "audio/*.wav"
    columns = {field["source"]["extract"]["column"] for field in told["recordSet"][0]["field"]}
    found = [json.loads(line) for line in rows.splitlines()]
    assert [row["text"] for row in found] == [row.text for row in utterances()]
    assert all(columns | {"words"} == set(row) for row in found)
    assert all((folder / row["file_name"]).is_file() for row in found)


def test_ids_that_look_like_numbers_do_not_in_croissant(tmp_path: Path) -> None:
    [first, *_] = utterances()
    folder = exported("croissant", tmp_path, [replace(first, id="0001", text_id="1", after="0002")])
    row = json.loads((folder / "rows.jsonl").read_text())
    assert [row[name] for name in ("id", "text_id", "before", "after")] == [
        "id-0001",
        "id-1",
        None,
        "id-0002",
    ]
    assert json.loads((folder / CHANGES).read_text())["after"] == "id-0001"


def test_an_empty_dataset_is_described_too(tmp_path: Path) -> None:
    folder = exported("croissant", tmp_path, [])
    assert json.loads((folder / "croissant.json").read_text())["name"] == "nasty"
    assert (folder / "rows.jsonl").read_bytes() == b""
    assert "0 rows" in made(statistics=Statistics())
