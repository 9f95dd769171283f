"""Plain text becomes passages: blank lines part paragraphs, and lone short lines may be headings."""

import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from batchtts.documents.chapters import Cut, cut_at_headings
from batchtts.documents.labels import is_chapter_heading, is_label, is_lone_numeral, is_part_heading
from batchtts.documents.passages import Division, Passage, join, join_heading, scene_break, weave
from batchtts.model import BlockKind, Locator, Matter

_TITLE, _PART, _CHAPTER, _NUMERAL = 1, 2, 3, 4  # levels of headings
_MAX_HEADING_CHARACTERS = 80
_ENDS_OF_PROSE = (".", ",", ";", ":", "!", "?", "”", '"', "—", "…")

_SCENE_BREAK = re.compile(r"[*⁂•·~#_=+—–\-\s]+")
# An underscore at a word's edge is emphasis; one inside of it is part of the word.
_EMPHASIS = re.compile(r"(?<!\w)_+(?=\S)|(?<=[^\s_])_++(?!\w)")
_GUTENBERG = re.compile(r"\*\*\* ?(START|END) OF (?:THE|THIS) PROJECT GUTENBERG", re.IGNORECASE)
_OPENS_VERSE = re.compile(r"[\"'“”‘’(\[—_]*\s*[A-ZÀ-ÖØ-ÞĀ-Ž]")
_INDENTED = re.compile(r"(?: {2,}|\t)")

_LONGEST_TITLE_LINE = 10
"""Words that a line before the first chapter may have, and end in a full stop, without being read as prose."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the source that is not blank; `number` counts from 1."""

    number: int
    text: str

    def passage(self, kind: BlockKind) -> Passage | None:
        """Return the line as a passage of its own."""
        return weave(kind, [(_EMPHASIS.sub("", self.text), Locator(line=self.number))])


Paragraph: TypeAlias = list[_Line]


def read_text(text: str, fallback: str) -> Cut:
    """Return the chapters of a plain text; `fallback` is the title of a text without headings."""
    before, book, after = _split(text)
    cut = cut_at_headings(_passages(book), fallback)
    divisions = (
        *_boilerplate(before, Matter.FRONT),
        *(_as_front_matter(cut.divisions) if len(cut.divisions) > 1 else cut.divisions),
        *_boilerplate(after, Matter.BACK),
    )
    return Cut(title=cut.title, divisions=divisions)


def _split(text: str) -> tuple[list[Paragraph], list[Paragraph], list[Paragraph]]:
    """Return the paragraphs of the book, and of the licence texts that Project Gutenberg puts around it."""
    before: list[Paragraph] = []
    book: list[Paragraph] = []
    after: list[Paragraph] = []
    stretch, is_open = book, False
    # Not splitlines(): it also parts at form feeds and other characters that no editor counts.
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if line.isspace():
            is_open = False
        elif mark := _GUTENBERG.match(line):
            is_open = False
            if mark[1].upper() == "START":
                before, book = before + book, []
            stretch = book if mark[1].upper() == "START" else after
        elif is_open:
            stretch[-1].append(_Line(number, line.rstrip("\n")))
        else:
            stretch.append([_Line(number, line.rstrip("\n"))])
            is_open = True
    return before, book, after


def _boilerplate(paragraphs: Sequence[Paragraph], matter: Matter) -> Iterator[Division]:
    passages = [passage for paragraph in paragraphs if (passage := _prose(paragraph))]
    if passages:
        yield Division(title="Project Gutenberg", passages=tuple(passages), matter=matter)


def _as_front_matter(divisions: Sequence[Division]) -> Iterator[Division]:
    """Take what stands before the first chapter for a title page, unless there is prose in it."""
    first, *others = divisions
    starts_with_chapter = bool(first.passages) and first.passages[0].level in (_PART, _CHAPTER, _NUMERAL)
    if starts_with_chapter or any(_is_prose(passage) for passage in first.passages):
        yield first
    else:
        yield replace(first, matter=Matter.FRONT)
    yield from others


