"""Where a take meets room tone: one passes into the other, so that no join clicks.

Only silence is touched.  At either end of a take, the outermost of the silence that was kept of it passes into
room tone.  Where less was kept than a fade is long, the room tone beside it lends the rest: it passes into
samples that lead up to the first of the take, or away from its last.  So speech stays as it is to the sample,
even if it begins in the middle of a wave.  Where speech follows speech without a pause, nothing can fade.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from batchtts.audio import fades
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm
from batchtts.stitch.room_tone import Tone
from batchtts.stitch.timeline import Cut, Timeline


@dataclass(frozen=True, slots=True, kw_only=True)
class Seam:
    """The two ends of a take, in samples: how much fades of what is kept of it, and how much is lent."""

    fade_in: int
    fade_out: int
    lent_before: int
    lent_after: int


def find_seams(timeline: Timeline, n_samples: int) -> Iterator[Seam]:
    """Yield the seam of each cut, with fades of `n_samples` wherever there is silence enough."""
    fading = [_fading(cut, n_samples) for cut in timeline.cuts]
    lacking = [
        [min(n_samples - own, max(0, cut.n_samples - 1)) for own in both]
        for cut, both in zip(timeline.cuts, fading, strict=True)
    ]
    lent_before, rest = _share(0, lacking[0][0], timeline.head)[1], [*lacking[1:], [0, 0]]
    for cut, (fade_in, fade_out), (_, after), (following, _) in zip(
        timeline.cuts, fading, lacking, rest, strict=True
    ):
        lent_after, lent_next = _share(after, following, cut.gap_after)
        yield Seam(fade_in=fade_in, fade_out=fade_out, lent_before=lent_before, lent_after=lent_after)
        lent_before = lent_next


def samples_around(take: Pcm, cut: Cut, seam: Seam, tone: Tone) -> Iterator[bytes | memoryview]:
    """Yield the samples of a chapter around a cut, its seams included.

    They begin `lent_before` samples before the cut and end `lent_after` samples after it.
    """
    sound = memoryview(take.data)[cut.lead * SAMPLE_BYTES : (cut.lead + cut.n_samples) * SAMPLE_BYTES]
    n_in, n_out = seam.fade_in + seam.lent_before, seam.fade_out + seam.lent_after
    first, last = seam.fade_in * SAMPLE_BYTES, len(sound) - seam.fade_out * SAMPLE_BYTES
    if n_in:
        lent = fades.foreshadow(sound, seam.lent_before)
        yield fades.mixed(tone.slice(cut.start - seam.lent_before, n_in), lent + sound[:first])
    yield sound[first:last]
    if n_out:
        lent = fades.echo(sound, seam.lent_after)
        ground = tone.slice(cut.start + cut.n_samples - seam.fade_out, n_out)
        yield fades.mixed(bytes(sound[last:]) + lent, ground)


def _fading(cut: Cut, n_samples: int) -> tuple[int, int]:
    """Return how much fades of the silence that was kept before and after the speech of a take.

    Where a track ends, a take may be cut off before it speaks at all.
    """
    before = min(cut.take.speech_start - cut.lead, cut.n_samples)
    after = cut.take.n_samples - cut.tail - cut.take.speech_end
    return max(0, min(before, n_samples)), max(0, min(after, n_samples))


def _share(after: int, before: int, gap: int) -> tuple[int, int]:
    """Return how much room tone is lent to the take before a gap, and how much to the one after it."""
    first = min(after, gap - min(before, gap // 2))
    return first, min(before, gap - first)
