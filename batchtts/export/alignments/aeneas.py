"""Sync maps of aeneas, as JSON: fragments with begin and end in seconds, as texts with three decimals.

aeneas holds that fragments follow one another without a gap, from the beginning of the sound to its end, so silence belongs to
the fragment before it.  With the option `children`, each has its words.
"""

import json
from itertools import pairwise

from batchtts.export.alignments.clocks import units
from batchtts.export.timed import TimedChapter, TimedSegment
from batchtts.export.writing import Target


class AeneasWriter:
    """Writes one sync map for each chapter."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._has_words = target.options["children"] == "words"

    def add(self, chapter: TimedChapter) -> None:
        """Write the sync map of a chapter."""
        segments = sorted(chapter.segments(), key=lambda segment: segment.start)
        starts = [units(segment.speech[0], chapter.sample_rate, 1000) for segment in segments]
        edges = [0, *starts[1:], units(chapter.n_samples, chapter.sample_rate, 1000)]
        fragments = [
            self._fragment(number, chapter, segment, begin, end)
            for number, (segment, (begin, end)) in enumerate(
                zip(segments, pairwise(edges), strict=True), start=1
            )
        ]
        text = json.dumps({"fragments": fragments}, ensure_ascii=False, indent=1)
        self._folder.write(f"{chapter.slug}.json", f"{text}\n".encode())

    def finish(self) -> None:
        """Write nothing more."""

    def _fragment(
        self, number: int, chapter: TimedChapter, segment: TimedSegment, begin: int, end: int
    ) -> dict[str, object]:
        id_, language = f"f{number:06}", chapter.language
        children = self._words(id_, chapter, segment, begin, end) if self._has_words else []
        return _form(id_, begin, end, language, " ".join(segment.text.split()), children)

    def _words(
        self, id_: str, chapter: TimedChapter, segment: TimedSegment, begin: int, end: int
    ) -> list[dict[str, object]]:
        words = segment.words
        starts = [units(word.start, chapter.sample_rate, 1000) for word in words]
        edges = [begin, *starts[1:], end] if words else []
        return [
            _form(f"{id_}w{number:06}", first, last, chapter.language, word.text, [])
            for number, (word, (first, last)) in enumerate(zip(words, pairwise(edges), strict=True), start=1)
        ]


def _form(
    id_: str, begin: int, end: int, language: str, text: str, children: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "begin": f"{begin // 1000}.{begin % 1000:03}",
        "children": children,
        "end": f"{end // 1000}.{end % 1000:03}",
        "id": id_,
        "language": language,
        "lines": [text],
    }


def open_writer(target: Target) -> AeneasWriter:
    """Begin an export."""
    return AeneasWriter(target)
