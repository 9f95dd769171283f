"""Cues of subtitles: what is shown at once, from when to when, and how it is broken into lines.

Cues for people have at most two lines of 42 columns and last from 0.8 to 7 seconds, as the guides of
broadcasters have it (BBC Subtitle Guidelines 1.2; Netflix Timed Text Style Guide).  They are cut between
words, best where a clause ends, by the least sum of penalties over all ways to cut a segment.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from batchtts.alignment import AlignmentItem
from batchtts.export.timed import TimedSegment

MOST_COLUMNS = 42
MOST_SECONDS = 7.0
LEAST_SECONDS = 0.8
_LINGER_SECONDS = 0.4
"""For how long a cue stays after its last word where nothing follows: who reads needs a moment longer than who speaks."""

_EACH_CUE = 100.0
_NO_PUNCTUATION = 40.0
_CLAUSE = 10.0
_TOO_SHORT = 60.0
_ENDS_SENTENCE = frozenset(".!?…。！？")
_ENDS_CLAUSE = frozenset(",;:—–，、；：")
_SPACES = re.compile(r"\s+")
_CLOSING = frozenset("\"'”’»)]}」』")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """What is shown at once: the text between two offsets of a segment, from sample `start` to sample `end`.

    `words` are those that are spoken meanwhile; there are none where their times are not known.
    """

    segment: TimedSegment
    char: tuple[int, int]
    start: int
    end: int
    words: tuple[AlignmentItem, ...]

    @property
    def text(self) -> str:
        """Return what is shown, in one line."""
        return " ".join(self.segment.text[self.char[0] : self.char[1]].split())

    @property
    def parts(self) -> list[str]:
        """Return the text in as many parts as there are words, each with what is around it up to the next one."""
        text, (first, last) = self.segment.text, self.char
        edges = [first, *word_edges(text, self.words)[1:-1], last]
        parts = [_SPACES.sub(" ", text[start:end]) for start, end in pairwise(edges)] if self.words else []
        return [*parts[:-1], *(part.rstrip() for part in parts[-1:])]

    @property
    def lines(self) -> list[str]:
        """Return what is shown, in one line or two."""
        return broken(self.text)


def one_each(segments: Iterable[TimedSegment]) -> Iterator[Cue]:
    """Yield one cue for each segment, as long as it is spoken."""
    for segment in segments:
        start, end = segment.speech
        yield Cue(segment=segment, char=(0, len(segment.text)), start=start, end=end, words=segment.words)


def for_people(segments: Sequence[TimedSegment], sample_rate: int) -> list[Cue]:
    """Return cues that can be read, in the order in which they begin."""
    cues = sorted(
        (cue for segment in segments for cue in _cut(segment, sample_rate)),
        key=lambda cue: (cue.start, cue.end),
    )
    following = [*(cue.start for cue in cues[1:]), None]
    return [_lingering(cue, after, sample_rate) for cue, after in zip(cues, following, strict=False)]


def _lingering(cue: Cue, following: int | None, sample_rate: int) -> Cue:
    """Return a cue that stays for a moment, and at least as long as a glance takes, but not into the next."""
    wanted = max(
        cue.end + round(_LINGER_SECONDS * sample_rate), cue.start + round(LEAST_SECONDS * sample_rate)
    )
    latest = cue.start + round(MOST_SECONDS * sample_rate)
    if following is not None:
        latest = min(latest, following)
    return replace(cue, end=max(cue.end, min(wanted, latest)))


def _cut(segment: TimedSegment, sample_rate: int) -> Iterator[Cue]:
    words = [word for word in segment.words if word.n_samples]
    if not words:
        yield from one_each([segment])
        return
    edges = word_edges(segment.text, words)
    first = 0
    for last in _ends(segment.text, words, edges, sample_rate):
        yield Cue(
            segment=segment,
            char=(edges[first], edges[last]),
            start=words[first].start,
            end=words[last - 1].end,
            words=tuple(words[first:last]),
        )
        first = last


def word_edges(text: str, words: Sequence[AlignmentItem]) -> list[int]:
    """Return where the text may be cut: before each word with what opens it, and at both ends."""
    edges = [0]
    for before, word in pairwise(words):
        first, last = before.char[1], word.char[0]
        spaces = [index for index in range(first, last) if text[index].isspace()]
        edges.append(spaces[-1] + 1 if spaces else last)
    return [*edges, len(text)]


def _ends(text: str, words: Sequence[AlignmentItem], edges: Sequence[int], sample_rate: int) -> list[int]:
    """Return the numbers of the words before which the text is cut, and their count: the cheapest way to cut it."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for last in range(1, len(words) + 1):
        options = []
        for first in range(last - 1, -1, -1):
            seconds = (words[last - 1].end - words[first].start) / sample_rate
            shown = text[edges[first] : edges[last]]
            if last - first > 1 and (seconds > MOST_SECONDS or not _fits(shown)):
                break
            options.append((best[first][0] + _price(shown, seconds, is_last=last == len(words)), first))
        best.append(min(options))
    ends, last = [len(words)], best[-1][1]
    while last:
        ends.append(last)
        last = best[last][1]
    return ends[::-1]


def _price(shown: str, seconds: float, *, is_last: bool) -> float:
    """Return how much is wrong with a cue."""
    end = shown.rstrip().rstrip("".join(_CLOSING))[-1:]
    price = _EACH_CUE + (_TOO_SHORT if seconds < LEAST_SECONDS else 0.0)
    if is_last or end in _ENDS_SENTENCE:
        return price
    return price + (_CLAUSE if end in _ENDS_CLAUSE else _NO_PUNCTUATION)


def _fits(text: str) -> bool:
    shown = " ".join(text.split())
    if columns(shown) > 2 * MOST_COLUMNS + 1:  # the space between two lines is in none
        return False
    return all(columns(line) <= MOST_COLUMNS for line in broken(shown))


def broken(text: str) -> list[str]:
    """Return a text in one line if it fits, else in two about as long, cut at a space, best after punctuation.

    There is one space at most between two words of it, and none at its ends.
    """
    widths = _widths(text)
    if widths[-1] <= MOST_COLUMNS:
        return [text]
    cuts = [index for index, character in enumerate(text) if character == " "]
    if not cuts:
        cuts = [index for index, character in enumerate(text) if index and _is_wide(character)]
    if not cuts:
        return [text]
    index = min(cuts, key=lambda cut: (_unbalance(text, widths, cut), cut))
    return [text[:index], text[index:].lstrip()]


def _unbalance(text: str, widths: Sequence[int], cut: int) -> float:
    """Return how bad it is to break a text here."""
    above, below = widths[cut], widths[-1] - widths[cut] - (text[cut] == " ")
    beyond = max(above - MOST_COLUMNS, 0) + max(below - MOST_COLUMNS, 0)
    is_clause = text[cut - 1] in _ENDS_SENTENCE | _ENDS_CLAUSE
    return 1000 * beyond + abs(above - below) - (12 if is_clause else 0)


def columns(text: str) -> int:
    """Return how many columns a text takes: wide characters, such as those of Chinese, take two, accents none."""
    return _widths(text)[-1]


def _widths(text: str) -> Sequence[int]:
    """Return how many columns are before each character, and in the whole text."""
    if text.isascii():
        return range(len(text) + 1)
    return list(accumulate(map(_width, text), initial=0))


def _width(character: str) -> int:
    if character.isascii():
        return 1
    return 0 if unicodedata.combining(character) else 2 if _is_wide(character) else 1


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"
