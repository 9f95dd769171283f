"""Where each take lies in its chapter, to the sample.

A pause is what a listener hears: from the end of the last word to the beginning of the next.  Engines leave
silence of their own around speech; up to `pauses.margin` of it is kept on each side, so that no sound is cut,
the rest is trimmed, and room tone fills what is missing.  A take that was asked to last for some time is kept whole:
its silence is part of that time, and the pause is no shorter than it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from batchtts.errors import PlanError, Problem
from batchtts.job import Pauses
from batchtts.model import Chapter, Segment, Take


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A take as it lies in the chapter; everything is counted in samples.

    `start` is where its first kept sample lies, `n_samples` how many are kept, `lead` and `tail` how many are
    trimmed before and after them, `gap_after` how much room tone follows.
    """

    segment: Segment
    take: Take
    start: int
    n_samples: int
    lead: int
    tail: int
    gap_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """All cuts of a chapter, in order; room tone of `head` samples comes first."""

    sample_rate: int
    head: int
    cuts: tuple[Cut, ...]
    n_samples: int


@dataclass(frozen=True, slots=True)
class _Margins:
    """The silence that a take has before and after its speech, as far as it may be kept, or has to be."""

    before: int
    after: int
    is_whole: bool


def lay_out(chapter: Chapter, takes: Mapping[str, Take], pauses: Pauses) -> Timeline:
    """Return the timeline of a chapter, given the live take of each of its fingerprints."""
    chosen = [(segment, takes[segment.fingerprint]) for segment in chapter.segments]
    rate = sample_rate_of(chapter, [take for _, take in chosen])
    margins = [_margins(segment, take, round(pauses.margin * rate)) for segment, take in chosen]
    _, lead_kept, head = _share(round(pauses.chapter_head * rate), _NOTHING, margins[0])
    position = head
    cuts = []
    for index, (segment, take) in enumerate(chosen):
        pause = round(pauses.after(segment.boundary) * rate)
        following = margins[index + 1] if index + 1 < len(chosen) else _NOTHING
        tail_kept, next_lead, gap = _share(pause, margins[index], following)
        lead, end = take.speech_start - lead_kept, take.speech_end + tail_kept
        cuts.append(
            Cut(
                segment=segment,
                take=take,
                start=position,
                n_samples=end - lead,
                lead=lead,
                tail=take.n_samples - end,
                gap_after=gap,
            )
        )
        position += end - lead + gap
        lead_kept = next_lead
    return Timeline(sample_rate=rate, head=head, cuts=tuple(cuts), n_samples=position)


_NOTHING = _Margins(0, 0, is_whole=False)


def _share(pause: int, first: _Margins, second: _Margins) -> tuple[int, int, int]:
    """Return how much of a pause is the end of one take, the beginning of the next, and room tone between."""
    tail, lead = first.after, second.before
    if not first.is_whole:
        tail = min(tail, max(0, pause - (lead if second.is_whole else min(lead, pause // 2))))
    if not second.is_whole:
        lead = min(lead, max(0, pause - tail))
    return tail, lead, max(0, pause - tail - lead)


def _margins(segment: Segment, take: Take, most: int) -> _Margins:
    before, after = take.speech_start, take.n_samples - take.speech_end
    if segment.length_seconds is not None:
        return _Margins(before, after, is_whole=True)
    return _Margins(min(before, most), min(after, most), is_whole=False)


def sample_rate_of(chapter: Chapter, takes: list[Take]) -> int:
    """Return the rate that all takes have; raise `PlanError` if they have several."""
    rates = sorted({take.sample_rate for take in takes})
    if len(rates) > 1:
        what = f"chapter {chapter.title!r} mixes takes of {' and '.join(map(str, rates))} Hz"
        raise PlanError(
            [Problem(where=chapter.document, what=what, hint="Let one engine speak each chapter.")]
        )
    return rates[0]
