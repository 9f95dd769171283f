"""Marks around stretches of a page: `<span id=...>` where the tags of the page let one stand.

A stretch that begins in an element and ends outside of it gets several marks, unless nothing else of the
element is before it, or after it: then the mark encloses the element.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchtts.export.readalong.epub.markup import BLOCKS, Element, Page
from batchtts.export.readalong.epub.placing import Spot


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of bytes that one mark can enclose, and how many of the stretch's characters are before it."""

    start: int
    end: int
    n_before: int


class Marker:
    """Finds the marks of one page, and writes it with them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        tags = sorted(_tags(page.elements), key=lambda tag: tag[0])
        self._places = [place for place, _ in tags]
        self._tagged = [element for _, element in tags]
        self._insertions: list[tuple[int, int, int, bytes]] = []
        self._n_marks = 0

    def marks(self, spots: Sequence[Spot]) -> Iterator[Mark]:
        """Yield the marks that characters need which follow one another on the page."""
        first = 0
        while first < len(spots):
            last = self._reach(spots, first)
            seen = [index for index in range(first, last) if not self._character(spots[index]).isspace()]
            if seen:
                yield Mark(*self._widened(spots[seen[0]], spots[seen[-1]]), first)
            first = last

    def enclose(self, mark: Mark, id_: str) -> None:
        """Put a mark into the page; those inside of others are put there after them."""
        self._n_marks += 1
        self._insertions.append((mark.start, 1, self._n_marks, f'<span id="{id_}">'.encode()))
        self._insertions.append((mark.end, 0, -self._n_marks, b"</span>"))

    def written(self, more: Sequence[tuple[int, bytes]] = ()) -> bytes:
        """Return the page with its marks, and with other bytes at some places."""
        pieces: list[bytes] = []
        position = 0
        others = [(place, 2, 0, text) for place, text in more]
        for place, _, _, text in sorted([*self._insertions, *others]):
            pieces += [self._page.data[position:place], text]
            position = place
        return b"".join([*pieces, self._page.data[position:]])

    def _character(self, spot: Spot) -> str:
        return self._page.runs[spot[0]].text[spot[1]]

    def _start(self, spot: Spot) -> int:
        return self._page.runs[spot[0]].places[spot[1]]

    def _end(self, spot: Spot) -> int:
        return self._page.runs[spot[0]].ends[spot[1]]

    def _reach(self, spots: Sequence[Spot], first: int) -> int:
        """Return the number of the character after the last one that can be in one mark with the first."""
        for last in range(len(spots), first, -1):
            is_edge = last == len(spots) or spots[last][0] != spots[last - 1][0]
            if is_edge and self._fits(spots[first], spots[last - 1]):
                return last
        run = spots[first][0]
        return next((index for index in range(first, len(spots)) if spots[index][0] != run), len(spots))

    def _fits(self, first: Spot, last: Spot) -> bool:
        """Return whether one mark can enclose all between two characters, or a little more."""
        start, end = self._start(first), self._end(last)
        for element in self._between(start, end):
            if element.name in BLOCKS:
                return False
            if element.start[0] < start and self._text_between(element.start[1], start):
                return False
            if element.end[1] > end and self._text_between(end, element.end[0]):
                return False
        return True

    def _widened(self, first: Spot, last: Spot) -> tuple[int, int]:
        """Return the bytes of a mark around two characters, with the elements enclosed that it must not cut through."""
        start, end = self._start(first), self._end(last)
        crossed = list(self._between(start, end))
        return (
            min([start, *(element.start[0] for element in crossed)]),
            max([end, *(element.end[1] for element in crossed)]),
        )

    def _between(self, start: int, end: int) -> Sequence[Element]:
        """Return the elements that begin or end between two bytes."""
        first, last = bisect_left(self._places, start), bisect_left(self._places, end)
        return self._tagged[first:last]

    def _text_between(self, start: int, end: int) -> bool:
        """Return whether there is anything to read between two bytes."""
        return any(
            not character.isspace()
            for run in self._page.runs
            if run.places[0] < end and run.ends[-1] > start
            for character, place in zip(run.text, run.places, strict=True)
            if start <= place < end
        )


def _tags(elements: Sequence[Element]) -> Iterator[tuple[int, "Element"]]:
    for element in elements:
        yield element.start[0], element
        if element.end != element.start:
            yield element.end[0], element
