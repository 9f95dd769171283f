"""SRT: blocks of a number, a line with times, and lines of text, parted by empty lines.

The format has no standard, so what files in the world look like is taken: numbers may jump, come twice or be
missing, and the empty line before a number may be missing too.  Text that belongs to no cue is refused.
"""

from collections.abc import Sequence

from batchtts.documents.subtitles.cues import Cue, Line, Notes, Script
from batchtts.documents.subtitles.times import looks_like_times, read_times

STRAY = "this text belongs to no cue"
STRAY_HINT = "An empty line ends a cue: take it out, or put a line with times before this text."


def read_srt(lines: Sequence[Line], notes: Notes) -> Script:
    """Return the cues of a file, and note what is wrong or odd in it."""
    heads = [index for index, line in enumerate(lines) if looks_like_times(line)]
    begins = [*(_begin(lines, head) for head in heads), len(lines)]
    _refuse_stray(lines[: begins[0]], notes)
    cues = []
    for head, end in zip(heads, begins[1:], strict=True):
        text, rest = _until_blank(lines[head + 1 : end])
        _refuse_stray(rest, notes)
        times = read_times(lines[head], notes, settings_follow=False)
        if times is not None:
            start_ms, end_ms = times
            cues.append(Cue(line=lines[head].number, start_ms=start_ms, end_ms=end_ms, lines=text))
    return Script(cues=tuple(cues))


def _begin(lines: Sequence[Line], head: int) -> int:
    """Return the index of the first line that belongs to the cue whose times stand at `head`: its number, if any."""
    return head - 1 if head and lines[head - 1].text.strip().isdecimal() else head


def _until_blank(lines: Sequence[Line]) -> tuple[tuple[Line, ...], Sequence[Line]]:
    """Return the lines up to the first blank one, and the others."""
    n = next((index for index, line in enumerate(lines) if line.is_blank), len(lines))
    return tuple(lines[:n]), lines[n:]


def _refuse_stray(lines: Sequence[Line], notes: Notes) -> None:
    """Complain of the first line in which something stands: what follows it has the same reason."""
    stray = next((line for line in lines if not line.is_blank), None)
    if stray is not None:
        column = len(stray.text) - len(stray.text.lstrip()) + 1
        is_number = stray.text.strip().isdecimal()
        what = f"no times follow the number {stray.text.strip()}" if is_number else STRAY
        notes.refuse(stray.number, column, what, STRAY_HINT)
