"""The text of a chapter as it stands on a page: headings and paragraphs, with the sentences in them and their words.

Whether a pause follows a heading, a paragraph or a scene tells where each of them ends; the text between two
segments is not spoken, and is a space unless they were cut within a word's length of nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from batchtts.alignment import AlignmentItem
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.job import Boundary


class PassageKind(StrEnum):
    """What a stretch of text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A segment in its passage, from code point `first` to `last`."""

    segment: TimedSegment
    first: int

    @property
    def last(self) -> int:
        """Return the position after its last code point."""
        return self.first + len(self.segment.text)

    @property
    def words(self) -> tuple[AlignmentItem, ...]:
        """Return the words that are heard, and seen; their positions are those in the segment."""
        return tuple(item for item in self.segment.words if item.n_samples and item.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A heading or a paragraph; `ends_scene` tells that a break follows it."""

    kind: PassageKind
    sentences: tuple[Sentence, ...]
    text: str
    ends_scene: bool


def passages(chapter: TimedChapter) -> Iterator[Passage]:
    """Yield the passages of a chapter, in order."""
    gathered: list[TimedSegment] = []
    for segment in chapter.segments():
        gathered.append(segment)
        if segment.boundary != Boundary.SEGMENT:
            yield _passage(gathered)
            gathered = []
    if gathered:
        yield _passage(gathered)


def _passage(segments: list[TimedSegment]) -> Passage:
    sentences: list[Sentence] = []
    text = ""
    for segment in segments:
        if sentences and segment.char[0] != sentences[-1].segment.char[1]:
            text += " "
        sentences.append(Sentence(segment=segment, first=len(text)))
        text += segment.text
    ending = segments[-1].boundary
    return Passage(
        kind=PassageKind.HEADING if ending == Boundary.HEADING else PassageKind.PARAGRAPH,
        sentences=tuple(sentences),
        text=text,
        ends_scene=ending == Boundary.SCENE_BREAK,
    )
