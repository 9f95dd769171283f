"""What a delivery says of itself is read by the line, and whatever is wrong with it is told."""

import json
from pathlib import Path
from typing import Any

import pytest

from batchtts.export.audiobook.statement import StatedChapter, StatedSegment, Statement, StatementError
from batchtts.export.audiobook.timing import SCHEMA

HEAD = {"schema": SCHEMA, "format": "m4b", "sample_rate": 24_000, "n_samples": 900}
CHAPTER = {"id": "ch1", "title": "I", "start": 0, "master": {"sha256": "abc"}}
SEGMENT = {
    "segment": "s1",
    "start": 5,
    "n_samples": 80,
    "words": [{"text": "Tide", "start": 9, "n_samples": 7}],
}
WORD = SEGMENT["words"][0]


def written(folder: Path, head: Any = HEAD, chapter: Any = CHAPTER, segment: Any = SEGMENT) -> Path:
    lines = (f"{json.dumps(head)[:-1]},", ' "chapters": [', f'  {json.dumps(chapter)[:-1]},"segments":[',
             f"   {json.dumps(segment)}", "  ]}", " ]", "}")  # fmt: skip
    path = folder / "book.m4b.json"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_what_was_written_is_read(tmp_path: Path) -> None:
    statement = Statement.open(written(tmp_path))
    assert (statement.sample_rate, statement.n_samples) == (24_000, 900)
    chapter, segment = statement.parts()
    assert isinstance(chapter, StatedChapter)
    assert isinstance(segment, StatedSegment)
    assert (segment.start, segment.end) == (5, 85)
    assert [(word.text, word.start, word.end) for word in segment.words] == [("Tide", 9, 16)]


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"head": HEAD | {"sample_rate": "fast"}}, "its sample_rate is 'fast'"),
        ({"head": HEAD | {"sample_rate": 0}}, "its sample_rate is 0"),
        ({"head": HEAD | {"n_samples": 1.5}}, "its n_samples is 1.5"),
        ({"head": HEAD | {"schema": "batchtts.delivery/2"}}, "its schema is batchtts.delivery/2"),
        ({"chapter": CHAPTER | {"id": ["ch1"]}}, "its id is"),
        ({"chapter": CHAPTER | {"master": None}}, "it lacks"),
        ({"segment": SEGMENT | {"start": -1}}, "its start is -1"),
        ({"segment": SEGMENT | {"words": [WORD | {"n_samples": "7"}]}}, "its n_samples is '7'"),
        ({"segment": {"segment": "s1"}}, "it lacks"),
    ],
)
def test_what_is_wrong_with_it_is_told(tmp_path: Path, changed: dict[str, Any], why: str) -> None:
    with pytest.raises(StatementError, match=why):
        list(Statement.open(written(tmp_path, **changed)).parts())
