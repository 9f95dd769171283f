"""Divisions become a document: one text, with blocks that are ranges of it and a locator for each character."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from batchtts.documents.passages import Division, Passage
from batchtts.documents.refusals import refusal
from batchtts.job import Metadata
from batchtts.model import Anchor, Block, BlockKind, Document, Locator, Matter, Section

SEPARATOR = "\n\n"
"""What stands between two blocks in the text of a document."""


class _Sheet:
    """The text as it grows."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self.anchors: list[Anchor] = []

    def text(self) -> str:
        return "".join(self._pieces)

    def place(self, passage: Passage) -> Block:
        """Add a passage after what is there; a scene break adds no text, and so has an empty range."""
        if not passage.text:
            return Block(kind=passage.kind, start=self._length, end=self._length)
        self._write(SEPARATOR if self._length else "")
        start = self._length
        for offset, locator in passage.anchors:
            self._anchor(start + offset, locator)
        self._write(passage.text)
        return Block(kind=passage.kind, start=start, end=self._length)

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)

    def _anchor(self, start: int, locator: Locator) -> None:
        if not self.anchors or self.anchors[-1].locator != locator:
            self.anchors.append(Anchor(start=start, locator=locator))


def compose(name: str, sha256: str, divisions: Iterable[Division], metadata: Metadata) -> Document:
    """Lay out divisions as a document.

    Divisions in which nothing is said are left out, and so are scene breaks at the ends of a division.
    If none is body matter, all are: a book of which nothing would be read is a misjudgement.
    Raises DocumentError if there is nothing to read at all.
    """
    kept = [
        replace(division, passages=passages)
        for division in divisions
        if (passages := _spoken(division.passages))
    ]
    if not kept:
        raise refusal(name, "there is nothing to read aloud in it")
    if all(division.matter is not Matter.BODY for division in kept):
        kept = [replace(division, matter=Matter.BODY) for division in kept]
    sheet = _Sheet()
    sections = tuple(_section(division, sheet) for division in kept)
    text = sheet.text()
    return Document(
        name=name,
        sha256=sha256,
        text=text,
        text_sha256=hashlib.sha256(text.encode()).hexdigest(),
        sections=sections,
        anchors=tuple(sheet.anchors),
        metadata=metadata,
    )


def _section(division: Division, sheet: _Sheet) -> Section:
    return Section(
        title=division.title,
        blocks=tuple(sheet.place(passage) for passage in division.passages),
        matter=division.matter,
        href=division.href,
        parts=division.parts,
    )


def _spoken(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Leave out scene breaks that part nothing: at either end, or one after another."""
    silent = Passage(kind=BlockKind.SCENE_BREAK, text="", anchors=())
    kept = [after for before, after in pairwise((silent, *passages)) if before.text or after.text]
    while kept and not kept[-1].text:
        kept.pop()
    return tuple(kept)
