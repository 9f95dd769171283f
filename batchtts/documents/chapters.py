"""Chapters of a text without a table of contents: the highest heading level that comes more than once."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchtts.documents.labels import is_part_heading
from batchtts.documents.passages import Division, Passage
from batchtts.model import BlockKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A text in chapters, with the book's title if its headings give one."""

    title: str | None
    divisions: tuple[Division, ...]


def cut_at_headings(passages: Sequence[Passage], fallback: str) -> Cut:
    """Part a text at its headings; `fallback` is the title of what has no heading.

    A single heading above the chapters is the book's title: it is read only if text stands between it and
    the first chapter.  Headings that say "Part One" over deeper ones are no chapters: each is read at the
    beginning of the first chapter of its part.
    """
    headings = [
        (index, passage) for index, passage in enumerate(passages) if passage.kind is BlockKind.HEADING
    ]
    parts = _parts(headings)
    level = _chapter_level([passage for index, passage in headings if index not in parts], bool(parts))
    if level is None:
        title = passages[0].text if headings and headings[0][0] == 0 else None
        return Cut(title=title, divisions=(Division(title=title or fallback, passages=tuple(passages)),))
    starts = {index for index, passage in headings if index not in parts and passage.level <= level}
    title = None
    first_index, first = headings[0]
    if first_index in starts and first.level < level and len(starts) > 1:
        starts.remove(first_index)
        title = first.text
    edges = sorted(starts | parts)
    front = passages[: edges[0]]
    divisions = [*_front(front, title or fallback), *_chapters(passages, edges, parts)]
    return Cut(title=title, divisions=tuple(divisions))


def _parts(headings: Sequence[tuple[int, Passage]]) -> set[int]:
    """Return where the headings of parts are: those that say so and have a deeper one right below."""
    labelled = [passage.level for _, passage in headings if is_part_heading(passage.text)]
    deepest = max((passage.level for _, passage in headings), default=0)
    if not labelled or min(labelled) >= deepest:
        return set()
    return {
        index
        for index, passage in headings
        if is_part_heading(passage.text) and passage.level == min(labelled)
    }


def _chapter_level(headings: Sequence[Passage], in_parts: bool) -> int | None:
    counts = Counter(heading.level for heading in headings)
    needed = 1 if in_parts else 2
    return min((level for level, count in counts.items() if count >= needed), default=None)


def _front(passages: Sequence[Passage], title: str) -> Iterator[Division]:
    if any(passage.text and passage.kind is not BlockKind.HEADING for passage in passages):
        yield Division(title=title, passages=tuple(passages))


def _chapters(passages: Sequence[Passage], edges: Sequence[int], parts: set[int]) -> Iterator[Division]:
    waiting: tuple[Passage, ...] = ()
    part: tuple[str, ...] = ()
    for start, end in zip(edges, [*edges[1:], len(passages)], strict=True):
        stretch = tuple(passages[start:end])
        if start in parts:
            part = (stretch[0].text,)
            if end in parts or end == len(passages):
                yield Division(title=stretch[0].text, passages=stretch)
            else:
                waiting = stretch
            continue
        yield Division(title=stretch[0].text, passages=waiting + stretch, parts=part)
        waiting = ()
