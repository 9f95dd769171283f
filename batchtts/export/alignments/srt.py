"""SubRip subtitles: a number, a time in milliseconds, and one or two lines.

There is no specification and nothing can be escaped in it: what stands in angle brackets is taken for a tag
by most readers, so brackets become those that look like them, and each such change is listed.
"""

from batchtts.export.alignments.chapter_files import ChapterFiles
from batchtts.export.alignments.clocks import clock, span
from batchtts.export.alignments.cues import Cue
from batchtts.export.alignments.subtitled import SEGMENT, cues_of
from batchtts.export.timed import TimedChapter
from batchtts.export.writing import Target

_LIKE = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")"})


class SrtWriter(ChapterFiles):
    """Writes one SRT file for each chapter."""

    ending = "srt"

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._form = str(target.options["cues"])

    def text(self, chapter: TimedChapter) -> str:
        """Return the subtitles of a chapter."""
        cues = cues_of(chapter, self._form)
        blocks = [self._block(number, cue, chapter.sample_rate) for number, cue in enumerate(cues, start=1)]
        return "\n".join(blocks)

    def _block(self, number: int, cue: Cue, sample_rate: int) -> str:
        start, end = span(cue.start, cue.end, sample_rate, 1000)
        text = cue.text if self._form == SEGMENT else "\n".join(cue.lines)
        shown = text.translate(_LIKE)
        self.note_change(cue.segment.id, text, shown, "brackets are taken for tags")
        return f"{number}\n{clock(start, ',')} --> {clock(end, ',')}\n{shown}\n"


def open_writer(target: Target) -> SrtWriter:
    """Begin an export."""
    return SrtWriter(target)
