"""What a delivery says of itself: a file of `batchtts.delivery/1`, read one segment after another.

It is as long as its book, so it is never held whole: it is written with every chapter and every segment on a line
of its own, and is read by the line.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from batchtts.export.timing import SCHEMA


class StatementError(ValueError):
    """The file does not tell what is spoken when in a delivery."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedWord:
    """A word, and which samples of the delivery it is heard in."""

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
    """A chapter, where it begins in the delivery, and the hash of the master that it was made from."""

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
    def read(cls, path: Path) -> Self:
        """Read the head; raise `StatementError` if the file is not what it should be."""
        head = []
        with path.open("rb") as lines:
            for line in lines:
                head.append(line)
                if line.startswith(b' "chapters": ['):
                    break
        form = _parsed(b"".join(head) + b"]}", path)
        if str(form.get("schema", "")).split(".")[:2] != SCHEMA.split("."):
            raise StatementError(f"its schema is {form.get('schema')!r}, not {SCHEMA}")
        return _made(
            lambda: cls(
                path=path,
                file_format=form["format"],
                sample_rate=form["sample_rate"],
                n_samples=form["n_samples"],
            )
        )

    def chapters(self) -> Iterator[StatedChapter]:
        """Yield the chapters, in order."""
        return (part for part in self.parts() if isinstance(part, StatedChapter))

    def parts(self) -> Iterator[StatedChapter | StatedSegment]:
        """Yield each chapter, and its segments after it; raise `StatementError` for what cannot be read."""
        with self.path.open("rb") as lines:
            for line in lines:
                if line.startswith(b"   {"):
                    yield _segment(_parsed(line.rstrip().removesuffix(b","), self.path))
                elif line.startswith(b"  {"):
                    yield _chapter(_parsed(line.rstrip() + b"]}", self.path))
