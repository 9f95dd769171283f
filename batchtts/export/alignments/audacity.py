"""Labels as Audacity imports them: start, end and text, parted by tabs, in seconds with six decimals.

The form is that of Audacity's manual, "Importing and Exporting Labels".
"""

from collections.abc import Iterable, Iterator

from batchtts.export.alignments.chapter_files import ChapterFiles
from batchtts.export.alignments.seconds import seconds
from batchtts.export.alignments.textgrid import phones_of
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.export.writing import Target

Label = tuple[int, int, str]
"""From which sample, to which, and the text."""


class AudacityWriter(ChapterFiles):
    """Writes one track of labels for each chapter."""

    ending = "txt"

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._labels = _LABELS[str(target.options["labels"])]

    def text(self, chapter: TimedChapter) -> str:
        """Return the labels of a chapter."""
        rate = chapter.sample_rate
        return "".join(
            f"{seconds(start, rate)}\t{seconds(end, rate)}\t{' '.join(text.split())}\n"
            for start, end, text in self._labels(chapter.segments())
            if end > start
        )


def _words(segments: Iterable[TimedSegment]) -> Iterator[Label]:
    for segment in segments:
        yield from ((word.start, word.end, word.text) for word in segment.words)


def _segments(segments: Iterable[TimedSegment]) -> Iterator[Label]:
    for segment in segments:
        yield (*segment.speech, segment.text)


def _phones(segments: Iterable[TimedSegment]) -> Iterator[Label]:
    for segment in segments:
        for word in segment.words:
            yield from ((phone.start, phone.end, phone.label) for phone in phones_of(word))


_LABELS = {"words": _words, "segments": _segments, "phones": _phones}


def open_writer(target: Target) -> AudacityWriter:
    """Begin an export."""
    return AudacityWriter(target)
