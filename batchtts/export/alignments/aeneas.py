"""Sync maps of aeneas, as JSON: fragments with begin and end in seconds, as texts with three decimals.

aeneas holds that fragments follow one another without a gap, from the beginning of the sound to its end, so
silence belongs to the fragment before it.  With the option `children`, each has its words.  Languages have
three letters there.
"""

import json
from collections.abc import Sequence
from itertools import pairwise

from batchtts.export.alignments.chapter_files import ChapterFiles
from batchtts.export.alignments.clocks import units
from batchtts.export.containers.languages import three_letters
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.export.writing import Target


class AeneasWriter(ChapterFiles):
    """Writes one sync map for each chapter."""

    ending = "json"

    def __init__(self, target: Target) -> None:
        super().__init__(target)
        self._has_words = target.options["children"] == "words"

    def text(self, chapter: TimedChapter) -> str:
        """Return the sync map of a chapter."""
        segments = sorted(chapter.segments(), key=lambda segment: segment.speech)
        starts = [units(segment.speech[0], chapter.sample_rate, 1000) for segment in segments]
        stretches = _stretches(starts, 0, units(chapter.n_samples, chapter.sample_rate, 1000))
        fragments = [
            self._fragment(number, chapter, segment, begin, end)
            for number, (segment, (begin, end)) in enumerate(zip(segments, stretches, strict=True), start=1)
        ]
        return json.dumps({"fragments": fragments}, ensure_ascii=False, indent=1) + "\n"

    def _fragment(
        self, number: int, chapter: TimedChapter, segment: TimedSegment, begin: int, end: int
    ) -> dict[str, object]:
        id_ = f"f{number:06}"
        children = self._words(id_, chapter, segment, begin, end) if self._has_words else []
        return _form(id_, begin, end, chapter.language, " ".join(segment.text.split()), children)

    def _words(
        self, id_: str, chapter: TimedChapter, segment: TimedSegment, begin: int, end: int
    ) -> list[dict[str, object]]:
        words = segment.words
        starts = [units(word.start, chapter.sample_rate, 1000) for word in words]
        stretches = _stretches(starts, begin, end)
        return [
            _form(f"{id_}w{number:06}", first, last, chapter.language, word.text, [])
            for number, (word, (first, last)) in enumerate(zip(words, stretches, strict=True), start=1)
        ]


def _stretches(starts: Sequence[int], begin: int, end: int) -> list[tuple[int, int]]:
    """Return from when to when each lasts of what begins at these times: without a gap from `begin` to `end`.

    Where voices overlap, what begins after `end` lasts no time.
    """
    edges = [begin, *(min(start, end) for start in starts[1:]), end]
    return list(pairwise(edges)) if starts else []


def _form(
    id_: str, begin: int, end: int, language: str, text: str, children: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "begin": f"{begin // 1000}.{begin % 1000:03}",
        "children": children,
        "end": f"{end // 1000}.{end % 1000:03}",
        "id": id_,
        "language": three_letters(language),
        "lines": [text],
    }


def open_writer(target: Target) -> AeneasWriter:
    """Begin an export."""
    return AeneasWriter(target)
