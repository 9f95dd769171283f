"""Guided Navigation Documents (Readium, `application/guided-navigation+json`): what is heard where, as a tree.

A chapter has passages, a passage sentences, a sentence words if they are asked for.  Only the leaves have
sound, so that nothing is played twice, and each lasts until the next one begins: what no leaf covers would
not be played, and the pauses are part of a reading.  The roles of objects come from a closed list, which ends
with paragraphs. References are resolved against the document by some and against the manifest by others, so
both lie in one folder.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from batchtts.alignment import AlignmentItem
from batchtts.export.alignments.seconds import seconds
from batchtts.export.readalong.passages import Passage, Sentence
from batchtts.export.readalong.readium.texts import passage_id, sentence_id, word_id
from batchtts.export.readalong.recordings import Recording
from batchtts.export.timed import TimedSegment

MEDIA_TYPE = "application/guided-navigation+json"

_Spoken: TypeAlias = AlignmentItem | TimedSegment


def guided(
    recording: Recording, passages: Sequence[Passage], text: str, *, has_words: bool
) -> dict[str, Any]:
    """Return the object of a chapter, whose text has the address `text`."""
    tree = _Tree(recording, text, passages, has_words=has_words)
    return {
        "role": ["chapter"],
        "textref": text,
        "children": [tree.passage(number, passage) for number, passage in enumerate(passages, 1)],
    }


class _Tree:
    """Makes the objects of one chapter, in the order of its text."""

    def __init__(
        self, recording: Recording, text: str, passages: Sequence[Passage], *, has_words: bool
    ) -> None:
        self._audio = recording.address
        self._sample_rate = recording.chapter.sample_rate
        self._text = text
        self._has_words = has_words
        sentences = [sentence for passage in passages for sentence in passage.sentences]
        self._ends = self._lasting(sentences, recording.chapter.n_samples)

    def passage(self, number: int, passage: Passage) -> dict[str, Any]:
        """Return the object of a passage; the kinds of passages are called as their roles are."""
        return {
            "role": [str(passage.kind)],
            "textref": f"{self._text}#{passage_id(number)}",
            "children": [
                self._sentence(number, index, sentence) for index, sentence in enumerate(passage.sentences, 1)
            ],
        }

    def _sentence(self, passage: int, number: int, sentence: Sentence) -> dict[str, Any]:
        id_ = sentence_id(passage, number)
        words = self._words(sentence)
        if not words:
            return self._leaf(id_, sentence.segment)
        return {
            "textref": f"{self._text}#{id_}",
            "children": [
                self._leaf(word_id(passage, number, index), word) for index, word in enumerate(words, 1)
            ],
        }

    def _leaf(self, id_: str, spoken: _Spoken) -> dict[str, Any]:
        times = ",".join(seconds(at, self._sample_rate) for at in (spoken.start, next(self._ends)))
        return {
            "textref": f"{self._text}#{id_}",
            "audioref": f"{self._audio}#t={times}",
            "text": spoken.text,
        }

    def _words(self, sentence: Sentence) -> Sequence[AlignmentItem]:
        return sentence.words if self._has_words else ()

    def _lasting(self, sentences: Sequence[Sentence], n_samples: int) -> Iterator[int]:
        """Yield where each leaf ends: where the next begins, unless it is heard beyond that, as in a dub."""
        leaves: list[_Spoken] = []
        for sentence in sentences:
            leaves += self._words(sentence) or (sentence.segment,)
        starts = [*(leaf.start for leaf in leaves[1:]), n_samples]
        return (max(leaf.end, start) for leaf, start in zip(leaves, starts, strict=True))
