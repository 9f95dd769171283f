"""From the segments on a page to its marks and its overlay."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from batchtts.alignment import AlignmentItem
from batchtts.export.readalong.epub.marking import Mark, Marker
from batchtts.export.readalong.epub.markup import Page, read_page
from batchtts.export.readalong.epub.overlay import Clip, Spoken
from batchtts.export.readalong.epub.placing import Placed, letters, place
from batchtts.export.readalong.epub.volume import SpokenPage
from batchtts.export.timed import TimedChapter, TimedSegment

PREFIX = "spoken"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """A page with its marks, what is spoken of it, and the segments that were not found on it."""

    data: bytes
    sentences: Sequence[Spoken]
    missing: Sequence[TimedSegment]


@dataclass(frozen=True, slots=True)
class Span:
    """From which sample to which a segment is heard: with the pause after it, up to the next one."""

    chapter: TimedChapter
    start: int
    end: int


def spans(chapter: TimedChapter) -> dict[str, Span]:
    """Return by id when each segment of a chapter is heard; together they are the chapter, without a gap, if it has any."""
    segments = sorted(chapter.segments(), key=lambda segment: segment.start)
    edges = [0, *(segment.start for segment in segments[1:]), chapter.n_samples]
    return {
        segment.id: Span(chapter, start, end)
        for segment, (start, end) in zip(segments, pairwise(edges), strict=False)
    }


def read(
    spoken: SpokenPage, data: bytes, times: Mapping[str, Span], link: bytes, *, has_words: bool
) -> ReadPage:
    """Return a page with marks; `times` are those of all segments, `link` goes to the end of its head."""
    page = read_page(data)
    reader = _Reader(page, times, has_words=has_words)
    placed = list(place(page, [segment for _, segment in spoken.segments]))
    sentences = [sentence for each in placed for sentence in reader.sentences(each)]
    found = {each.segment.id for each in placed}
    head = next(page.named("head"), None)
    links = [] if head is None else [(head.end[0], link)]
    return ReadPage(
        data=reader.marker.written(links),
        sentences=sentences,
        missing=[segment for _, segment in spoken.segments if segment.id not in found],
    )


class _Reader:
    def __init__(self, page: Page, times: Mapping[str, Span], *, has_words: bool) -> None:
        self.marker = Marker(page)
        self._times = times
        self._has_words = has_words
        self._prefix = _unused(page)
        self._n_marks = 0

    def sentences(self, placed: Placed) -> Iterator[Spoken]:
        """Yield what is spoken of a segment: once for each mark that it needs."""
        span = self._times[placed.segment.id]
        marks = list(self.marker.marks(placed.spots))
        # What is spoken while the next segment is heard, as in a dub, is heard there.
        words = [word for word in _words(placed) if word.item.start < span.end]
        ids = [self._id() for _ in marks]
        for mark, id_ in zip(marks, ids, strict=True):
            self.marker.enclose(mark, id_)
        shared = _shared(marks, words)
        for index, (id_, mark, own) in enumerate(zip(ids, marks, shared, strict=True)):
            if index and not own:
                continue  # nothing but punctuation is in it
            start = own[0].item.start if index else span.start
            following = next((other[0].item.start for other in shared[index + 1 :] if other), span.end)
            whole = Clip(chapter=span.chapter, id=id_, start=start, end=following)
            if whole.microseconds[1] > whole.microseconds[0]:
                yield Spoken(id=id_, clips=self._clips(placed, mark, own, whole) or [whole])

    def _clips(self, placed: Placed, mark: Mark, words: Sequence["_Word"], whole: Clip) -> list[Clip]:
        """Return a clip for each word that has a mark of its own inside of the sentence's."""
        if not self._has_words:
            return []
        marked: list[tuple[int, str]] = []
        for word in words:
            inner = next(self.marker.marks(placed.spots[word.first : word.last]), None)
            if inner is not None and mark.start <= inner.start and inner.end <= mark.end:
                id_ = self._id()
                self.marker.enclose(inner, id_)
                marked.append((word.item.start, id_))
        starts = [whole.start, *(start for start, _ in marked[1:]), whole.end]
        clips = (
            replace(whole, id=id_, start=start, end=end)
            for (_, id_), (start, end) in zip(marked, pairwise(starts), strict=False)
        )
        return [clip for clip in clips if clip.microseconds[1] > clip.microseconds[0]]

    def _id(self) -> str:
        self._n_marks += 1
        return f"{self._prefix}-{self._n_marks}"


@dataclass(frozen=True, slots=True)
class _Word:
    """A word and the characters of its segment that it stands in."""

    item: AlignmentItem
    first: int
    last: int


def _words(placed: Placed) -> Iterator[_Word]:
    """Yield the words of a segment that last any time, with the positions of their letters on the page."""
    text = placed.segment.text
    for item in placed.segment.words:
        before, own = len(letters(text[: item.char[0]])), len(letters(item.text))
        if own and item.n_samples:
            first, last = placed.letters[before], placed.letters[before + own - 1]
            yield _Word(item, first, last + 1)


def _shared(marks: Sequence[Mark], words: Sequence[_Word]) -> list[list[_Word]]:
    """Return for each mark the words that begin in it."""
    edges = [mark.n_before for mark in marks]
    found: list[list[_Word]] = [[] for _ in marks]
    for word in words:
        index = max((number for number, edge in enumerate(edges) if edge <= word.first), default=0)
        found[index].append(word)
    return found


def _unused(page: Page) -> str:
    """Return a beginning of ids that no id on the page has."""
    prefix = PREFIX
    while any(id_.startswith(prefix) for id_ in page.ids):
        prefix += "x"
    return prefix
