"""A text as sentences of words and marks, in the form in which the pronunciation rules read best.

Every word keeps its place in the text, so that whatever its reading becomes, it is shown as it is written.
"""

import re
import unicodedata
from dataclasses import dataclass

from batchtts.engines.words import Word, find_words, gaps

_TITLES = (
    "Mr Mrs Ms Mx Dr Prof St Mt Ft Gen Gov Sen Rep Capt Lt Col Sgt Cmdr Rev Hon Pres Supt Cpl Maj Adm Fr "
    "Msgr Messrs Mme Mlle Jas Wm Geo Chas vs viz cf"
)
TITLES = frozenset(_TITLES.split())
"""Abbreviations that a name follows, so that their full stop does not end a sentence."""

_REFERENCES = "no nos fig figs vol vols ch chs p pp art sec"
REFERENCES = frozenset(_REFERENCES.split())
"""Abbreviations only where a number follows."""

_SENTENCE_END = re.compile(r"""[.!?…]["'”’»)\]}*_]*\s""")
_PARAGRAPH_END = re.compile(r"\n\s*\n")
_UP_TO_BREAK = re.compile(r".*[\s—―⸺⸻‒–-]", re.DOTALL)
_DASH = re.compile(r"[—―⸺⸻‒–]|--|(?<=\s)-(?=\s)")
_REPEATED = re.compile(r"([!?,;:])\1+")
_DOTS = re.compile(r"…+|\.{2,}")
_STOPS = frozenset(".!?…,;:")
_KNOWN_NUMBERS = frozenset("¹²³¼½¾")
_PLAIN_SIGNS = str.maketrans({"’": "'", "−": "-", "‐": "-", "‑": "-", "⁄": "/"})
_NOT_READ = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A word, how it is read, and the marks beside it that a voice can make heard.

    `pause` is the punctuation that says how to go on; `opening` and `closing` are quotes and brackets.
    """

    word: Word
    reading: str
    pause: str = ""
    opening: str = ""
    closing: str = ""

    @property
    def text(self) -> str:
        """Return the reading with its punctuation."""
        return self.reading + self.pause


def split_sentences(text: str) -> list[list[Written]]:
    """Return the sentences of a text that have a word in them."""
    words = find_words(text)
    between = gaps(text, words)
    sentences: list[list[Written]] = [[]]
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else None
        before, after = between[index], between[index + 1]
        sentences[-1].append(_written(word, before, after, following))
        if following is None or _ends_sentence(word, after, following):
            sentences.append([])
    return [sentence for sentence in sentences if not all(written.word.is_sign for written in sentence)]


def clean(text: str) -> str:
    """Return a word as the pronunciation rules know it.

    What says nothing is left out: controls, surrogates, soft hyphens, pictures.  Digits and numerals of
    other alphabets, and those in circles, become plain ones.
    """
    if text.isascii() and text.isprintable():
        return text
    said = "".join(_plain_number(char) for char in text if not _says_nothing(char))
    return unicodedata.normalize("NFC", said).translate(_PLAIN_SIGNS)


def _says_nothing(char: str) -> bool:
    category = unicodedata.category(char)
    return category in _NOT_READ or (category == "So" and char > "\xff")


def _plain_number(char: str) -> str:
    if char.isascii() or char in _KNOWN_NUMBERS:
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    is_number = unicodedata.category(char) in {"No", "Nl"}
    return unicodedata.normalize("NFKC", char) if is_number else char


def _written(word: Word, before: str, after: str, following: Word | None) -> Written:
    up_to_break = _UP_TO_BREAK.match(after)
    closing = after if following is None or up_to_break is None else up_to_break.group()
    opening = _UP_TO_BREAK.sub("", before) if word.start > len(before) else before
    return Written(
        word=word,
        reading=clean(word.text),
        pause=_pause(closing, following),
        opening=_opening_marks(opening),
        closing=_closing_marks(closing),
    )


def _pause(gap: str, following: Word | None) -> str:
    """Return the punctuation in a gap, each mark once."""
    stops = "".join(char for char in _DOTS.sub("…", gap) if char in _STOPS)
    stops = _REPEATED.sub(r"\1", stops)[:2]
    if following and _DASH.search(gap):
        return stops + "—"
    if not stops and "\n" in gap and following and following.text[0].isupper():
        return ","  # a line of verse or of a heading: whoever reads it aloud pauses
    return stops


def _opening_marks(gap: str) -> str:
    return "".join("“" if char in '“„«"' else "(" for char in gap if char in '“„«"([{')


def _closing_marks(gap: str) -> str:
    return "".join("”" if char in '”»"' else ")" for char in gap if char in '”»")]}')


def _ends_sentence(word: Word, gap: str, following: Word) -> bool:
    if _PARAGRAPH_END.search(gap):
        return True
    if not _SENTENCE_END.search(gap) or following.text[0].islower():
        return False
    return any(mark in gap for mark in "!?…") or not _is_abbreviation(word.text, following)


def _is_abbreviation(word: str, following: Word) -> bool:
    if word.lower() in REFERENCES:
        return following.text[0].isdigit()
    is_initial = len(word) == 1 and word.isupper() and word != "I"
    return word in TITLES or is_initial or "." in word
