"""Where on a page each segment stands: its letters are looked for among the letters of the page.

What a narrator passes over, such as a note or the number of a page, is an element of its own, so text between
two tags is read whole or not at all.  Spaces, punctuation and invisible characters are no letters: they may
differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from batchtts.export.readalong.epub.markup import Page, Run
from batchtts.export.timed import TimedSegment

Spot = tuple[int, int]
"""A character of a page: the number of its run, and of the character in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A segment on a page: all of its characters that are there, in order, and where each of its letters is.

    `letters` are the positions in `spots` of the letters of the segment's text, one after another.
    """

    segment: TimedSegment
    spots: Sequence[Spot]
    letters: Sequence[int]


def letters(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(filter(str.isalnum, text))


def place(page: Page, segments: Sequence[TimedSegment]) -> Iterator[Placed]:
    """Yield the segments of a page that are found on it, in order."""
    found = (segment for segment in segments if letters(segment.text))
    for path, group in groupby(found, key=lambda segment: segment.locator.xpath):
        own = list(group)
        element = page.at(path)
        runs = [
            number for number, run in enumerate(page.runs) if element is not None and page.is_in(run, element)
        ]
        if (chosen := _chosen(page, runs, "".join(letters(segment.text) for segment in own))) is not None:
            yield from _parted(page, chosen, own)


def _chosen(page: Page, runs: Sequence[int], wanted: str) -> list[int] | None:
    """Return the runs whose letters are those that are wanted, and those between them that have none; None if there are none.

    Each run is read or passed over; the first way is taken that comes to the end.
    """
    texts = [letters(page.runs[number].text) for number in runs]
    came_from: dict[Spot, Spot | None] = {(0, 0): None}
    stack: list[Spot] = [(0, 0)]
    while stack:
        index, position = stack.pop()
        if position == len(wanted):
            return _path(runs, texts, came_from, (index, position))
        if index == len(runs):
            continue
        ways = [(index + 1, position)]
        if texts[index] and wanted.startswith(texts[index], position):
            ways.append((index + 1, position + len(texts[index])))  # tried first
        for way in ways:
            if way not in came_from:
                came_from[way] = (index, position)
                stack.append(way)
    return None


def _path(
    runs: Sequence[int], texts: Sequence[str], came_from: dict[Spot, Spot | None], last: Spot
) -> list[int]:
    found: list[int] = []
    here: Spot | None = last
    while here is not None and (before := came_from[here]) is not None:
        index, position = before
        if here[1] != position or not texts[index]:
            found.append(runs[index])
        here = before
    rest = range(last[0], len(runs))
    return found[::-1] + [runs[index] for index in rest if not texts[index]]


def _parted(page: Page, chosen: Sequence[int], segments: Sequence[TimedSegment]) -> Iterator[Placed]:
    """Yield the segments with their characters: those between two belong to the first, up to the last space."""
    spots = [(number, index) for number in chosen for index in range(len(page.runs[number].text))]
    characters = [page.runs[number].text[index] for number, index in spots]
    places = [position for position, character in enumerate(characters) if character.isalnum()]
    first = 0
    stretches: list[Sequence[int]] = []
    for segment in segments:
        n_letters = len(letters(segment.text))
        stretches.append(places[first : first + n_letters])
        first += n_letters
    starts = [
        _begin(characters, own[0], before)
        for own, before in zip(stretches, [-1, *(own[-1] for own in stretches)], strict=False)
    ]
    ends = [*starts[1:], _end(characters, stretches[-1][-1], segments[-1].text)]
    for segment, own, start, end in zip(segments, stretches, starts, ends, strict=True):
        last = end
        while characters[last - 1].isspace():
            last -= 1
        yield Placed(segment=segment, spots=spots[start:last], letters=[position - start for position in own])


def _begin(characters: Sequence[str], first: int, before: int) -> int:
    """Return where a segment begins whose first letter is at `first`: after the last space, or the segment before it."""
    start = first
    while start - 1 > before and not characters[start - 1].isspace():
        start -= 1
    if start - 1 == before and before >= 0:  # nothing parts the two: what is between closes the first
        return first
    return start


def _end(characters: Sequence[str], last: int, text: str) -> int:
    """Return where a segment ends whose last letter is at `last`: after as many signs as follow that in its text."""
    end = last + 1
    n_signs = sum(1 for _ in takewhile(lambda sign: not sign.isalnum(), reversed("".join(text.split()))))
    while end < len(characters) and (n_signs > 0 or not characters[end].isspace()):
        n_signs -= not characters[end].isspace()
        end += 1
    return end


def runs_of(page: Page, spots: Sequence[Spot]) -> Iterator[tuple[Run, int, int]]:
    """Yield the runs that some characters stand in, each with the first and the last of them."""
    for number, group in groupby(spots, key=lambda spot: spot[0]):
        indexes = [index for _, index in group]
        yield page.runs[number], indexes[0], indexes[-1]
