"""The words of a text as they are written, and what stands between them.

A word is a run of characters that are neither spaces nor dashes, from its first letter or digit to its
last; quotes, brackets and other punctuation at its edges stand beside it.  Apostrophes and hyphens inside
belong to it, and so do the signs that change how a number is read: `$5`, `50%`, `-3`, `#1`.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_DASHES = r"[—―⸺⸻]+|(?<!\d)[‒–]+|[‒–]+(?!\d)|-{2,}"
_ELLIPSES = r"(?<=\w)(?:…+|\.{2,})(?=\w)"
_LINK = r"\]\("
PARTING = re.compile(rf"\s+|{_DASHES}|{_ELLIPSES}|{_LINK}")
"""What ends a word.  A dash between digits does not: it is a range of numbers."""

LONE_SIGNS = frozenset("&+=@%<>×÷±§")
"""Signs that are read aloud where they stand alone."""

_SIGNS_BEFORE = "$£€¥₹₩#§-−+±"
_SIGNS_AFTER = "%°¢′″"


@dataclass(frozen=True, slots=True)
class Word:
    """A word at the characters `start` to `end` of its text; `is_sign` where it has no letter or digit."""

    text: str
    start: int
    end: int
    is_sign: bool = False


def find_words(text: str) -> list[Word]:
    """Return the words of a text, in order."""
    return list(_words(text))


def has_word(text: str) -> bool:
    """Return whether a text has a word, without looking at all of it."""
    return next(_words(text), None) is not None


def gaps(text: str, words: Sequence[Word]) -> list[str]:
    """Return what stands before each word and, last, what stands behind them all."""
    starts = [0, *(word.end for word in words)]
    ends = [*(word.start for word in words), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _words(text: str) -> Iterator[Word]:
    for start, end in _runs(text):
        run = text[start:end]
        # Most words have nothing at their edges, so that nobody needs to look at each of their characters.
        word = Word(run, start, end) if run.isalnum() else _word(text, start, end)
        if word is not None:
            yield word


def _runs(text: str) -> Iterator[tuple[int, int]]:
    """Yield the stretches between what parts words."""
    position = 0
    for parting in PARTING.finditer(text):
        if parting.start() > position:
            yield position, parting.start()
        position = parting.end()
    if position < len(text):
        yield position, len(text)


def _word(text: str, start: int, end: int) -> Word | None:
    if end - start == 1 and text[start] in LONE_SIGNS:
        return Word(text[start:end], start, end, is_sign=True)
    inside = [index for index in range(start, end) if text[index].isalnum()]
    if not inside:
        return None
    first, last = inside[0], inside[-1] + 1
    while first > start and _belongs_before(text[first - 1], text[first]):
        first -= 1
    while last < end and _belongs_after(text[last]):
        last += 1
    return Word(text[first:last], first, last)


def _belongs_before(sign: str, following: str) -> bool:
    return sign in _SIGNS_BEFORE and (following.isdigit() or following in _SIGNS_BEFORE)


def _belongs_after(sign: str) -> bool:
    # Scripts such as Devanagari end words in marks, which are neither letters nor digits.
    return sign in _SIGNS_AFTER or unicodedata.category(sign).startswith("M")
