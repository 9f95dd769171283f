"""What Pico is given to read for a text: its words, and between them the one mark that makes the pause.

Pico names brackets, stars and loose hyphens aloud, pauses at quotes, takes `<` for the start of a tag, ends at a
NUL, and drops letters beyond Latin-1 without a word.  So nothing reaches it but what it reads well.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from batchtts.engines.words import Word, find_words, gaps
from batchtts.errors import TextRejected

SIGNS = {
    "en": {"&": "and", "<": "less than", ">": "greater than"},
    "de": {"&": "und", "<": "kleiner als", ">": "größer als"},
    "es": {"&": "y", "<": "menor que", ">": "mayor que"},
    "fr": {"&": "et", "<": "inférieur à", ">": "supérieur à"},
    "it": {"&": "e", "<": "minore di", ">": "maggiore di"},
}
"""Signs that Pico does not read, or cannot be given, and how each language says them."""

MARKS = (("?", "?"), ("!", "!"), (".", "."), (":", ":"), (";", ";"), (",—–―‒-()[]{}…", ","))
"""Which marks between two words make which pause; the first that is found there counts."""

_ELLIPSIS = re.compile(r"\.{2,}")
_PARAGRAPH = re.compile(r"\n\s*\n")
_UNHEARD = re.compile(r"[^\w'.,:/@%$£€¥°#+=_×÷±§&<>\N{SUPERSCRIPT TWO}-]")
_LETTERS = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ı": "i",
        "ŋ": "ng",
        "Ŋ": "Ng",
        "ħ": "h",
        "Ħ": "H",
        "ŧ": "t",
        "ĸ": "k",
    }
)
_PAIRS = str.maketrans({"œ": "oe", "Œ": "Oe"})
_COMPOSED = str.maketrans({"\N{FRACTION SLASH}": "/", "\N{GREEK SMALL LETTER MU}": "\N{MICRO SIGN}"})
"""What the composed forms of fractions and units have that Pico reads in another guise."""
_APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ′", "'") | dict.fromkeys("‐‑−–‒", "-"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A word, how it is read, and the mark that follows it: empty, or one of `?!.:;,`."""

    word: Word
    reading: str
    mark: str


def read_text(text: str, language: str) -> list[Written]:
    """Return the words of a text as a voice of this language, such as `de`, reads them.

    Raises `TextRejected` for a text without a word, and for words in scripts that Pico cannot read.
    """
    words = find_words(text)
    if not any(not word.is_sign for word in words):
        raise TextRejected("there is no word in the text", hint="Give it at least one letter or digit.")
    readings = [_reading(word.text, language) for word in words]
    unreadable = [word.text for word, reading in zip(words, readings, strict=True) if reading is None]
    if unreadable:
        raise TextRejected(
            f"pico cannot read {', '.join(unreadable[:5])}",
            hint="It reads Latin letters only. Leave the words out, or write them in Latin letters.",
        )
    marks = [_mark(gap) for gap in gaps(text, words)[1:]]
    marks[-1] = marks[-1] if marks[-1] in ".?!" else ""
    return [
        Written(word=word, reading=reading or "", mark=mark)
        for word, reading, mark in zip(words, _lower_headings(readings), marks, strict=True)
    ]


def to_read(written: Sequence[Written]) -> str:
    """Return the text that Pico is given."""
    return " ".join(word.reading + word.mark for word in written)


def _reading(word: str, language: str) -> str | None:
    """Return what is read for a word, or None where a letter of it would be lost."""
    plain = unicodedata.normalize("NFKC", word.translate(_APOSTROPHES)).translate(_COMPOSED)
    letters = "".join(_letter(letter, language) for letter in plain)
    if any(ord(letter) > 0xFF and letter.isalpha() and letter not in "œŒ" for letter in letters):
        return None
    for sign, name in SIGNS[language].items():
        letters = letters.replace(sign, f" {name} ")
    return " ".join(_UNHEARD.sub(" ", letters).split()) or None


def _letter(letter: str, language: str) -> str:
    """Return a letter that the voice knows for one that it would drop: ő is read as o."""
    if language != "fr":
        letter = letter.translate(_PAIRS)
    elif letter in "ñÑ":
        return "n" if letter == "ñ" else "N"
    if ord(letter[0]) <= 0xFF and not (language == "en" and letter in "ÀÁÂÃÄàáâãäÆæ"):
        return letter
    if letter in "æÆ":
        return "ae"
    return _without_accents(letter.translate(_LETTERS))


def _without_accents(letters: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(c))


def _mark(gap: str) -> str:
    marks = _ELLIPSIS.sub("…", gap)
    for signs, mark in MARKS:
        if any(sign in marks for sign in signs):
            return mark
    return "." if _PARAGRAPH.search(gap) else ""


def _lower_headings(readings: Sequence[str | None]) -> list[str | None]:
    """Return neighbouring words in capitals in small letters: Pico would spell some of them out."""
    loud = [bool(reading) and _is_loud(reading or "") for reading in readings]
    return [
        reading.lower()
        if reading and loud[n] and any(loud[max(0, n - 1) : n] + loud[n + 1 : n + 2])
        else reading
        for n, reading in enumerate(readings)
    ]


def _is_loud(reading: str) -> bool:
    return reading.isupper() and (len(reading) > 1 or reading in "AI")
