"""WebVTT subtitles (W3C, WebVTT: The Web Video Text Tracks Format), whose cues may tell when each word is spoken.

The time stamps in a cue have to grow and to lie inside of it; `&`, `<` and `>` are escaped.
"""

from collections.abc import Iterator

from batchtts.export.alignments.chapter_files import ChapterFiles
from batchtts.export.alignments.clocks import clock, span, units
from batchtts.export.alignments.cues import Cue
from batchtts.export.alignments.subtitled import PEOPLE, WORDS, cues_of
from batchtts.export.timed import TimedChapter
from batchtts.export.writing import Target

_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


class WebVttWriter(ChapterFiles):
    """Writes one WebVTT file for each chapter."""

    ending = "vtt"

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._form = str(target.options["cues"])
        self._note = " ".join(target.corpus.synthetic.replace("-->", "->").split())

    def text(self, chapter: TimedChapter) -> str:
        """Return the subtitles of a chapter."""
        blocks = ["WEBVTT\n", f"NOTE {self._note}\n"]
        blocks += [self._block(cue, chapter.sample_rate) for cue in cues_of(chapter, self._form)]
        return "\n".join(blocks)

    def _block(self, cue: Cue, sample_rate: int) -> str:
        start, end = span(cue.start, cue.end, sample_rate, 1000)
        if self._form == WORDS and cue.words:
            text = "".join(_stamped(cue, start, end, sample_rate))
        else:
            text = ("\n".join(cue.lines) if self._form == PEOPLE else cue.text).translate(_ESCAPED)
        return f"{clock(start, '.')} --> {clock(end, '.')}\n{text}\n"


def _stamped(cue: Cue, start: int, end: int, sample_rate: int) -> Iterator[str]:
    """Yield the text of a cue with the time before each word, but for those that would not come after the one before."""
    text, position, latest = cue.segment.text, cue.char[0], start
    for word in cue.words:
        yield _one_line(text[position : word.char[0]])
        position = word.char[1]
        at = units(word.start, sample_rate, 1000)
        shown = f"<c>{word.text.translate(_ESCAPED)}</c>"
        if latest < at < end:
            latest = at
            shown = f"<{clock(at, '.')}>{shown}"
        yield shown
    yield _one_line(text[position : cue.char[1]])


def _one_line(text: str) -> str:
    return text.translate(_ESCAPED).replace("\n", " ").replace("\r", " ")


def open_writer(target: Target) -> WebVttWriter:
    """Begin an export."""
    return WebVttWriter(target)
