"""WebVTT: a first line that says so, then blocks parted by empty lines: cues, notes, styles and regions.

W3C, WebVTT 1 (2019), section 6.1, and for `X-TIMESTAMP-MAP` RFC 8216, section 3.5.  What browsers would pass over in silence,
text that belongs to no cue, is refused: somebody meant it to be heard.
"""

import re
from collections.abc import Iterator, Sequence

from batchtts.documents.subtitles.cues import Cue, Line, Notes, Script
from batchtts.documents.subtitles.srt import STRAY, STRAY_HINT
from batchtts.documents.subtitles.times import looks_like_times, read_times

_SIGNATURE = re.compile(r"WEBVTT(?:[ \t].*)?")
_PASSED_OVER = re.compile(r"NOTE(?:[ \t].*)?|(?:STYLE|REGION)[ \t]*")
_LANGUAGE = re.compile(r"Language:\s*([A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*)\s*")
_MAP = "X-TIMESTAMP-MAP"


def is_webvtt(text: str) -> bool:
    """Return whether a text begins as WebVTT does."""
    return text.startswith("WEBVTT")


def read_webvtt(lines: Sequence[Line], notes: Notes) -> Script:
    """Return the cues of a file, and note what is wrong or odd in it."""
    if not _SIGNATURE.fullmatch(lines[0].text):
        notes.refuse(
            1, 1, "a WebVTT file begins with a line that says WEBVTT", "If this is SRT, end its name in .srt."
        )
        return Script(cues=())
    n_header = next(
        (index for index, line in enumerate(lines) if line.is_blank or looks_like_times(line)), len(lines)
    )
    header = lines[1:n_header]
    cues = tuple(_cues(lines[n_header:], notes))
    return Script(cues=cues, language=_language(header, notes))


def _language(header: Sequence[Line], notes: Notes) -> str | None:
    """Return the language that the header names, and note what in it is of no use here."""
    language = None
    for line in header:
        if line.text.startswith(_MAP):
            what = f"{_MAP} maps the cues to the clock of a broadcast; their own times are used"
            notes.warn(line.number, what)
        elif found := _LANGUAGE.fullmatch(line.text):
            language = found[1]
    return language


def _cues(lines: Sequence[Line], notes: Notes) -> Iterator[Cue]:
    for block in _blocks(lines):
        head = next(
            index for index, line in enumerate((*block, None)) if line is None or looks_like_times(line)
        )
        if head == len(block):
            if not _PASSED_OVER.fullmatch(block[0].text):
                notes.refuse(block[0].number, 1, STRAY, f"{STRAY_HINT} A comment begins with NOTE.")
        elif head > 1:
            what = "there is more than one line before the times of this cue"
            notes.refuse(block[0].number, 1, what, "Part it from what goes before by an empty line.")
        else:
            times = read_times(block[head], notes, settings_follow=True)
            if times is not None:
                text = tuple(block[head + 1 :])
                yield Cue(line=block[head].number, start_ms=times[0], end_ms=times[1], lines=text)


def _blocks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Yield lines that no empty line parts; a line with times ends the text of the cue before it.

    A number alone on the line before such times is that of their cue, as in SRT, and nothing that is said.
    """
    block: list[Line] = []
    has_times = False
    for line in lines:
        begins = looks_like_times(line)
        if block and (line.is_blank or (begins and has_times)):
            number = [block.pop()] if begins and block[-1].text.strip().isdecimal() else []
            yield block
            block, has_times = number, False
        if not line.is_blank:
            block.append(line)
            has_times = has_times or begins
    if block:
        yield block
