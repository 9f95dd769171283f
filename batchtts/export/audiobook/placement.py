"""Where chapters lie in a file, to the sample: a pure function of their lengths and of how they are encoded."""

from collections.abc import Sequence
from dataclasses import dataclass

from batchtts.audio.resampling import scaled
from batchtts.export.audiobook.coding import Coding
from batchtts.export.book import ChapterMark
from batchtts.model import OutputFile


@dataclass(frozen=True, slots=True, kw_only=True)
class MasteredChapter:
    """A chapter as it is stitched: its master, and the files that tell what is spoken when in it."""

    id: str
    number: int
    title: str
    slug: str
    sample_rate: int
    n_samples: int
    audio: OutputFile
    timeline: OutputFile
    segments: OutputFile


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A chapter in a file: its `n_samples` begin at `start`; the next chapter begins `n_lasting` after it.

    All are samples at the rate of the file.  The silence between the two is what keeps the chapters apart for
    the codec.
    """

    chapter: MasteredChapter
    start: int
    n_samples: int
    n_lasting: int

    @property
    def mark(self) -> ChapterMark:
        """Return what players show; marks leave no gap between them."""
        return ChapterMark(start=self.start, n_samples=self.n_lasting, title=self.chapter.title)


def lay_out(chapters: Sequence[MasteredChapter], coding: Coding) -> tuple[Place, ...]:
    """Return where chapters lie in a file of all of them; the last one ends with its last sample."""
    places = []
    start = 0
    for chapter in chapters:
        n_samples = scaled(chapter.n_samples, chapter.sample_rate, coding.sample_rate)
        is_last = chapter is chapters[-1]
        n_lasting = n_samples if is_last else coding.n_packets(n_samples) * coding.packet_samples
        places.append(Place(chapter=chapter, start=start, n_samples=n_samples, n_lasting=n_lasting))
        start += n_lasting
    return tuple(places)


def length(places: Sequence[Place]) -> int:
    """Return how many samples a file has."""
    return places[-1].start + places[-1].n_lasting
