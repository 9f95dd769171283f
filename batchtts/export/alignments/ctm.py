"""CTM of NIST's scoring tools: file, channel, start, duration and word, one a line, in the order of their times.

Words have no spaces in it.  Six decimals stand for one sample only; many writers have two, which is 240 samples.
"""

from batchtts.export.alignments.seconds import seconds
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.export.writing import Target


class CtmWriter:
    """Writes one CTM file for each chapter, whose name without its ending is that of the file in it."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder

    def add(self, chapter: TimedChapter) -> None:
        """Write the words of a chapter that last any time."""
        rate = chapter.sample_rate
        words = [
            (word.start, word.n_samples, self._symbol(segment, word.text))
            for segment in chapter.segments()
            for word in segment.words
            if word.n_samples
        ]
        lines = [
            f"{chapter.slug} 1 {seconds(start, rate)} {seconds(n_samples, rate)} {symbol}\n"
            for start, n_samples, symbol in sorted(words, key=lambda word: word[0])
        ]
        self._folder.write(f"{chapter.slug}.ctm", "".join(lines).encode())

    def finish(self) -> None:
        """Write nothing more."""

    def _symbol(self, segment: TimedSegment, text: str) -> str:
        symbol = "_".join(text.split())
        if symbol != text:
            self._folder.note_change(
                segment.id, field="word", before=text, after=symbol, why="spaces part the fields"
            )
        return symbol


def open_writer(target: Target) -> CtmWriter:
    """Begin an export."""
    return CtmWriter(target)
