"""Where segments stand: in the plan, in their chapter, and in its paragraphs."""

from collections.abc import Iterator
from dataclasses import dataclass

from batchtts.job import Boundary
from batchtts.model import Chapter, Segment


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place of a segment; all numbers count from 0, and `before` and `after` are ids in its chapter."""

    segment: Segment
    number: int
    paragraph: int
    sentence: int
    before: str | None
    after: str | None


def places(chapter: Chapter, first: int) -> Iterator[Place]:
    """Yield the segments of a chapter with their places; the first is number `first` of the plan."""
    paragraph = sentence = 0
    before = None
    following = [*(segment.id for segment in chapter.segments[1:]), None]
    for number, (segment, after) in enumerate(zip(chapter.segments, following, strict=True), start=first):
        yield Place(
            segment=segment,
            number=number,
            paragraph=paragraph,
            sentence=sentence,
            before=before,
            after=after,
        )
        before = segment.id
        if segment.boundary is Boundary.SEGMENT:
            sentence += 1
        else:
            paragraph, sentence = paragraph + 1, 0
