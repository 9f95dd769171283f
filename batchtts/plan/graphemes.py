"""Where text may be cut without tearing apart what a reader sees as one character.

A reading of the rules of Unicode Standard Annex 29 (extended grapheme clusters) with the properties that the
standard library knows.  Where those are too coarse, two characters rather stay together than part.
"""

import unicodedata

_ZERO_WIDTH_JOINER = "\u200d"
_VIRAMA = 9  # canonical combining class of the signs that join Indic consonants
_JOINING_CATEGORIES = frozenset({"Mn", "Me", "Mc"})
_JOINING = frozenset(
    "\u200c\u200d\u0e33\u0eb3\uff9e\uff9f"
)  # joiners, vowels that are letters, voicing marks
_PREPENDED = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\u0d4e"
    "\U000110bd\U000110cd\U000111c2\U000111c3\U000113d1\U0001193f\U00011941\U00011a3a"
    "\U00011a84\U00011a85\U00011a86\U00011a87\U00011a88\U00011a89\U00011d46\U00011f02"
)


def is_boundary(text: str, at: int, *, start: int = 0) -> bool:
    """Return whether `text` may be cut before the character at `at`; `start` is a boundary before it.

    Looks back no further than `start`, and that far only within a row of flags.
    """
    if at <= start or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if before < "\u0300" and after < "\u0300":
        return not (before == "\r" and after == "\n")
    if _extends(after) or _reaches_forward(before):
        return False
    if _is_regional_indicator(after):
        return _n_regional_indicators(text, start, at) % 2 == 0
    return not _hangul_joins(before, after)


def last_boundary(text: str, start: int, end: int) -> int:
    """Return the last boundary after `start` and up to `end`, or `end` if one character fills that stretch."""
    return next((at for at in range(end, start, -1) if is_boundary(text, at, start=start)), end)


def _extends(char: str) -> bool:
    """Return whether `char` belongs to whatever stands before it."""
    return (
        char in _JOINING
        or unicodedata.category(char) in _JOINING_CATEGORIES
        or "\U0001f3fb" <= char <= "\U0001f3ff"  # skin tones
        or "\U000e0020" <= char <= "\U000e007f"  # tags, as in the flag of Scotland
    )


def _reaches_forward(char: str) -> bool:
    """Return whether whatever follows `char` belongs to it."""
    return char == _ZERO_WIDTH_JOINER or char in _PREPENDED or unicodedata.combining(char) == _VIRAMA


def _is_regional_indicator(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _n_regional_indicators(text: str, start: int, end: int) -> int:
    """Return how many regional indicators stand in a row just before `end`."""
    at = end
    while at > start and _is_regional_indicator(text[at - 1]):
        at -= 1
    return end - at


def _hangul_joins(before: str, after: str) -> bool:
    """Return whether two Hangul characters are parts of one syllable block."""
    first, second = _hangul_type(before), _hangul_type(after)
    return (first + second) in {"LL", "LV", "LS", "LF", "SV", "ST", "VV", "VT", "FT", "TT"}


def _hangul_type(char: str) -> str:
    """Return L, V or T for a leading, vowel or trailing jamo, S or F for a syllable open or final, or "-"."""
    if "\u1100" <= char <= "\u115f" or "\ua960" <= char <= "\ua97c":
        return "L"
    if "\u1160" <= char <= "\u11a7" or "\ud7b0" <= char <= "\ud7c6":
        return "V"
    if "\u11a8" <= char <= "\u11ff" or "\ud7cb" <= char <= "\ud7fb":
        return "T"
    if "\uac00" <= char <= "\ud7a3":
        return "S" if (ord(char) - 0xAC00) % 28 == 0 else "F"
    return "-"
