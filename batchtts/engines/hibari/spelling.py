"""What the pronunciation rules say for a number or a sign, in words."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from hibari.g2p.lexicon import Lexicon
from hibari.g2p.token import Tok

_MARKS = ".,;:!?…—“”()"
_BEFORE_MARK = re.compile(rf" ([{_MARKS}])")
_DOTTED = re.compile(r"\b\w\.\w\.$")
_PIECE = re.compile(r"\d[\d,]*(?:\.\d+)*(?:st|nd|rd|th|'?s)?|\.\d+|[^\d]")

SIGNS: Mapping[str, str] = {
    "&": "and",
    "+": "plus",
    "%": "percent",
    "@": "at",
    "=": "equals",
    "/": "slash",
    "$": "",
    "£": "",
    "€": "",
}
"""Signs that are read as words; that of a currency is read with its number."""


class _Words(Lexicon):  # type: ignore[misc]  # the package has no types
    """The package's reader of numbers, made to answer with words instead of phonemes."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Borrow the dictionaries of a lexicon that is already loaded."""
        self.golds, self.silvers = lexicon.golds, lexicon.silvers
        self.british, self.cap_stresses = lexicon.british, lexicon.cap_stresses

    def lookup(self, word: str, *_: Any) -> tuple[str, int]:
        """Return the word itself."""
        return word, 4

    def _s(self, stem: str) -> str:
        return stem[:-1] + "ies" if stem.endswith("y") else stem + "s"


class Speller:
    """Writes tokens out as they are spoken."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Spell as this lexicon pronounces."""
        self._words = _Words(lexicon)

    def write_out(self, tokens: Iterable[Tok]) -> str:
        """Return what is said for tokens: "1984," becomes "nineteen eighty four"."""
        words = " ".join(self._word(token) for token in tokens)
        words = _BEFORE_MARK.sub(r"\1", " ".join(words.split()))
        return words if _DOTTED.search(words) else words.rstrip(_MARKS)

    def _word(self, token: Tok) -> str:
        if token.text.isalpha() or not token.phonemes:
            return "" if token.text in SIGNS else str(token.text)
        if Lexicon.is_number(token.text, True):
            return self._number(token.text, token.currency)
        if not any(char.isdigit() or char in SIGNS for char in token.text):
            return str(token.text)
        return "".join(self._piece(piece) for piece in _PIECE.findall(token.text))

    def _piece(self, piece: str) -> str:
        if piece in SIGNS:
            return f" {SIGNS[piece]} "
        if Lexicon.is_number(piece, True):
            return f" {self._number(piece, None)} "
        return " " if piece == "-" else piece

    def _number(self, number: str, currency: str | None) -> str:
        words, _ = self._words.get_number(number, currency, True)
        return str(words or number)
