"""A table of lines (JSONL), which may be too long to be held whole: its outline, and its parts one at a time."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from batchtts.documents.layout import SEPARATOR
from batchtts.documents.refusals import refusal
from batchtts.documents.rows import Row, read_row
from batchtts.job import Mark, Metadata, SegmentSettings
from batchtts.model import Anchor, Block, BlockKind, Document, Locator, Section

WHITE_SPACE = " \t\r\n"
"""What may stand around the object in a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Where the lines of a section lie: `n_bytes` of the file from `first_byte` on, whose SHA-256 is `digest`.

    `first_line` counts from 1; `start` is where the section's text begins in that of the whole table;
    `voices` are those that its lines name, each with the first place that does.
    """

    first_byte: int
    n_bytes: int
    digest: bytes
    first_line: int
    start: int
    voices: Mapping[str, Mark]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A document of one segment a line, in sections without their blocks; `part` returns those of one section.

    Name, hashes and metadata are as those of a document; the text of the whole is that of all its lines, laid
    out as that of segments that are written out in a manifest.
    """

    path: Path
    name: str
    sha256: str
    text_sha256: str
    metadata: Metadata
    sections: Sequence[Section]
    stretches: Sequence[Stretch]

    def voices(self, index: int) -> Mapping[str, Mark]:
        """Return the voices that the lines of one section name, each with the first place that does."""
        return self.stretches[index].voices

    def part(self, index: int) -> Document:
        """Return the document with nothing but one of its sections, whose text begins at `start` of the whole.

        Raises DocumentError if the file has changed since its outline was made.
        """
        section, stretch = self.sections[index], self.stretches[index]
        page = _Page()
        lines = self._read(stretch).decode().split("\n")
        for number, raw in enumerate(lines, start=stretch.first_line):
            if line := raw.strip(WHITE_SPACE):
                row = read_row(line)
                assert row is not None  # these bytes were sound when the outline was made
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

    def _read(self, stretch: Stretch) -> bytes:
        try:
            with self.path.open("rb") as file:
                file.seek(stretch.first_byte)
                data = file.read(stretch.n_bytes)
        except OSError as error:
            raise refusal(self.name, f"it cannot be read: {error.strerror or error}") from error
        if hashlib.sha256(data).digest() != stretch.digest:
            raise refusal(
                f"{self.name}:{stretch.first_line}",
                "the file has changed while it was being read",
                "Run the same command again when nothing writes to it.",
            )
        return data


class _Page:
    """The rows of one section as they are laid out."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.blocks: list[Block] = []
        self.anchors: list[Anchor] = []
        self._length = 0
        self._settings: dict[tuple[object, ...], SegmentSettings] = {}

    def add(self, row: Row, line: int) -> None:
        start = self._length
        end = start + len(row.text)
        self.texts.append(row.text)
        self.anchors.append(Anchor(start=start, locator=Locator(line=line)))
        settings = self._settings_of(row)
        self.blocks.append(Block(kind=BlockKind.SEGMENT, start=start, end=end, settings=settings, id=row.id))
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
