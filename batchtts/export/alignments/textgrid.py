"""Praat TextGrids, in the long form, with the tiers `words` and `phones` of the Montreal Forced Aligner.

The form is that of the manual of Praat, "TextGrid file formats".  Praat loses the label that follows an interval of no
length, and some readers refuse gaps, overlaps and line feeds, so tiers tile their chapter, and every boundary is
written in the same digits wherever it stands.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from batchtts.alignment import SILENCE, AlignmentItem, ItemKind, Level
from batchtts.export.alignments.seconds import seconds
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.export.writing import Target


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a tier; nothing is said in it if it has no label."""

    start: int
    end: int
    label: str


class TextGridWriter:
    """Writes one TextGrid for each chapter."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder

    def add(self, chapter: TimedChapter) -> None:
        """Write the TextGrid of a chapter; it has phones only where all its segments have."""
        segments = list(chapter.segments())
        tiers = {"words": list(tiled(_words(segments), chapter.n_samples))}
        if all(segment.level is Level.PHONEME for segment in segments):
            tiers["phones"] = list(tiled(_phones(segments), chapter.n_samples))
        text = "".join(_text(tiers, chapter.n_samples, chapter.sample_rate))
        self._folder.write(f"{chapter.slug}.TextGrid", text.encode())

    def finish(self) -> None:
        """Write nothing more."""


def open_writer(target: Target) -> TextGridWriter:
    """Begin an export."""
    return TextGridWriter(target)


def tiled(intervals: Iterable[Interval], n_samples: int) -> Iterator[Interval]:
    """Yield intervals that have a length, and silence wherever there is none, up to `n_samples`."""
    position = 0
    for interval in intervals:
        if interval.start > position:
            yield Interval(position, interval.start, "")
        if interval.end > interval.start:
            yield interval
            position = interval.end
    if n_samples > position:
        yield Interval(position, n_samples, "")


def _words(segments: Iterable[TimedSegment]) -> Iterator[Interval]:
    for segment in segments:
        for item in segment.words:
            yield Interval(item.start, item.end, " ".join(item.text.split()))


def _phones(segments: Iterable[TimedSegment]) -> Iterator[Interval]:
    for segment in segments:
        for item in segment.items:
            if item.kind is ItemKind.WORD:
                yield from _phones_of(item)


def _phones_of(item: AlignmentItem) -> Iterator[Interval]:
    position = item.start
    for phoneme, n_samples in zip(item.phonemes, item.phoneme_n_samples, strict=True):
        if phoneme != SILENCE:
            yield Interval(position, position + n_samples, phoneme.strip())
        position += n_samples


def _text(tiers: dict[str, list[Interval]], n_samples: int, sample_rate: int) -> Iterator[str]:
    end = seconds(n_samples, sample_rate)
    yield 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
    yield f"xmin = {seconds(0, sample_rate)}\nxmax = {end}\ntiers? <exists>\nsize = {len(tiers)}\nitem []:\n"
    for number, (name, intervals) in enumerate(tiers.items(), start=1):
        yield f'    item [{number}]:\n        class = "IntervalTier"\n        name = "{name}"\n'
        yield f"        xmin = {seconds(0, sample_rate)}\n        xmax = {end}\n"
        yield f"        intervals: size = {len(intervals)}\n"
        for index, interval in enumerate(intervals, start=1):
            label = interval.label.replace('"', '""')
            yield f"        intervals [{index}]:\n            xmin = {seconds(interval.start, sample_rate)}\n"
            yield f'            xmax = {seconds(interval.end, sample_rate)}\n            text = "{label}"\n'
