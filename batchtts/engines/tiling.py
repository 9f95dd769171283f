"""Items that tile a recording, made from the words of a text and the times at which they are spoken."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchtts.alignment import SILENCE, AlignmentItem, ItemKind, silence

_MARKS = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenPhoneme:
    """A phoneme that is heard from sample `start` up to sample `end`."""

    symbol: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenWord:
    """The characters `char` of a text, heard from sample `start` up to sample `end`.

    `phonemes`, where they are known, lie inside the word in order, do not overlap, and reach its edges.
    """

    char: tuple[int, int]
    start: int
    end: int
    phonemes: tuple[SpokenPhoneme, ...] = ()
    spoken: str | None = None


def tile(
    text: str, words: Sequence[SpokenWord], *, n_samples: int, phonemes: bool
) -> tuple[AlignmentItem, ...]:
    """Return items that cover all samples, given words in order that do not overlap.

    Marks between two words take the pause between them: the first group of marks all of it, the others
    nothing.  Before the first word and after the last one the pause is silence, and marks take nothing.
    `phonemes` says whether the alignment is one that knows them.
    """
    items: list[AlignmentItem] = []
    heard = read = 0
    for word in words:
        if heard < word.start or text[read : word.char[0]].strip():  # most words are only a space apart
            gap = _Gap(text, read, word.char[0], heard, word.start, phonemes)
            items += gap.items() if items else gap.items_after_silence()
        items.append(_word_item(text, word))
        heard, read = word.end, word.char[1]
    items += _Gap(text, read, len(text), heard, n_samples, phonemes).items_before_silence()
    return tuple(items)


@dataclass(frozen=True, slots=True)
class _Gap:
    """What is between two words: characters `read` to `read_end`, samples `start` to `end`."""

    text: str
    read: int
    read_end: int
    start: int
    end: int
    phonemes: bool

    def items(self) -> Iterator[AlignmentItem]:
        """Yield the marks, of which the first takes the whole pause, or else the pause as silence."""
        start = self.start
        for char in self._marks():
            yield self._mark(char, start, self.end)
            start = self.end
        yield from self._silence(start, self.read)

    def items_after_silence(self) -> Iterator[AlignmentItem]:
        """Yield all of the pause as silence, then the marks."""
        yield from self._silence(self.start, self.read)
        for char in self._marks():
            yield self._mark(char, self.end, self.end)

    def items_before_silence(self) -> Iterator[AlignmentItem]:
        """Yield the marks, then all of the pause as silence."""
        read = self.read
        for char in self._marks():
            yield self._mark(char, self.start, self.start)
            read = char[1]
        yield from self._silence(self.start, read)

    def _marks(self) -> Iterator[tuple[int, int]]:
        for match in _MARKS.finditer(self.text, self.read, self.read_end):
            yield match.span()

    def _mark(self, char: tuple[int, int], start: int, end: int) -> AlignmentItem:
        return AlignmentItem(
            kind=ItemKind.PUNCT,
            text=self.text[char[0] : char[1]],
            start=start,
            n_samples=end - start,
            char=char,
            phonemes=(SILENCE,) if self.phonemes else (),
            phoneme_n_samples=(end - start,) if self.phonemes else (),
        )

    def _silence(self, start: int, char: int) -> Iterator[AlignmentItem]:
        if start < self.end:
            yield silence(start, self.end - start, char, phonemes=self.phonemes)


def _word_item(text: str, word: SpokenWord) -> AlignmentItem:
    symbols: list[str] = []
    lengths: list[int] = []
    heard = word.start
    for phoneme in word.phonemes:
        if phoneme.start > heard:  # a pause inside the word, as in "25 December, 2023" read as one
            symbols.append(SILENCE)
            lengths.append(phoneme.start - heard)
        symbols.append(phoneme.symbol)
        lengths.append(phoneme.end - phoneme.start)
        heard = phoneme.end
    return AlignmentItem(
        kind=ItemKind.WORD,
        text=text[word.char[0] : word.char[1]],
        start=word.start,
        n_samples=word.end - word.start,
        char=word.char,
        phonemes=tuple(symbols),
        phoneme_n_samples=tuple(lengths),
        spoken=word.spoken,
    )
