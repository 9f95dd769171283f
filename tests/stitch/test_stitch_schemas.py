"""The JSON Schemas accept what stitching writes, and refuse what would mislead a reader."""

import json
from collections.abc import Callable
from copy import deepcopy
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from small_books import Stitched

Record = dict[str, Any]


def validator(kind: str) -> Draft202012Validator:
    text = files("batchtts.schemas").joinpath(f"{kind}-1.schema.json").read_text("utf-8")
    return Draft202012Validator(json.loads(text))


SEGMENT, CHAPTER = validator("segment"), validator("chapter")


def with_phonemes(record: Record) -> None:
    record["alignment"]["level"] = "phoneme"
    for item in record["alignment"]["items"]:
        item |= {"phonemes": ["ə"], "phoneme_durations": [item["duration"]], "spoken": "oh"}


def add_encoding(page: Record) -> None:
    encoding = {"path": "audiobook/01.mp3", "codec": "mp3", "sample_rate": 44100, "sha256": "0" * 64}
    page["encodings"].append(encoding | {"bitrate": 192000, "gapless": True, "start_padding": 1105})


def put(path: str, value: object) -> Callable[[Record], None]:
    """Return a change that puts a value at a path of keys and indices."""
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]

    def change(record: Any) -> None:
        for step in steps:
            record = record[step]
        record[last] = value

    return change


def drop(path: str) -> Callable[[Record], None]:
    *steps, last = path.split("/")

    def change(record: Any) -> None:
        for step in steps:
            record = record[step]
        del record[last]

    return change


@pytest.mark.parametrize("schema", [SEGMENT, CHAPTER])
def test_the_schemas_are_schemas(schema: Draft202012Validator) -> None:
    Draft202012Validator.check_schema(schema.schema)


@pytest.mark.parametrize("schema", [SEGMENT, CHAPTER])
def test_every_field_is_described(schema: Draft202012Validator) -> None:
    def undescribed(form: Any, path: str) -> list[str]:
        if not isinstance(form, dict):
            return []
        own = [
            f"{path}/{name}"
            for name, field in form.get("properties", {}).items()
            if "description" not in field
        ]
        parts = {**form.get("properties", {}), **form.get("$defs", {})}
        return own + [name for key, part in parts.items() for name in undescribed(part, f"{path}/{key}")]

    assert undescribed(schema.schema, "") == []


def test_everything_that_stitching_writes_validates(ferry: Stitched) -> None:
    for chapter in ferry.chapters:
        CHAPTER.validate(ferry.page(chapter))
        for record in ferry.lines(chapter):
            SEGMENT.validate(record)


@pytest.mark.parametrize(
    "change",
    [
        put("schema", "batchtts.segment/1.7"),
        put("colour", {"of": "the sky"}),
        put("alignment/items/0/confidence", 0.5),
        put("source/document", "../texts/ferry.txt"),
        put("source/document", "ferry.yaml:12"),
        put("alignment/items", []),
        put("alignment/residual", -3),
        put("request/length_s", 2.5),
        with_phonemes,
    ],
)
def test_a_segment_may_be_like_this(ferry: Stitched, change: Callable[[Record], None]) -> None:
    record = deepcopy(ferry.lines(ferry.chapters[0])[0])
    change(record)
    SEGMENT.validate(record)


