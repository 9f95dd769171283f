"""A table, which may be too long to be held whole: its outline, and its parts one at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from batchtts.documents.layout import SEPARATOR
from batchtts.documents.refusals import refusal
from batchtts.documents.tables.rows import Row
from batchtts.errors import DocumentError
from batchtts.job import Mark, Metadata, SegmentSettings
from batchtts.model import Anchor, Block, BlockKind, Document, Locator, Section

SUFFIXES: Mapping[str, str] = {".csv": "csv", ".jsonl": "jsonl", ".parquet": "parquet", ".tsv": "tsv"}
"""The forms of tables by what their names end in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Where the rows of a section lie: `n` bytes of the file, or rows, from `first` on; `digest` is their SHA-256.

    `first_number` is that of its first line or row, from 1; `start` is where the section's text begins in that of the
    whole table; `voices` are those that its rows name, each with the first place that does; `speakers` are those that
    they name, each with how often.
    """

    first: int
    n: int
    digest: bytes
    first_number: int
    start: int
    voices: Mapping[str, Mark]
    speakers: Mapping[str, int]


class Rows(Protocol):
    """Reads the rows of a stretch, each with its number; raises DocumentError if they are no longer what they were."""

    def rows(self, stretch: Stretch) -> Iterable[tuple[int, Row]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A document of one segment a row, in sections without their blocks; `part` returns those of one section.

    Name, hashes and metadata are as those of a document; the text of the whole is that of all its rows, laid
    out as that of segments that are written out in a manifest.
    """

    file: Rows
    name: str
    sha256: str
    text_sha256: str
    metadata: Metadata
    sections: Sequence[Section]
    stretches: Sequence[Stretch]

    def voices(self, index: int) -> Mapping[str, Mark]:
        """Return the voices that the rows of one section name, each with the first place that does."""
        return self.stretches[index].voices

    def speakers(self, index: int) -> Mapping[str, int]:
        """Return the speakers that the rows of one section name, each with how many rows do."""
        return self.stretches[index].speakers

    def part(self, index: int) -> Document:
        """Return the document with nothing but one of its sections, whose text begins at `start` of the whole.

        Raises DocumentError if the file has changed since its outline was made.
        """
        section, stretch = self.sections[index], self.stretches[index]
        page = _Page()
        for number, row in self.file.rows(stretch):
            page.add(row, number)
        return Document(
            name=self.name,
            sha256=self.sha256,
            text=SEPARATOR.join(page.texts),
            text_sha256=self.text_sha256,
            sections=(Section(title=section.title, blocks=tuple(page.blocks)),),
            anchors=tuple(page.anchors),
            metadata=self.metadata,
            start=stretch.start,
        )


def has_changed(name: str, stretch: Stretch) -> DocumentError:
    """Return the error for a stretch that is no longer what it was when the outline was made."""
    return refusal(
        f"{name}:{stretch.first_number}",
        "the file has changed while it was being read",
        "Run the same command again when nothing writes to it.",
    )


class _Page:
    """The rows of one section as they are laid out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.blocks: list[Block] = []
        self.anchors: list[Anchor] = []
        self._length = 0
        self._settings: dict[tuple[object, ...], SegmentSettings] = {}

    def add(self, row: Row, number: int) -> None:
        start = self._length
        end = start + len(row.text)
        self.texts.append(row.text)
        self.anchors.append(Anchor(start=start, locator=Locator(line=number)))
        self.blocks.append(
            Block(
                kind=BlockKind.SEGMENT,
                start=start,
                end=end,
                settings=self._settings_of(row),
                id=row.id,
                speaker=row.speaker,
                split=row.split,
                extra=row.extra or {},
            )
        )
        self._length = end + len(SEPARATOR)

    def _settings_of(self, row: Row) -> SegmentSettings:
        """Return what a row says of its voice; rows that say the same share it."""
        own = row[1:6]
        if (settings := self._settings.get(own)) is None:
            settings = self._settings[own] = SegmentSettings(
                voice=row.voice,
                speed=row.speed,
                seed=row.seed,
                length_seconds=row.length,
                length_policy=row.length_policy,
            )
        return settings
