"""What is spoken when in a chapter, read from the files beside its master one segment after another."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from batchtts import alignment as alignments
from batchtts.alignment import Alignment, AlignmentItem
from batchtts.model import Locator


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedSegment:
    """A segment as it is heard in its chapter, from sample `start` on, for `n_samples`.

    The items of its alignment tile that stretch; their times count from the beginning of the chapter.

    `gap_after` counts the samples up to the next one, `boundary` says what follows it: a segment of the same
    paragraph, a paragraph and so on.  `char` is its half-open range of code points in the text of its document.
    """

    id: str
    text: str
    speaker: str
    start: int
    n_samples: int
    gap_after: int
    boundary: str
    alignment: Alignment
    locator: Locator
    char: tuple[int, int]

    @property
    def end(self) -> int:
        """Return the sample after its last one."""
        return self.start + self.n_samples

    @property
    def words(self) -> tuple[AlignmentItem, ...]:
        """Return the items in which something is said."""
        return self.alignment.words

    @property
    def speech(self) -> tuple[int, int]:
        """Return the samples from the first word's beginning to the last one's end; all, if no word is known."""
        words = self.words
        return (words[0].start, words[-1].end) if words else (self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedChapter:
    """A chapter and its master; `timeline` and `records` are the files that tell what is spoken when in it."""

    id: str
    number: int
    title: str
    slug: str
    document: str
    language: str
    sample_rate: int
    n_samples: int
    audio: Path
    timeline: Path
    records: Path

    def segments(self) -> Iterator[TimedSegment]:
        """Yield the segments, in the order in which they are heard."""
        timeline = json.loads(self.timeline.read_bytes())["timeline"]
        with self.records.open("rb") as lines:
            for entry, line in zip(timeline, lines, strict=True):
                yield _timed(entry, json.loads(line))


def _timed(entry: Mapping[str, Any], record: Mapping[str, Any]) -> TimedSegment:
    alignment = alignments.from_json(record["alignment"])
    start, n_samples, lead = entry["start"], entry["num_samples"], entry["trim"][0]
    source = record["source"]
    return TimedSegment(
        id=record["id"],
        text=record["text"],
        speaker=record["speaker"]["id"],
        start=start,
        n_samples=n_samples,
        gap_after=entry["gap_after"],
        boundary=entry["boundary"],
        alignment=replace(alignment, items=heard(alignment, lead, lead + n_samples, at=start)),
        locator=Locator(**source["locator"]),
        char=(source["char"][0], source["char"][1]),
    )


def heard(alignment: Alignment, first: int, last: int, *, at: int) -> tuple[AlignmentItem, ...]:
    """Return the items of a recording as they are when only its samples `first` to `last` are heard, from `at` on."""
    return tuple(
        _cut(item, first, last, at)
        for item in alignment.items
        if (item.end > first and item.start < last) or first <= item.start == item.end <= last
    )


def _cut(item: AlignmentItem, first: int, last: int, at: int) -> AlignmentItem:
    start, end = max(item.start, first), min(item.end, last)
    return replace(
        item,
        start=at + start - first,
        n_samples=end - start,
        phoneme_n_samples=tuple(_cut_phonemes(item, start, end)),
    )


def _cut_phonemes(item: AlignmentItem, first: int, last: int) -> Iterator[int]:
    position = item.start
    for n_samples in item.phoneme_n_samples:
        yield max(0, min(position + n_samples, last) - max(position, first))
        position += n_samples
