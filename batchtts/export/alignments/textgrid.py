"""Praat TextGrids, in the long form, with the tiers `words` and `phones` of the Montreal Forced Aligner.

The form is that of the manual of Praat, "TextGrid file formats".  Praat loses the label that follows an
interval of no length, and some readers refuse gaps, overlaps and line feeds, so tiers tile their chapter, and
every boundary is written in the same digits wherever it stands.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from batchtts.alignment import SILENCE, AlignmentItem, Level
from batchtts.export.alignments.chapter_files import ChapterFiles
from batchtts.export.alignments.seconds import seconds
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.export.writing import Target


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of a tier; nothing is said in it if it has no label."""

    start: int
    end: int
    label: str


class TextGridWriter(ChapterFiles):
    """Writes one TextGrid for each chapter."""

    ending = "TextGrid"

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._is_short = target.options["form"] == "short"
        self._has_utterances = target.options["utterances"] == "yes"

    def text(self, chapter: TimedChapter) -> str:
        """Return the TextGrid of a chapter."""
        tiers = tiers_of(list(chapter.segments()), chapter.n_samples, utterances=self._has_utterances)
        return textgrid(tiers, chapter.n_samples, chapter.sample_rate, short=self._is_short)


def open_writer(target: Target) -> TextGridWriter:
    """Begin an export."""
    return TextGridWriter(target)


def tiled(intervals: Iterable[Interval], n_samples: int) -> Iterator[Interval]:
    """Yield intervals that have a length, and silence wherever there is none, up to `n_samples`."""
    position = 0
    for interval in intervals:
        if interval.end == interval.start:
            continue
        if interval.start > position:
            yield Interval(position, interval.start, "")
        yield interval
        position = interval.end
    if n_samples > position:
        yield Interval(position, n_samples, "")


def tiers_of(
    segments: Sequence[TimedSegment], n_samples: int, *, utterances: bool = False
) -> dict[str, list[Interval]]:
    """Return the tiers by name; where several speak, each has tiers of their own, since they may speak at once.

    So may one voice in a dub: what overlaps is in tiers such as `anna 2 - words` then.  There are phones only
    where all of them are known.
    """
    lanes = {
        f"{speaker} {number}" if number > 1 else speaker: lane
        for speaker in dict.fromkeys(segment.speaker for segment in segments)
        for number, lane in enumerate(_lanes(each for each in segments if each.speaker == speaker), start=1)
    }
    has_phones = all(segment.alignment.level is Level.PHONEME for segment in segments)
    tiers: dict[str, list[Interval]] = {}
    for name, own in lanes.items():
        prefix = f"{name} - " if len(lanes) > 1 else ""
        kinds = {"utterances": _utterances(own)} if utterances else {}
        kinds["words"] = _words(own)
        if has_phones:
            kinds["phones"] = _phones(own)
        tiers |= {f"{prefix}{kind}": list(tiled(each, n_samples)) for kind, each in kinds.items()}
    return tiers


def _lanes(segments: Iterable[TimedSegment]) -> list[list[TimedSegment]]:
    """Return segments in as many rows as it takes that none overlaps the one before it."""
    lanes: list[list[TimedSegment]] = []
    for segment in segments:
        free = (lane for lane in lanes if lane[-1].speech[1] <= segment.speech[0])
        if (lane := next(free, None)) is None:
            lanes.append([segment])
        else:
            lane.append(segment)
    return lanes


def _utterances(segments: Iterable[TimedSegment]) -> Iterator[Interval]:
    for segment in segments:
        yield Interval(*segment.speech, " ".join(segment.text.split()))


def _words(segments: Iterable[TimedSegment]) -> Iterator[Interval]:
    for segment in segments:
        for item in segment.words:
            yield Interval(item.start, item.end, " ".join(item.text.split()))


def _phones(segments: Iterable[TimedSegment]) -> Iterator[Interval]:
    for segment in segments:
        for item in segment.words:
            yield from phones_of(item)


def phones_of(word: AlignmentItem) -> Iterator[Interval]:
    """Yield the phonemes of a word; there are none where they are not known."""
    position = word.start
    for phoneme, n_samples in zip(word.phonemes, word.phoneme_n_samples, strict=True):
        if phoneme != SILENCE:
            yield Interval(position, position + n_samples, phoneme.strip())
        position += n_samples


def textgrid(
    tiers: Mapping[str, Sequence[Interval]], n_samples: int, sample_rate: int, *, short: bool = False
) -> str:
    """Return the file; `short` leaves out all that only people read."""
    lines = _short(tiers, n_samples, sample_rate) if short else _long(tiers, n_samples, sample_rate)
    return 'File type = "ooTextFile"\nObject class = "TextGrid"\n\n' + "".join(lines)


def _short(tiers: Mapping[str, Sequence[Interval]], n_samples: int, sample_rate: int) -> Iterator[str]:
    begin, end = seconds(0, sample_rate), seconds(n_samples, sample_rate)
    yield f"{begin}\n{end}\n<exists>\n{len(tiers)}\n"
    for name, intervals in tiers.items():
        yield f'"IntervalTier"\n{_quoted(name)}\n{begin}\n{end}\n{len(intervals)}\n'
        for each in intervals:
            yield f"{seconds(each.start, sample_rate)}\n{seconds(each.end, sample_rate)}\n{_quoted(each.label)}\n"


def _long(tiers: Mapping[str, Sequence[Interval]], n_samples: int, sample_rate: int) -> Iterator[str]:
    begin, end = seconds(0, sample_rate), seconds(n_samples, sample_rate)
    yield f"xmin = {begin}\nxmax = {end}\ntiers? <exists>\nsize = {len(tiers)}\nitem []:\n"
    for number, (name, intervals) in enumerate(tiers.items(), start=1):
        yield f'    item [{number}]:\n        class = "IntervalTier"\n        name = {_quoted(name)}\n'
        yield f"        xmin = {begin}\n        xmax = {end}\n        intervals: size = {len(intervals)}\n"
        for index, each in enumerate(intervals, start=1):
            yield f"        intervals [{index}]:\n            xmin = {seconds(each.start, sample_rate)}\n"
            yield f"            xmax = {seconds(each.end, sample_rate)}\n            text = {_quoted(each.label)}\n"


def _quoted(label: str) -> str:
    return '"' + label.replace('"', '""') + '"'
