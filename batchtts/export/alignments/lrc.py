"""Enhanced LRC: lines of lyrics with the time of the line in square brackets, and of each word in angle ones.

Times are in hundredths of a second, and minutes as many as it takes.  Each is rounded by itself, so no error
adds up.
"""

from collections.abc import Iterator

from batchtts.export.alignments.chapter_files import ChapterFiles
from batchtts.export.alignments.clocks import units
from batchtts.export.alignments.cues import Cue
from batchtts.export.alignments.subtitled import PEOPLE, cues_of
from batchtts.export.timed import TimedChapter
from batchtts.export.writing import Target

_LIKE = str.maketrans({"<": "‹", ">": "›", "[": "(", "]": ")"})


class LrcWriter(ChapterFiles):
    """Writes one LRC file for each chapter."""

    ending = "lrc"

    def text(self, chapter: TimedChapter) -> str:
        """Return the lines of a chapter, which are as long as people can read at once."""
        rate, corpus = chapter.sample_rate, self.target.corpus
        head = {
            "ti": chapter.title,
            "al": corpus.title,
            "ar": corpus.metadata.author or "",
            "by": corpus.synthetic,
            "length": _clock(units(chapter.n_samples, rate, 100)),
        }
        lines = [
            f"[{name}:{' '.join(value.translate(_LIKE).split())}]\n" for name, value in head.items() if value
        ]
        for cue in cues_of(chapter, PEOPLE):
            text = "".join(self._words(cue, rate))
            lines.append(f"[{_clock(units(cue.start, rate, 100))}]{text}\n")
        return "".join(lines)

    def _words(self, cue: Cue, sample_rate: int) -> Iterator[str]:
        """Yield the words of a line, each after its time, with what is around it up to the next one."""
        shown = cue.text.translate(_LIKE)
        self.note_change(cue.segment.id, cue.text, shown, "brackets are taken for times")
        for word, part in zip(cue.words, cue.parts, strict=True):
            yield f"<{_clock(units(word.start, sample_rate, 100))}>{part.translate(_LIKE)}"
        if cue.words:
            yield f"<{_clock(units(cue.words[-1].end, sample_rate, 100))}>"
        else:
            yield shown


def _clock(hundredths: int) -> str:
    seconds, rest = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes:02}:{seconds:02}.{rest:02}"


def open_writer(target: Target) -> LrcWriter:
    """Begin an export."""
    return LrcWriter(target)
