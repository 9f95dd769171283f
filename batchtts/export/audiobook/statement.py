"""What a delivery says of itself: a file of `batchtts.delivery/1`, read one segment after another.

It is as long as its book, so it is never held whole: it is written with every chapter and every segment on a line
of its own, and is read by the line.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from batchtts.export.audiobook.timing import SCHEMA

_SCHEMA_READ = re.compile(re.escape(SCHEMA) + r"(?:\.\d+)?")
_CHAPTERS, _CHAPTER, _SEGMENT = b' "chapters": [', b"  {", b"   {"


class StatementError(ValueError):
    """The file does not tell what is spoken when in a delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedWord:
    """A word, and in which samples of the delivery it is heard."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSegment:
    """A segment and its words, in samples of the delivery."""

    id: str
    start: int
    end: int
    words: tuple[StatedWord, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedChapter:
    """A chapter, where it begins in the delivery, and the hash of the master that it was made of."""

    id: str
    title: str
    start: int
    master_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """The head of the file; `sample_rate` and `n_samples` are those that decoding is to give."""

    path: Path
    file_format: str
    sample_rate: int
    n_samples: int

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the head; raise `StatementError` if the file is not what it should be."""
        form = _parsed(_head(path))
        try:
            if not _SCHEMA_READ.fullmatch(form["schema"]):
                raise StatementError(f"its schema is {form['schema']}, not {SCHEMA}")
            sample_rate = _count(form, "sample_rate")
            if not sample_rate:
                raise StatementError("its sample_rate is 0")
            return cls(
                path=path,
                file_format=_text(form, "format"),
                sample_rate=sample_rate,
                n_samples=_count(form, "n_samples"),
            )
        except (KeyError, TypeError) as error:
            raise StatementError(f"it is no statement of a delivery ({error!r})") from error

    def parts(self) -> Iterator[StatedChapter | StatedSegment]:
        """Yield each chapter, and its segments after it; raise `StatementError` for what cannot be read."""
        line = b""
        with self.path.open("rb") as lines:
            for line in lines:
                try:
                    if line.startswith(_SEGMENT):
                        yield _segment(_parsed(line.rstrip(b",\n")))
                    elif line.startswith(_CHAPTER):
                        yield _chapter(_parsed(line.rstrip(b"\n") + b"]}"))
                except (KeyError, TypeError) as error:
                    raise StatementError(f"it lacks what it should tell ({error!r})") from error
        if line != b"}\n":
            raise StatementError("it is cut off")

    def chapters(self) -> Iterator[StatedChapter]:
        """Yield the chapters, in order."""
        return (part for part in self.parts() if isinstance(part, StatedChapter))


def _head(path: Path) -> bytes:
    """Return what stands before the chapters, as a whole object."""
    head = b""
    with path.open("rb") as lines:
        for line in lines:
            if line.startswith(_CHAPTERS):
                break
            head += line
    return head.rstrip(b",\n") + b"}"


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise StatementError(f"it is not JSON, or not laid out as it was written ({error})") from error


def _chapter(form: Any) -> StatedChapter:
    return StatedChapter(
        id=_text(form, "id"),
        title=_text(form, "title"),
        start=_count(form, "start"),
        master_sha256=_text(form["master"], "sha256"),
    )


def _segment(form: Any) -> StatedSegment:
    start = _count(form, "start")
    return StatedSegment(
        id=_text(form, "segment"),
        start=start,
        end=start + _count(form, "n_samples"),
        words=tuple(_word(word) for word in form["words"]),
    )


def _word(form: Any) -> StatedWord:
    start = _count(form, "start")
    return StatedWord(text=_text(form, "text"), start=start, end=start + _count(form, "n_samples"))


def _text(form: Any, key: str) -> str:
    value = form[key]
    if not isinstance(value, str):
        raise StatementError(f"its {key} is {value!r}, which is no text")
    return value


def _count(form: Any, key: str) -> int:
    value = form[key]
    if not isinstance(value, int) or value < 0:
        raise StatementError(f"its {key} is {value!r}, which is no number of samples")
    return value
