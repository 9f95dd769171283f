"""Which written words became which spoken ones, where the service names no words or other ones than were written.

A monotone alignment of two sequences of lengths by dynamic programming, after W. A. Gale and K. W. Church, "A
Program for Aligning Sentences in Bilingual Corpora", Computational Linguistics 19 (1993): one word usually
becomes one group of phonemes, a number becomes several, and now and then several words become one group.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from math import ceil, inf

from batchtts.engines.words import Word

_DIGIT, _SIGN, _CAPITAL, _LETTER, _IDEOGRAPH = 3.6, 4.0, 2.2, 0.82, 2.5
"""How many phonemes a character of a word is read as, about, in English; only their ratios count."""

_SPLIT, _SPLIT_NUMBER, _MERGE = 1.2, 0.1, 1.5
"""What each group beyond the first, and each word beyond the first, adds to the cost of a match."""

_SLACK = 8
"""How far a match may stray from the diagonal, beyond what the two counts differ by."""

_LONGEST_ACRONYM = 5
"""Longer words in capitals are shouted, not spelled."""

_FIRST_IDEOGRAPH = "\u2e80"


@dataclass(frozen=True, slots=True)
class Match:
    """Words `start` up to `end` are heard in groups `first` up to `last`."""

    start: int
    end: int
    first: int
    last: int


def match_groups(words: Sequence[Word], lengths: Sequence[int]) -> list[Match]:
    """Return which words are heard in which groups of so many phonemes; there is at least one of each.

    Equal counts are taken for pairs.  Where nothing fits, all words are matched to all groups together.
    """
    if len(words) == len(lengths):
        return [Match(index, index + 1, index, index + 1) for index in range(len(words))]
    return _Lattice(words, lengths).best() or [Match(0, len(words), 0, len(lengths))]


def match_texts(words: Sequence[Word], spoken: Sequence[str]) -> list[Match]:
    """Return which words are heard in which of the spoken texts; there is at least one of each.

    What reads the same is matched, and what lies between is matched by its length.
    """
    written = [fold(word.text) for word in words]
    anchors = SequenceMatcher(None, written, [fold(text) for text in spoken], autojunk=False)
    matches: list[Match] = []
    start = first = 0
    for block in anchors.get_matching_blocks():
        matches += _between(words[start : block.a], spoken[first : block.b], start, first)
        matches += [
            Match(block.a + i, block.a + i + 1, block.b + i, block.b + i + 1) for i in range(block.size)
        ]
        start, first = block.a + block.size, block.b + block.size
    return _joined(matches)


def fold(text: str) -> str:
    """Return only the letters and digits of a text, without case."""
    return "".join(sign for sign in text if sign.isalnum()).casefold()


def _between(words: Sequence[Word], spoken: Sequence[str], start: int, first: int) -> Iterator[Match]:
    if not words and not spoken:
        return
    if not words or not spoken:
        yield Match(start, start + len(words), first, first + len(spoken))
        return
    for match in match_groups(words, [max(1, len(text)) for text in spoken]):
        yield Match(match.start + start, match.end + start, match.first + first, match.last + first)


def _joined(matches: Sequence[Match]) -> list[Match]:
    """Return the matches without those that have words or groups only: their neighbours take them."""
    whole: list[Match] = []
    begun: Match | None = None
    for match in matches:
        found = match if begun is None else Match(begun.start, match.end, begun.first, match.last)
        begun = None
        if found.start < found.end and found.first < found.last:
            whole.append(found)
        elif whole:
            before = whole.pop()
            whole.append(Match(before.start, found.end, before.first, found.last))
        else:
            begun = found
    return whole


class _Lattice:
    """All ways to match words to groups that stay near the diagonal, each with its cost."""

    def __init__(self, words: Sequence[Word], lengths: Sequence[int]) -> None:
        weights = [_weight(word) for word in words]
        self._words = words
        self._rate = sum(lengths) / sum(weights)
        self._read = _sums(weights)
        self._said = _sums(lengths)
        self._most_groups = [ceil(weight) + 2 for weight in weights]
        self._costs = {(0, 0): (0.0, (0, 0))}

    def best(self) -> list[Match]:
        """Return the cheapest way; none if no way leads to the end."""
        n_words, n_groups = len(self._words), len(self._said) - 1
        for word in range(n_words):
            least = word + min(0, n_groups - n_words) - _SLACK
            most = word + max(0, n_groups - n_words) + _SLACK
            for group in range(max(0, least), min(n_groups, most + 1)):
                self._go_on(word, group)
        return self._trace(n_words, n_groups)

    def _go_on(self, word: int, group: int) -> None:
        """Try every match that begins at this word and this group."""
        begun = self._costs.get((word, group))
        if begun is None:
            return
        most = min(self._most_groups[word], len(self._said) - 1 - group)
        ends = [(word + 1, group + n) for n in range(1, most + 1)]
        ends += [(word + n, group + 1) for n in range(2, min(4, len(self._words) - word) + 1)]
        for end in ends:
            cost = begun[0] + self._cost(word, end[0], group, end[1])
            if cost < self._costs.get(end, (inf,))[0]:
                self._costs[end] = (cost, (word, group))

    def _cost(self, start: int, end: int, first: int, last: int) -> float:
        expected = (self._read[end] - self._read[start]) * self._rate
        said = self._said[last] - self._said[first]
        surprise = (expected - said) ** 2 / (expected + said)
        split = _SPLIT_NUMBER if _is_spelled_out(self._words[start]) else _SPLIT
        return surprise + split * (last - first - 1) + _MERGE * (end - start - 1)

    def _trace(self, word: int, group: int) -> list[Match]:
        matches: list[Match] = []
        while (word, group) in self._costs and (word, group) != (0, 0):
            start, first = self._costs[word, group][1]
            matches.append(Match(start, word, first, group))
            word, group = start, first
        return matches[::-1]


def _sums(lengths: Sequence[float]) -> list[float]:
    sums = [0.0]
    for length in lengths:
        sums.append(sums[-1] + length)
    return sums


def _is_spelled_out(word: Word) -> bool:
    """Return whether a word is often read as several."""
    return word.is_sign or any(not sign.isalpha() and sign not in "'’" for sign in word.text)


def _weight(word: Word) -> float:
    """Return about how many phonemes a word has."""
    n_capitals = sum(sign.isupper() for sign in word.text)
    is_acronym = 1 < n_capitals <= _LONGEST_ACRONYM
    return max(1.0, sum(_sign_weight(sign, is_acronym=is_acronym) for sign in word.text))


def _sign_weight(sign: str, *, is_acronym: bool) -> float:
    if sign.isdigit():
        return _DIGIT
    if not sign.isalpha():
        return _SIGN if sign in "$£€¥₹₩%&+=@<>×÷±§#°" else 0.0
    if sign >= _FIRST_IDEOGRAPH:
        return _IDEOGRAPH
    return _CAPITAL if is_acronym and sign.isupper() else _LETTER