@pytest.mark.parametrize(
    "change",
    [
        put("schema", "batchtts.segment/2"),
        put("schema", "batchtts.segment/11"),
        put("schema", "batchtts.chapter/1"),
        put("audio/path", "/a.wav"),
        put("audio/path", "C:a.wav"),
        put("audio/path", ".."),
        put("audio/path", "."),
        put("audio/path", "takes/a.wav"),
        put("audio/path", "takes\\a.wav"),
        put("audio/path", ""),
        put("source/document", "/home/me/ferry.txt"),
        put("source/document", "C:\\ferry.txt"),
        put("audio/num_samples", 24000.5),
        put("audio/num_samples", -1),
        put("audio/sample_rate", 0),
        put("audio/sha256", "f00"),
        put("alignment/items/0/start", 1),
        put("alignment/items/1/start", 2400.5),
        put("alignment/items/1/duration", 0.5),
        put("alignment/items/1/duration", -1),
        put("alignment/items/1/kind", "noise"),
        put("alignment/items/1/char", [1]),
        put("alignment/items/1/char", [-1, 1]),
        put("alignment/items/1/phonemes", ["a"]),
        put("alignment/level", "syllable"),
        put("alignment/origin", "oracle"),
        put("alignment/text_match", "perhaps"),
        put("alignment/residual", 0.5),
        put("alignment/frame", 0),
        put("request/speed", 0),
        put("source/locator/line", 0),
        drop("request/key"),
        drop("alignment/level"),
        drop("checks"),
        drop("spoken_text"),
    ],
)
def test_a_segment_may_not_be_like_this(ferry: Stitched, change: Callable[[Record], None]) -> None:
    record = deepcopy(ferry.lines(ferry.chapters[0])[0])
    change(record)
    assert not SEGMENT.is_valid(record)


@pytest.mark.parametrize("key", ["phonemes", "phoneme_durations"])
def test_phonemes_and_their_lengths_come_together(ferry: Stitched, key: str) -> None:
    record = deepcopy(ferry.lines(ferry.chapters[0])[0])
    with_phonemes(record)
    del record["alignment"]["items"][1][key]
    assert not SEGMENT.is_valid(record)


@pytest.mark.parametrize("level", ["word", "segment"])
def test_phonemes_are_refused_where_nobody_knows_them(ferry: Stitched, level: str) -> None:
    record = deepcopy(ferry.lines(ferry.chapters[0])[0])
    with_phonemes(record)
    record["alignment"]["level"] = level
    assert not SEGMENT.is_valid(record)


@pytest.mark.parametrize(
    "change",
    [
        put("schema", "batchtts.chapter/1.0"),
        put("timeline/0/loudness", -18.5),
        put("processing", [{"op": "gain", "db": -1.2}, {"op": "warp", "by": 9}]),
        drop("number"),
        add_encoding,
    ],
)
def test_a_chapter_may_be_like_this(ferry: Stitched, change: Callable[[Record], None]) -> None:
    page = ferry.page(ferry.chapters[0])
    change(page)
    CHAPTER.validate(page)


@pytest.mark.parametrize(
    "change",
    [
        put("schema", "batchtts.chapter/10"),
        put("schema", "batchtts.segment/1"),
        put("audio/path", "/home/me/chapters/a.wav"),
        put("audio/path", "C:/chapters/a.wav"),
        put("audio/path", "../chapters/a.wav"),
        put("audio/path", "chapters/../../a.wav"),
        put("audio/path", "chapters/.."),
        put("audio/path", "chapters\\a.wav"),
        put("audio/path", ""),
        put("document", "/home/me/ferry.txt"),
        put("timeline/0/alignment", "../alignment/a.jsonl"),
        put("timeline/0/alignment", "alignment\\a.jsonl"),
        put("timeline/0/start", 0.25),
        put("timeline/0/num_samples", -1),
        put("timeline/0/trim", [0, 0, 0]),
        put("timeline/0/trim", [0, 1.5]),
        put("timeline/0/gap_after", "long"),
        put("timeline/0/boundary", "cliff"),
        put("processing", [{"gain": 3}]),
        put("encodings", [{"path": "/a.mp3", "codec": "mp3", "sample_rate": 44100, "sha256": "0" * 64}]),
        drop("audio"),
        drop("timeline"),
    ],
)
def test_a_chapter_may_not_be_like_this(ferry: Stitched, change: Callable[[Record], None]) -> None:
    page = ferry.page(ferry.chapters[0])
    change(page)
    assert not CHAPTER.is_valid(page)
