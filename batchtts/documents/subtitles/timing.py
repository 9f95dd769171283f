"""From the times of cues to slots: whose time is whose, and how far each may go on.

Cues are taken in the order of their times, whatever their numbers and places in the file.  Those that overlap keep
their times: they are heard at once.  The time of a cue in which several speak is shared out by the length of
their texts.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate, pairwise

from batchtts.model import Slot

GAP_MS = 80
"""What is left before the next cue where speech goes on after its own: two frames of film, as between subtitles."""


def shares(start_ms: int, end_ms: int, weights: Sequence[int]) -> list[tuple[int, int]]:
    """Return the time from start to end cut in proportion to positive weights, of which each gets 1 ms at least."""
    total, rest = sum(weights), end_ms - start_ms - len(weights)
    bounds = [start_ms + n + rest * sum_ // total for n, sum_ in enumerate(accumulate(weights, initial=0))]
    return list(pairwise(bounds))


def slots(times: Sequence[tuple[int, int]], length_ms: int, *, use_following_silence: bool) -> list[Slot]:
    """Return a slot for each of these times, which are sorted by their starts and end within the track.

    Silence follows a time if nothing else is said at its end; it lasts up to shortly before the next one.
    """
    starts = [start for start, _ in times]
    latest = list(accumulate((end for _, end in times), max))
    found: list[Slot] = []
    for index, (start, end) in enumerate(times):
        after = bisect_left(starts, end, index + 1)
        limit = end
        if use_following_silence and latest[after - 1] <= end:
            limit = max(end, starts[after] - GAP_MS) if after < len(times) else length_ms
        found.append(Slot(start_ms=start, end_ms=end, limit_ms=limit))
    return found
