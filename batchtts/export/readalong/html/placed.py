"""Where the passages of a chapter stand in the page, and when their sentences and words are heard."""

from collections.abc import Iterator
from dataclasses import dataclass

from batchtts.export.readalong.passages import Passage, passages
from batchtts.export.readalong.utf16 import positions
from batchtts.export.timed import TimedChapter


@dataclass(frozen=True, slots=True)
class Stretch:
    """A sentence or a word: heard from sample `start` to `end`, seen from code unit `first` to `last` of its passage."""

    start: int
    end: int
    first: int
    last: int

    @property
    def form(self) -> list[int]:
        """Return it as the page has it."""
        return [self.start, self.end, self.first, self.last]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSentence:
    """A sentence and its words; of those that last no time, or show nothing, there are none."""

    whole: Stretch
    words: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedPassage:
    """A passage, the id of its element, and its sentences."""

    id: str
    passage: Passage
    sentences: tuple[PlacedSentence, ...]


def placed(chapter: TimedChapter, chapter_id: str) -> Iterator[PlacedPassage]:
    """Yield the passages of a chapter whose element has this id."""
    for number, passage in enumerate(passages(chapter), 1):
        at = positions(passage.text)
        yield PlacedPassage(
            id=f"{chapter_id}p{number}",
            passage=passage,
            sentences=tuple(
                PlacedSentence(
                    whole=Stretch(
                        sentence.segment.start, sentence.segment.end, at(sentence.first), at(sentence.last)
                    ),
                    words=tuple(
                        Stretch(
                            word.start,
                            word.end,
                            at(sentence.first + word.char[0]),
                            at(sentence.first + word.char[1]),
                        )
                        for word in sentence.words
                    ),
                )
                for sentence in passage.sentences
            ),
        )
