"""Roman numerals in headings, and the words that only look like numerals or abbreviations."""

import re
from collections.abc import Iterator, Sequence

from batchtts.engines.hibari.sentences import REFERENCES, Written

GUARD = "\u2060"
"""A joiner that nobody hears.  In a reading it keeps a rule from matching; it is taken out afterwards."""

_NUMBERED = (
    "act appendix article book canto chapter episode figure lecture lesson letter part phase plate psalm scene "
    "section stave table tale verse volume"
)
NUMBERED = frozenset(_NUMBERED.split())
"""What is counted in Roman numerals."""

_CALENDAR = "sun sat mar jan mon wed"
CALENDAR = frozenset(_CALENDAR.split())
"""Abbreviated days and months that end sentences as words of their own."""

_NUMERAL = re.compile(r"C{0,3}(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})", re.IGNORECASE)
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
_SINGLE_NUMERALS = frozenset("IVX")
_SINGLE_LETTERS = frozenset("IVXLCDM")


def roman_value(word: str) -> int | None:
    """Return the value of a Roman numeral below 400, or None where the word is not one."""
    if not word or not _NUMERAL.fullmatch(word):
        return None
    values = [_VALUES[char] for char in word.upper()]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


def read_numerals(sentence: Sequence[Written], readings: Sequence[str]) -> Iterator[str]:
    """Yield each reading, with digits where it is a Roman numeral and guarded where it is not."""
    for index, reading in enumerate(readings):
        before = readings[index - 1] if index and not sentence[index - 1].pause else ""
        after = readings[index + 1] if index + 1 < len(readings) and not sentence[index].pause else ""
        stands_alone = len(readings) == 1
        value = roman_value(reading)
        if value and _is_numeral(reading, before, after, stands_alone=stands_alone):
            yield str(value)
        elif reading in _SINGLE_LETTERS and not _is_counted(reading, before, after):
            yield GUARD + reading
        elif _is_whole_word(sentence, index):
            yield reading + GUARD
        else:
            yield reading


def _is_numeral(reading: str, before: str, after: str, *, stands_alone: bool) -> bool:
    """Tell whether a Roman numeral is one here: "Chapter I" is, "the chapter I read" is not."""
    if stands_alone:
        return reading.isupper() and (len(reading) > 1 or reading in _SINGLE_NUMERALS)
    if before.lower() not in NUMBERED:
        return False
    if len(reading) > 1:
        return reading.isupper() or (reading.islower() and set(reading) <= set("ivx"))
    return reading in _SINGLE_NUMERALS and before[0].isupper() and not after[:1].islower()


def _is_counted(letter: str, before: str, after: str) -> bool:
    """Tell whether the package may take a letter for a number, as in "World War I" or "Charles I"."""
    if letter not in _SINGLE_NUMERALS:
        return False
    return before == "War" or (before[:1].isupper() and not after[:1].islower())


def _is_whole_word(sentence: Sequence[Written], index: int) -> bool:
    """Tell whether a word at a full stop is whole, where the package would take it for an abbreviation."""
    written = sentence[index]
    if not written.pause.startswith("."):
        return False
    lower = written.reading.lower()
    following = sentence[index + 1].reading if index + 1 < len(sentence) else ""
    if lower in REFERENCES or lower == "ed":
        return not following[:1].isdigit()
    return lower in CALENDAR and not following