def _is_prose(passage: Passage) -> bool:
    """Say whether a passage is a sentence that somebody tells, not a line of a title page."""
    return len(passage.text.split()) > _LONGEST_TITLE_LINE and passage.text.rstrip("\"'”’)]_")[-1:] in (
        ".",
        "!",
        "?",
        "…",
    )


def _passages(paragraphs: Sequence[Paragraph]) -> list[Passage]:
    passages: list[Passage] = []
    for index, paragraph in enumerate(paragraphs):
        is_last = index == len(paragraphs) - 1
        if passages and not is_last and _is_title_of(passages[-1], paragraph):
            label = passages.pop()
            titled = join_heading([label, *_heading_lines(paragraph)], level=label.level)
            passages.extend([titled] if titled else [])
        elif (passage := _passage(paragraph, passages, is_last=is_last)) is not None:
            passages.append(passage)
    return passages


def _is_title_of(before: Passage, paragraph: Paragraph) -> bool:
    """Say whether a paragraph is the title that belongs to the label ("CHAPTER I") right before it."""
    text = paragraph[0].text.strip()
    return (
        before.level in (_PART, _CHAPTER)
        and is_label(before.text)
        and len(paragraph) == 1
        and len(text) <= _MAX_HEADING_CHARACTERS
        and not (is_chapter_heading(text) or is_lone_numeral(text) or _is_scene_break(text))
        and not text.endswith(_ENDS_OF_PROSE)
    )


def _heading_lines(paragraph: Paragraph) -> list[Passage]:
    return [line for each in paragraph if (line := each.passage(BlockKind.HEADING))]


def _passage(paragraph: Paragraph, before: Sequence[Passage], *, is_last: bool) -> Passage | None:
    if len(paragraph) == 1 and _is_scene_break(paragraph[0].text):
        return scene_break(Locator(line=paragraph[0].number))
    if level := _heading_level(paragraph, before, is_last=is_last):
        return join_heading(_heading_lines(paragraph), level=level)
    if _is_verse(paragraph):
        lines = (line.passage(BlockKind.VERSE) for line in paragraph)
        return join(BlockKind.VERSE, (line for line in lines if line), "\n")
    return _prose(paragraph)


def _prose(paragraph: Paragraph) -> Passage | None:
    runs = ((_EMPHASIS.sub("", line.text) + "\n", Locator(line=line.number)) for line in paragraph)
    return weave(BlockKind.PARAGRAPH, runs)


def _is_scene_break(text: str) -> bool:
    return len(text.strip()) <= 80 and _SCENE_BREAK.fullmatch(text) is not None


def _heading_level(paragraph: Paragraph, before: Sequence[Passage], *, is_last: bool) -> int:
    """Return the level of the heading that a paragraph is, 0 if it is none."""
    if (
        len(paragraph) > 3
        or any(len(line.text.strip()) > _MAX_HEADING_CHARACTERS for line in paragraph)
        or is_last
    ):
        return 0
    first, alone = paragraph[0].text.strip(" \t_"), len(paragraph) == 1
    if any(is_chapter_heading(line.text) or is_part_heading(line.text) for line in paragraph[1:]):
        return 0  # a list of contents
    if is_part_heading(first):
        return _PART
    if is_chapter_heading(first):
        return _CHAPTER
    if alone and is_lone_numeral(first):
        return _NUMERAL
    if alone and not before and not first.endswith(_ENDS_OF_PROSE):
        return _TITLE
    return 0


def _is_verse(paragraph: Paragraph) -> bool:
    """Say whether every line is indented and begins with a capital, as lines of verse do."""
    return len(paragraph) > 1 and all(
        _INDENTED.match(line.text) and _OPENS_VERSE.match(line.text.strip()) for line in paragraph
    )
