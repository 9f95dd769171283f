"""Where each take lies in a chapter whose segments have slots: it begins with its slot, to the sample.

What is heard of a take begins shortly before its first word and lasts up to shortly after its last; nothing of it
is spoken at another time, so takes that last too long are heard together with what comes next.  With the policy
`exact` a take is heard whole, as it was made to last as long as its slot.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from batchtts.job import FitPolicy, Pauses
from batchtts.model import ONSET_SECONDS, Chapter, Dubbing, Segment, Slot, Take
from batchtts.stitch.timeline import Cut, Timeline, sample_rate_of


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bounds:
    """A slot in samples of its chapter, all of which end with the track."""

    start: int
    limit: int
    track: int


def samples_at(ms: int, sample_rate: int) -> int:
    """Return how many samples go before a time in milliseconds."""
    return round(ms * sample_rate / 1000)


def lay_out_slots(chapter: Chapter, dubbing: Dubbing, takes: Mapping[str, Take], pauses: Pauses) -> Timeline:
    """Return the timeline of a chapter, given the live take of each of its fingerprints.

    It is as long as the track, whatever the takes; what would go on after its end is cut off there.
    """
    rate = sample_rate_of(chapter, [takes[segment.fingerprint] for segment in chapter.segments])
    track = samples_at(dubbing.length_ms, rate)
    kept: list[Cut] = []
    for segment, slot in slots_of(chapter):
        bounds = _Bounds(
            start=samples_at(slot.start_ms, rate), limit=samples_at(slot.limit_ms, rate), track=track
        )
        take = takes[segment.fingerprint]
        first, last = _heard(take, bounds, dubbing.policy, pauses)
        kept.append(
            Cut(
                segment=segment,
                take=take,
                start=bounds.start,
                n_samples=last - first,
                lead=first,
                tail=take.n_samples - last,
                gap_after=0,
            )
        )
    return Timeline(
        sample_rate=rate, head=kept[0].start, cuts=tuple(_with_gaps(kept, track)), n_samples=track
    )


def slots_of(chapter: Chapter) -> Iterator[tuple[Segment, Slot]]:
    """Yield the segments of a chapter, all of which have slots, with these."""
    for segment in chapter.segments:
        assert segment.slot is not None
        yield segment, segment.slot


def _heard(take: Take, bounds: _Bounds, policy: FitPolicy, pauses: Pauses) -> tuple[int, int]:
    """Return from which to which sample a take is heard."""
    if policy is FitPolicy.EXACT:
        first, last = 0, take.n_samples
    else:
        first = max(0, take.speech_start - round(ONSET_SECONDS * take.sample_rate))
        margin = round(pauses.margin * take.sample_rate)
        last = min(take.speech_end + margin, take.n_samples)
    room = first + bounds.limit - bounds.start
    last = max(min(last, room), min(take.speech_end, last))  # silence has to go where there is no room for it
    return first, max(first, min(last, first + bounds.track - bounds.start))


def _with_gaps(cuts: list[Cut], track: int) -> Iterator[Cut]:
    """Yield the cuts with the room tone that follows each; none does while another is still heard."""
    end = 0
    for cut, following in zip(cuts, [*(cut.start for cut in cuts[1:]), track], strict=True):
        end = max(end, cut.start + cut.n_samples)
        gap = max(0, following - end) if end == cut.start + cut.n_samples else 0
        yield replace(cut, gap_after=gap)
