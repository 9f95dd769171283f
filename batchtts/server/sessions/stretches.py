"""Speech in stretches of about half a second, each of which becomes one frame."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from batchtts.engine import Speech
from batchtts.lmnt.wire import SAMPLE_RATE
from batchtts.server.sessions.dialects import Span
from batchtts.server.speaking import durations

SHORTEST = SAMPLE_RATE // 8
FIRST = SAMPLE_RATE * 3 // 10
LONGEST = SAMPLE_RATE * 13 // 20
"""Samples.  The first stretch of a stream is short, so that it leaves early.  Even as 32-bit numbers the longest
stays below 64 KiB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """The samples from `start` to `end` of a stream of audio, and what is said in them."""

    start: int
    end: int
    spans: tuple[Span, ...]
    is_last: bool = False

    def joined(self, following: "Stretch") -> "Stretch":
        """Return this stretch and the one that follows it as one."""
        spans = (*self.spans, *following.spans)
        return replace(self, end=following.end, spans=spans, is_last=following.is_last)


def cut(speech: Speech, text: str, *, start: int, is_last: bool) -> list[Stretch]:
    """Return stretches that tile a speech, which begins at the sample `start` of the stream.

    They end between words where they can.  A span belongs to the stretch in which it begins.
    """
    spans = [
        Span(
            text=str(element["text"]),
            start=start + _samples(element["start"]),
            n_samples=_samples(element["duration"]),
        )
        for element in durations(speech.alignment, text)
    ]
    bounds = list(_bounds([span.start for span in spans], start, start + speech.audio.n_samples))
    stretches = []
    position = 0
    for begin, end in pairwise(bounds):
        following = len(spans) if end == bounds[-1] else position
        while following < len(spans) and spans[following].start < end:
            following += 1
        stretches.append(Stretch(start=begin, end=end, spans=tuple(spans[position:following])))
        position = following
    if stretches and is_last:
        stretches[-1] = replace(stretches[-1], is_last=True)
    return stretches


def _bounds(starts: Sequence[int], start: int, end: int) -> Iterator[int]:
    """Yield where stretches begin, and the end."""
    position = start
    while end - position > (longest := LONGEST if position else FIRST):
        yield position
        latest = min(position + longest, end - SHORTEST)
        before = bisect_right(starts, latest) - 1
        fits = before >= 0 and starts[before] >= position + SHORTEST
        position = starts[before] if fits else latest
    yield position
    yield end


def _samples(seconds: str | float) -> int:
    return round(float(seconds) * SAMPLE_RATE)
