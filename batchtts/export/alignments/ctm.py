"""CTM of NIST's scoring tools: file, channel, start, duration and word, one a line, in the order of their times.

Words have no spaces in it.  Six decimals stand for one sample only; many writers have two, which is 240
samples.
"""

from batchtts.export.alignments.chapter_files import ChapterFiles
from batchtts.export.alignments.seconds import seconds
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.export.writing import Target


class CtmWriter(ChapterFiles):
    """Writes one CTM file for each chapter, whose name without its ending is that of the file in it."""

    ending = "ctm"

    def text(self, chapter: TimedChapter) -> str:
        """Return the words of a chapter that last any time."""
        rate = chapter.sample_rate
        words = [
            (word.start, word.n_samples, self._symbol(segment, word.text))
            for segment in chapter.segments()
            for word in segment.words
            if word.n_samples
        ]
        return "".join(
            f"{chapter.slug} 1 {seconds(start, rate)} {seconds(n_samples, rate)} {symbol}\n"
            for start, n_samples, symbol in sorted(words, key=lambda word: word[0])
        )

    def _symbol(self, segment: TimedSegment, text: str) -> str:
        symbol = "_".join(text.split())
        self.note_change(segment.id, text, symbol, "spaces part the fields", field="word")
        return symbol


def open_writer(target: Target) -> CtmWriter:
    """Begin an export."""
    return CtmWriter(target)
