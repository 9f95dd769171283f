"""The pronunciation rules of the package, asked so that every symbol can be traced to the words it says."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hibari.g2p import G2P
from hibari.g2p.normalize import normalize
from hibari.g2p.token import Tok

from batchtts.engines.hibari.capitals import lower_capitals
from batchtts.engines.hibari.matching import Match, match_words
from batchtts.engines.hibari.numerals import GUARD, read_numerals
from batchtts.engines.hibari.sentences import Written
from batchtts.engines.hibari.spelling import Speller
from batchtts.errors import TextRejected

PAUSES = frozenset(";:,.!?—…“”()")
"""Symbols at which the voice pauses, or may."""

STRESSES = frozenset("ˈˌ")

_MINUS = re.compile(r"-(?=[\d.])")
_LONG_NUMBER = re.compile(r"\d[\d,]{32,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One word, or several that can only be read together ("7:30 pm"), as symbols of the model.

    `char` is where it stands in the text; `spoken` is what is said where that is not what is written.
    """

    char: tuple[int, int]
    symbols: str
    spoken: str | None = None


class Pronunciation:
    """Tells how sentences are pronounced.  It keeps no state between calls, so threads may share it."""

    def __init__(self, knows_symbol: Callable[[str], bool]) -> None:
        """Load the lexicon and the network for words that it lacks."""
        self._rules = G2P()
        _ = self._rules.oov  # loads now what would otherwise be loaded by several threads at once
        self._speller = Speller(self._rules.lexicon)
        self._knows_symbol = knows_symbol

    def pronounce(self, sentence: Sequence[Written]) -> list[Unit]:
        """Return the units of a sentence.  Raises `TextRejected`, naming them, for words it cannot say."""
        try:
            return self._pronounce(sentence)
        except (LookupError, TypeError, ValueError) as error:
            text = " ".join(written.word.text for written in sentence)
            raise TextRejected(
                f"hibari's rules of pronunciation fail on {text[:60]!r}: {error}",
                hint="Write what is unusual in it in other words.",
            ) from error

    def _pronounce(self, sentence: Sequence[Written]) -> list[Unit]:
        readings = read_numerals(sentence, list(lower_capitals(sentence, self.is_known)))
        source = [
            _prepared(reading) + written.pause for reading, written in zip(readings, sentence, strict=True)
        ]
        normal = normalize(" ".join(source)).replace(GUARD, "")
        tokens = self._tokens(normal)
        matches = match_words(source, normal.split())
        units = [self._unit(sentence, match, tokens) for match in matches]
        unsaid = [
            written.word.text
            for unit, match in zip(units, matches, strict=True)
            if not any(map(is_sound, unit.symbols))
            for written in sentence[match.start : match.end]
            if not written.word.is_sign
        ]
        if unsaid:
            raise unspeakable(unsaid)
        return units

    def is_known(self, word: str) -> bool:
        """Tell whether the lexicon has the word in exactly these letters, or one that it comes from."""
        lexicon = self._rules.lexicon
        if word in lexicon.golds.d or word in lexicon.silvers.d:
            return True
        if not word.islower():
            return False
        endings = (lexicon.stem_s, lexicon.stem_ed, lexicon.stem_ing)
        capitalized = word.capitalize()
        return (
            any(derive(word, "NN", None, None)[0] for derive in endings)
            or capitalized in lexicon.golds.d
            or capitalized in lexicon.silvers.d
        )

    def _tokens(self, normal: str) -> list[list[Tok]]:
        """Return the tokens of each word of a normal form, with their phonemes."""
        words: list[list[Tok]] = [[]]
        for token in self._rules.phonemize_tokens(self._rules.tokenize(normal)):
            words[-1].append(token)
            if token.whitespace:
                words.append([])
        return words

    def _unit(self, sentence: Sequence[Written], match: Match, tokens: Sequence[Sequence[Tok]]) -> Unit:
        first, last = sentence[match.start], sentence[match.end - 1]
        said = tokens[match.said : match.said_end]
        symbols = " ".join("".join(token.phonemes or "" for token in word) for word in said)
        written = " ".join(word.reading for word in sentence[match.start : match.end])
        return Unit(
            char=(first.word.start, last.word.end),
            symbols=first.opening + "".join(filter(self._knows_symbol, symbols)) + last.closing,
            spoken=self._spoken(written, said),
        )

    def _spoken(self, written: str, said: Sequence[Sequence[Tok]]) -> str | None:
        spoken = self._speller.write_out(token for word in said for token in word)
        return None if _letters(spoken) == _letters(written) else spoken


def is_sound(symbol: str) -> bool:
    """Tell whether a symbol is a phoneme, and neither a pause nor a stress nor a space."""
    return not (symbol in PAUSES or symbol in STRESSES or symbol.isspace())


def _prepared(reading: str) -> str:
    """Return a reading without what the rules cannot take: they drop minus signs, and count to 10^36."""
    if reading.startswith("-"):
        reading = _MINUS.sub("minus ", reading)
    return _LONG_NUMBER.sub(lambda number: " ".join(filter(str.isdigit, number.group())), reading)


def _letters(words: str) -> str:
    return "".join(char for char in words.casefold() if char.isalnum())


def unspeakable(words: Sequence[str]) -> TextRejected:
    """Return the error that names words nobody can say."""
    shown = ", ".join(repr(word) for word in words[:5])
    return TextRejected(
        f"hibari cannot say {shown}",
        hint="It speaks English. Give the words in Latin letters, or leave them out.",
    )
