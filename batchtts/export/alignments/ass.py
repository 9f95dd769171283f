"""Advanced SubStation Alpha with karaoke: words light up as they are spoken.

The form is that of the specification of ASS tags of libass and Aegisub.  `\\k` counts hundredths of a second
from one word to the next; each is the difference of two rounded times, so that a line never drifts.
"""

from collections.abc import Iterator

from batchtts.export.alignments.chapter_files import ChapterFiles
from batchtts.export.alignments.clocks import span, units
from batchtts.export.alignments.cues import Cue
from batchtts.export.alignments.subtitled import PEOPLE, cues_of
from batchtts.export.timed import TimedChapter
from batchtts.export.writing import Target

_LIKE = str.maketrans({"{": "(", "}": ")", "\\": "/"})
_HEAD = """\
[Script Info]
; {note}
Title: {title}
ScriptType: v4.00+
WrapStyle: 0
ScaledBorderAndShadow: yes
PlayResX: 1920
PlayResY: 1080

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,64,&H0000D7FF,&H00FFFFFF,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,3,1,2,120,120,80,1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


class AssWriter(ChapterFiles):
    """Writes one ASS file for each chapter."""

    ending = "ass"

    def text(self, chapter: TimedChapter) -> str:
        """Return the cues of a chapter."""
        note = self.target.corpus.synthetic
        lines = [_HEAD.format(note=note, title=" ".join(chapter.title.split()))]
        for cue in cues_of(chapter, PEOPLE):
            start, end = span(cue.start, cue.end, chapter.sample_rate, 100)
            speaker = cue.segment.speaker.replace(",", " ")
            text = "".join(self._words(cue, start, chapter.sample_rate))
            lines.append(f"Dialogue: 0,{_clock(start)},{_clock(end)},Default,{speaker},0,0,0,,{text}\n")
        return "".join(lines)

    def _words(self, cue: Cue, start: int, sample_rate: int) -> Iterator[str]:
        shown = cue.text.translate(_LIKE)
        self.note_change(cue.segment.id, cue.text, shown, "braces are taken for tags")
        if not cue.words:
            yield shown
            return
        starts = [units(word.start, sample_rate, 100) for word in cue.words]
        ends = [*starts[1:], units(cue.words[-1].end, sample_rate, 100)]
        before = start
        for end, part in zip(ends, cue.parts, strict=True):
            yield f"{{\\k{max(end - before, 0)}}}{part.translate(_LIKE)}"
            before = max(end, before)


def _clock(hundredths: int) -> str:
    seconds, rest = divmod(hundredths, 100)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}.{rest:02}"


def open_writer(target: Target) -> AssWriter:
    """Begin an export."""
    return AssWriter(target)
