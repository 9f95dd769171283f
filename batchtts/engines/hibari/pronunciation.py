"""The pronunciation rules of the package, asked so that every symbol can be traced to the words it says."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from hibari.g2p import G2P
from hibari.g2p.normalize import normalize
from hibari.g2p.token import Tok

from batchtts.engines.hibari.capitals import lower_capitals
from batchtts.engines.hibari.numerals import GUARD, read_numerals
from batchtts.engines.hibari.sentences import Written
from batchtts.engines.hibari.spelling import Speller
from batchtts.errors import TextRejected

PAUSES = frozenset(";:,.!?—…“”()")
"""Symbols at which the voice pauses, or may."""

STRESSES = frozenset("ˈˌ")

_EDGES = ".,;:!?…—\"“”()'"
_STARTS_WITH_MINUS = re.compile(r"-(?=[\d.])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One word, or several that can only be read together ("7:30 pm"), as symbols of the model.

    `char` is where it stands in the text; `spoken` is what is said where that is not what is written.
    """

    char: tuple[int, int]
    symbols: str
    spoken: str | None = None


@dataclass(frozen=True, slots=True)
class _Match:
    """Words `start` to `end` of a sentence became words `said` to `said_end` of its normal form."""

    start: int
    end: int
    said: int
    said_end: int


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
        readings = [self._prepared(reading) for reading in self._readings(sentence)]
        source = [reading + written.pause for reading, written in zip(readings, sentence, strict=True)]
        normal = normalize(" ".join(source)).replace(GUARD, "")
        source = [word.replace(GUARD, "") for word in source]
        tokens = self._tokens(normal)
        matches = match_words(source, normal.split())
        units = [self._unit(sentence, match, tokens) for match in matches]
        dumb = [
            word.word.text
            for unit, match in zip(units, matches, strict=True)
            if not any(symbol not in PAUSES and symbol not in STRESSES for symbol in unit.symbols.strip())
            for word in sentence[match.start : match.end]
            if not word.word.is_sign
        ]
        if dumb:
            raise unspeakable(dumb)
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

    def _readings(self, sentence: Sequence[Written]) -> Iterator[str]:
        return read_numerals(sentence, list(lower_capitals(sentence, self.is_known)))

    @staticmethod
    def _prepared(reading: str) -> str:
        # The rules drop a negative number altogether.
        return _STARTS_WITH_MINUS.sub("minus ", reading) if reading.startswith("-") else reading

    def _tokens(self, normal: str) -> list[list[Tok]]:
        """Return the tokens of each word of a normal form, with their phonemes."""
        words: list[list[Tok]] = [[]]
        for token in self._rules.phonemize_tokens(self._rules.tokenize(normal)):
            words[-1].append(token)
            if token.whitespace:
                words.append([])
        return words

    def _unit(self, sentence: Sequence[Written], match: _Match, tokens: Sequence[Sequence[Tok]]) -> Unit:
        first, last = sentence[match.start], sentence[match.end - 1]
        said = tokens[match.said : match.said_end]
        symbols = " ".join("".join(token.phonemes or "" for token in word) for word in said)
        written = " ".join(word.reading for word in sentence[match.start : match.end])
        return Unit(
            char=(first.word.start, last.word.end),
            symbols=first.opening + "".join(filter(self._is_symbol, symbols)) + last.closing,
            spoken=self._spoken(written, said),
        )

    def _is_symbol(self, symbol: str) -> bool:
        return self._knows_symbol(symbol)

    def _spoken(self, written: str, said: Sequence[Sequence[Tok]]) -> str | None:
        spoken = self._speller.write_out(token for word in said for token in word)
        return None if _letters(spoken) == _letters(written) else spoken


def match_words(source: Sequence[str], said: Sequence[str]) -> list[_Match]:
    """Return which words of a sentence became which words of its normal form.

    Most stay what they are.  Where they do not, words are kept apart as far as they would also become the
    same on their own; the others are matched together, since no one can say which part of "seven thirty
    P.M." is the time's and which is the "pm".
    """
    a, b = [fold(word) for word in source], [fold(word) for word in said]
    if a == b:
        return [_Match(index, index + 1, index, index + 1) for index in range(len(a))]
    matches: list[_Match] = []
    for kind, start, end, other, other_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            offset = other - start
            matches += [_Match(i, i + 1, i + offset, i + offset + 1) for i in range(start, end)]
        elif kind == "insert" and matches:
            before = matches.pop()
            matches.append(_Match(before.start, before.end, before.said, other_end))
        elif kind != "insert":
            matches += _split(source, said, _Match(start, end, other, other_end))
    return matches


def _split(source: Sequence[str], said: Sequence[str], block: _Match) -> Iterator[_Match]:
    """Yield the block in parts between which the sentence could be cut without changing its normal form."""
    for middle in range(block.start + 1, block.end):
        head = normalize(" ".join(source[:middle])).split()
        tail = normalize(" ".join(source[middle:])).split()
        if [fold(word) for word in (*head, *tail)] == [fold(word) for word in said]:
            yield _Match(block.start, middle, block.said, len(head))
            yield from _split(source, said, _Match(middle, block.end, len(head), block.said_end))
            return
    yield block


def fold(word: str) -> str:
    """Return a word without case, without the punctuation at its edges, and with straight apostrophes."""
    return word.replace("’", "'").strip(_EDGES).casefold()


def _letters(words: str) -> str:
    return "".join(char for char in words.casefold() if char.isalnum())


def unspeakable(words: Sequence[str]) -> TextRejected:
    """Return the error that names words nobody can say."""
    shown = ", ".join(repr(word) for word in words[:5])
    return TextRejected(
        f"hibari cannot say {shown}",
        hint="It speaks English. Give the words in Latin letters, or leave them out.",
    )
