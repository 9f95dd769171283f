"""The segments of a scope as stretches of their numbers, none too long to be read in one go."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from batchtts.ledger.queries import Asking, rows
from batchtts.ledger.scope import Scope

Stretch: TypeAlias = tuple[int, int]
"""The numbers of the first and the last of some segments that follow each other."""

PAGE = 512
"""How many segments are looked at in one go; as long as that takes, nothing else is recorded."""

_CHAPTERS_AT_ONCE = 1_000

_CHAPTERS = (
    "SELECT position, id, first, first + n_segments - 1 FROM chapter "
    "WHERE position > ? AND n_segments > 0 AND (n_done < n_segments OR NOT ?) ORDER BY position LIMIT ?"
)


def stretches(
    ask: Asking, scope: Scope, *, is_lacking: bool = False, longest: int = PAGE
) -> Iterator[Stretch]:
    """Yield stretches of the chapters of a scope, or with `is_lacking` of those that lack takes, in reading order.

    Chapters that become whole meanwhile may be left out; nothing comes twice.
    """
    joined: Stretch | None = None
    for stretch in _chapters(ask, scope, is_lacking=is_lacking):
        if joined is None or joined[1] + 1 != stretch[0] or joined[1] - joined[0] > longest:
            if joined is not None:
                yield from _cut(joined, longest)
            joined = stretch
        else:
            joined = joined[0], stretch[1]
    if joined is not None:
        yield from _cut(joined, longest)


def _chapters(ask: Asking, scope: Scope, *, is_lacking: bool) -> Iterator[Stretch]:
    position = -1
    while found := ask(rows(_CHAPTERS, (position, is_lacking, _CHAPTERS_AT_ONCE))):
        yield from ((first, last) for _, id_, first, last in found if scope.has(id_))
        position = found[-1][0]


def _cut(stretch: Stretch, longest: int) -> Iterable[Stretch]:
    first, last = stretch
    return ((start, min(start + longest - 1, last)) for start in range(first, last + 1, longest))
