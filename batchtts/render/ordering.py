"""In which order segments are asked for: in that of the book, but for the last of them."""

from collections import deque
from collections.abc import Iterator

from batchtts.ledger.queries import Asked


def longest_last_first(queue: Iterator[Asked], n_last: int) -> Iterator[Asked]:
    """Yield what is in a queue in its order, and the last `n_last` of it with the longest first.

    Else one core would be left alone with a long segment when all others are out of work; this is the
    "longest processing time first" rule (Graham 1969), as far as it can be had without delaying chapters.
    """
    held: deque[Asked] = deque()
    for asked in queue:
        held.append(asked)
        if len(held) > n_last:
            yield held.popleft()
    yield from sorted(held, key=lambda asked: -asked.segment.seconds)
