"""Which words of a sentence became which words of its normal form, in which numbers are written out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from hibari.g2p.normalize import normalize

from batchtts.engines.hibari.numerals import GUARD

_EDGES = ".,;:!?…—\"“”()'"


@dataclass(frozen=True, slots=True)
class Match:
    """Words `start` to `end` of a sentence became words `said` to `said_end` of its normal form."""

    start: int
    end: int
    said: int
    said_end: int


def match_words(source: Sequence[str], said: Sequence[str]) -> list[Match]:
    """Return which words of a sentence became which words of its normal form.

    Most stay what they are.  Where they do not, words are kept apart as far as they would also become the
    same on their own; the others are matched together, since no one can say which part of "seven thirty
    P.M." is the time's and which is the "pm".
    """
    a, b = [fold(word) for word in source], [fold(word) for word in said]
    if a == b:
        return [Match(index, index + 1, index, index + 1) for index in range(len(a))]
    matches: list[Match] = []
    for kind, start, end, other, other_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            offset = other - start
            matches += [Match(i, i + 1, i + offset, i + offset + 1) for i in range(start, end)]
        elif kind == "insert" and matches:
            before = matches.pop()
            matches.append(Match(before.start, before.end, before.said, other_end))
        elif kind != "insert":
            matches += _split(source, said, Match(start, end, other, other_end))
    return matches


def _split(source: Sequence[str], said: Sequence[str], block: Match) -> Iterator[Match]:
    """Yield the block in parts between which the sentence could be cut without changing its normal form."""
    for middle in range(block.start + 1, block.end):
        head = normalize(" ".join(source[:middle])).split()
        tail = normalize(" ".join(source[middle:])).split()
        if [fold(word) for word in (*head, *tail)] == [fold(word) for word in said]:
            yield Match(block.start, middle, block.said, len(head))
            yield from _split(source, said, Match(middle, block.end, len(head), block.said_end))
            return
    yield block


def fold(word: str) -> str:
    """Return a word without case, without the punctuation at its edges, and with straight apostrophes."""
    return word.replace(GUARD, "").replace("’", "'").strip(_EDGES).casefold()
