"""What a reader finds in a file, before it is laid out: passages, and the divisions that hold them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from batchtts.documents.characters import without_invisible
from batchtts.documents.labels import is_label
from batchtts.model import BlockKind, Locator, Matter

_ENDS_IN_PUNCTUATION = re.compile(r"[.:;,!?…—–-][\"'”’)\]]*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A block with its text; `anchors` say from which offset in it which locator holds.

    `level` is that of a heading, 1 for the highest; `types` are the names (EPUB's structural vocabulary)
    of the sections that the passage stands in.
    """

    kind: BlockKind
    text: str
    anchors: tuple[tuple[int, Locator], ...]
    level: int = 0
    types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """A section with its passages; fields as in `batchtts.model.Section`."""

    title: str
    passages: tuple[Passage, ...]
    matter: Matter = Matter.BODY
    href: str | None = None
    parts: tuple[str, ...] = ()


def scene_break(locator: Locator, *, types: frozenset[str] = frozenset()) -> Passage:
    """Return the passage that stands for a scene break."""
    return Passage(kind=BlockKind.SCENE_BREAK, text="", anchors=((0, locator),), types=types)


def weave(kind: BlockKind, runs: Iterable[tuple[str, Locator]], *, level: int = 0) -> Passage | None:
    """Join runs of source text into one passage, white space collapsed; None if nothing is left."""
    pieces: list[str] = []
    anchors: list[tuple[int, Locator]] = []
    length, gap = 0, False
    for raw, locator in runs:
        text = without_invisible(raw)
        words = " ".join(text.split())
        if not words:
            gap = gap or bool(text)
            continue
        if length and (gap or text[0].isspace()):
            pieces.append(" ")
            length += 1
        if not anchors or anchors[-1][1] != locator:
            anchors.append((length, locator))
        pieces.append(words)
        length += len(words)
        gap = text[-1].isspace()
    if not pieces:
        return None
    return Passage(kind=kind, text="".join(pieces), anchors=tuple(anchors), level=level)


def join(kind: BlockKind, passages: Iterable[Passage], separator: str, *, level: int = 0) -> Passage | None:
    """Join passages into one, `separator` between them; None if there are none."""
    text, anchors = "", []
    for passage in passages:
        text += separator if text else ""
        anchors += [(len(text) + start, locator) for start, locator in passage.anchors]
        text += passage.text
    return Passage(kind=kind, text=text, anchors=tuple(anchors), level=level) if text else None


def join_heading(lines: Iterable[Passage], *, level: int) -> Passage | None:
    """Join the lines of a heading so that a label and its title sound apart: "Chapter I. The Start"."""
    heading: Passage | None = None
    for line in lines:
        separator = heading_separator(heading.text) if heading else ""
        heading = join(BlockKind.HEADING, (heading, line) if heading else (line,), separator, level=level)
    return heading


def heading_separator(line: str) -> str:
    """Return what goes between a line of a heading and the next: a stop after a label, else a space."""
    if _ENDS_IN_PUNCTUATION.search(line):
        return " "
    return ". " if is_label(line) else " "
