"""The line of a cue that says when it is shown: `00:01:02,500 --> 00:01:04,000`, and all that follows it.

SRT has no standard; what players take is taken here.  WebVTT: W3C, WebVTT 1 (2019), section 4.1: hours may be
left out, a full stop goes before the milliseconds, and settings of the cue may follow.
"""

import re
from dataclasses import dataclass

from batchtts.documents.subtitles.cues import Line, Notes

ARROW = "-->"
FORM = "Times are written as in 00:01:02,500 --> 00:01:04,000."

MOST_MS = 24 * 3600 * 1000
"""The longest track: a day."""

_TIME = re.compile(
    r"\s*(?P<sign>[-−]?)(?:(?P<hours>[0-9]{1,4}):)?(?P<minutes>[0-9]{1,3}):(?P<seconds>[0-9]{1,3})"
    r"(?P<rest>[.,:;][0-9]*)?(?=\s|-->|$)\s*"
)
_SRT_EXTRAS = re.compile(r"(?:[A-Za-z][A-Za-z0-9]*:\S+(?:\s+|$))*")
_MS_DIGITS = 3


@dataclass(frozen=True, slots=True)
class _Time:
    ms: int
    column: int


def looks_like_times(line: Line) -> bool:
    """Return whether a line is meant to say when a cue is shown."""
    return ARROW in line.text


def read_times(line: Line, notes: Notes, *, settings_follow: bool) -> tuple[int, int] | None:
    """Return start and end in milliseconds; None if what the line says is wrong, which is noted.

    What follows the times is passed over: in WebVTT (`settings_follow`) whatever it is, in SRT coordinates only.
    """
    start = _read_time(line, 0, notes)
    if start is None:
        return None
    time, position = start
    if not line.text.startswith(ARROW, position):
        notes.refuse(line.number, position + 1, f"{ARROW} belongs here, between two times", FORM)
        return None
    end = _read_time(line, position + len(ARROW), notes)
    if end is None:
        return None
    until, position = end
    if not settings_follow and not _SRT_EXTRAS.fullmatch(line.text, position):
        what = f"there is {line.text[position:].strip()!r} after the times"
        notes.refuse(line.number, position + 1, what, "The text of a cue begins on the next line.")
        return None
    return _in_order(line, time, until, notes)


def _in_order(line: Line, start: _Time, end: _Time, notes: Notes) -> tuple[int, int] | None:
    if end.ms < start.ms:
        what = f"the cue ends {(start.ms - end.ms) / 1000:g} s before it starts"
        notes.refuse(line.number, end.column, what, "Were the two times exchanged?")
        return None
    return start.ms, end.ms


def _read_time(line: Line, position: int, notes: Notes) -> tuple[_Time, int] | None:
    """Return the time at a position, and where what follows it begins."""
    found = _TIME.match(line.text, position)
    if found is None:
        column = position + len(line.text[position:]) - len(line.text[position:].lstrip()) + 1
        notes.refuse(line.number, column, "this is no time", FORM)
        return None
    column = found.start("sign") + 1
    if complaint := _complaint(found):
        notes.refuse(line.number, column, *complaint)
        return None
    rest = found["rest"] or ""
    if not rest:
        notes.warn(line.number, "a time has no milliseconds; they are taken to be 000", column)
    ms = int(rest[1:] or 0) + 1000 * _seconds(found)
    if ms > MOST_MS:
        notes.refuse(
            line.number, column, "this time is more than a day away", "A track has 24 hours at most."
        )
        return None
    return _Time(ms, column), found.end()


def _seconds(found: re.Match[str]) -> int:
    return (int(found["hours"] or 0) * 60 + int(found["minutes"])) * 60 + int(found["seconds"])


def _complaint(found: re.Match[str]) -> tuple[str, str] | None:
    """Return what is wrong with a time that has the form of one, and a hint."""
    if found["sign"]:
        return "a time is negative", "Shift all cues, so that none begins before the film does."
    for unit in ("minutes", "seconds"):
        if int(found[unit]) >= 60:
            return f"a time has {int(found[unit])} {unit}", FORM
    rest = found["rest"]
    if rest is None:
        return None
    if rest[0] not in ".,":
        return f"there is {rest[0]!r} before the milliseconds", "Write a comma or a full stop there."
    if len(rest) - 1 != _MS_DIGITS:
        what = f"{len(rest) - 1} digits for the milliseconds can be understood in two ways"
        return what, "Write three: ,500 is half a second and ,005 five milliseconds."
    return None
