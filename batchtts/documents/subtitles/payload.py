"""What is said in a cue, and by whom: its lines without tags, cut where another begins to speak.

WebVTT has tags of its own (W3C, WebVTT 1, section 4.2.2); SRT has those that players took over from HTML and from
SubStation Alpha, such as `{\\an8}`.  A cue is cut at a voice tag (`<v Anna>`), at a line that begins with a dash if
it has several lines, and, where that is asked for, at `ANNA:` at the beginning of a line.
"""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from batchtts.documents.subtitles.cues import Cue, Line, Notes
from batchtts.model import Locator

_TOKEN = re.compile(
    r"(?P<override>\{\\[^{}]*\}|\{[A-Za-z]:[^{}]*\})"
    r"|(?P<break>\\[Nn])|(?P<space>\\h)"
    r"|(?P<time><[0-9:.]+>)"
    r"|<(?P<close>/?)(?P<tag>[A-Za-z][A-Za-z0-9]*)(?P<rest>[^<>]*)>"
    r"|(?P<entity>&(?:\#[0-9]{1,7}|\#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)"
)
_TAGS = frozenset(("b", "c", "font", "i", "lang", "rt", "ruby", "s", "span", "u", "v"))
_BREAKS = frozenset(("br", "p", "div"))
_UNSPOKEN = "rt"  # how a word is written in another script; it would be said twice
_CLASSES = re.compile(r"(?:\.[^\s.]+)*")
_DASH = re.compile(r"\s*[-\u2010-\u2015\u2212](?:\s+(?=\S)|(?=[^\s\d]))")
_NAMED = re.compile(r"\s*(?P<name>[^\W\d_](?:[^\W_]|[ .'’#&-]){0,38}):\s+")
_SPOKEN = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What one speaker says in a cue: runs of text and where they stand; the speaker may not be known."""

    speaker: str | None
    runs: tuple[tuple[str, Locator], ...]

    @property
    def n_characters(self) -> int:
        """Return how long its text is, as a measure of its time."""
        return sum(len(text) for text, _ in self.runs)


@dataclass(slots=True)
class _Open:
    """An utterance that goes on."""

    speaker: str | None = None
    runs: list[tuple[str, Locator]] = field(default_factory=list)

    def closed(self) -> Iterator[Utterance]:
        """Yield it, unless nothing is said in it."""
        if any(_SPOKEN.search(text) for text, _ in self.runs):
            yield Utterance(speaker=self.speaker, runs=tuple(self.runs))


@dataclass(slots=True)
class _Marks:
    """Where in the tags of a cue we are."""

    is_webvtt: bool
    speaker: str | None = None
    is_unspoken: bool = False


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a line without tags."""

    line: int
    text: str
    speaker: str | None
    begins_line: bool


def utterances(cue: Cue, notes: Notes, *, is_webvtt: bool, speaker_lines: bool) -> list[Utterance]:
    """Return what is said in a cue, in order; nothing if it has no letter and no digit."""
    marks = _Marks(is_webvtt)
    pieces = [piece for line in cue.lines for piece in _pieces(line, marks, notes)]
    return list(_cut(pieces, speaker_lines=speaker_lines))


def _cut(pieces: Sequence[_Piece], *, speaker_lines: bool) -> Iterator[Utterance]:
    """Cut where somebody else begins to speak."""
    has_dialogue = any(piece.begins_line and _DASH.match(piece.text) for piece in pieces[1:])
    now, tagged = _Open(), None
    for piece in pieces:
        text, speaker, turns = piece.text, piece.speaker, False
        if not text.isspace():
            turns, tagged = speaker != tagged, speaker
            if piece.begins_line and (dash := _DASH.match(text)):
                turns, text = turns or has_dialogue, text[dash.end() :]
            if speaker_lines and piece.begins_line and (named := _named(text)):
                turns, text, speaker = True, text[named.end() :], named["name"].strip()
        if turns:
            yield from now.closed()
            now = _Open(speaker)
        now.runs.append((text, Locator(line=piece.line)))
    yield from now.closed()


def _named(text: str) -> re.Match[str] | None:
    """Return where a text begins with a name in capitals and a colon, if it does."""
    found = _NAMED.match(text)
    return found if found and found["name"].isupper() else None


def _pieces(line: Line, marks: _Marks, notes: Notes) -> Iterator[_Piece]:
    """Yield the stretches of a line that are said, each by one speaker, in one line of what is shown."""
    text, begins = "", True
    for token in _tokens(line, marks, notes):
        if isinstance(token, str):
            text += token
            continue
        if text:
            yield _Piece(line.number, text + (" " if token.is_break else ""), token.before, begins)
            begins = False
        text, begins = "", begins or token.is_break
    yield _Piece(line.number, text + " ", marks.speaker, begins)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A place at which another begins to speak, or a line ends; `before` is who spoke up to there."""

    before: str | None
    is_break: bool


def _tokens(line: Line, marks: _Marks, notes: Notes) -> Iterable[str | _Turn]:
    """Yield what is said in a line, and the turns in between."""
    position = 0
    for found in _TOKEN.finditer(line.text):
        yield _said(line.text[position : found.start()], marks)
        position = found.end()
        if found["break"] or (found["tag"] or "").lower() in _BREAKS:
            yield _Turn(marks.speaker, is_break=True)
        elif found["space"]:
            yield " "
        elif found["entity"]:
            yield _said(html.unescape(found["entity"]), marks)
        elif found["tag"]:
            yield from _after_tag(found, line, marks, notes)
    yield _said(line.text[position:], marks)


def _said(text: str, marks: _Marks) -> str:
    return "" if marks.is_unspoken else text


def _after_tag(found: re.Match[str], line: Line, marks: _Marks, notes: Notes) -> Iterator[str | _Turn]:
    """Yield what a tag stands for: nothing, a turn, or itself if it is none."""
    name, opens = found["tag"].lower(), not found["close"]
    if name not in _TAGS:
        yield from _unknown(found, line, marks, notes)
    elif name == _UNSPOKEN:
        marks.is_unspoken = opens
    elif name == "v":
        yield _Turn(marks.speaker, is_break=False)
        marks.speaker = _speaker(found["rest"]) if opens else None


def _unknown(found: re.Match[str], line: Line, marks: _Marks, notes: Notes) -> Iterator[str]:
    if marks.is_webvtt:
        notes.warn(line.number, f"{found[0]} is no tag of WebVTT; it is not read", found.start() + 1)
    else:
        notes.warn(line.number, f"{found[0]} is no tag; it is read as text", found.start() + 1)
        yield _said(found[0], marks)


def _speaker(rest: str) -> str | None:
    """Return the name in a voice tag such as `<v.loud Anna Lee>`."""
    classes = _CLASSES.match(rest)
    assert classes is not None  # it matches the empty string
    return " ".join(html.unescape(rest[classes.end() :]).split()) or None
