"""Sounds that have their places become one stretch of samples; where they overlap, they are heard together."""

from collections.abc import Iterable, Iterator

from batchtts.audio.pcm import SAMPLE_BYTES
from batchtts.stitch.room_tone import Tone

STRETCH_SAMPLES = 1 << 17
"""How much room tone is held at once: in a film, nothing may be said for an hour."""


def laid(placed: Iterable[tuple[int, bytes]], tone: Tone, n_samples: int) -> Iterator[bytes]:
    """Yield `n_samples` samples: each sound from its place on, which is no earlier than that of the one before it.

    Room tone fills what is left between them.  Only what is still to come of a sound is held.
    """
    position, held = 0, b""
    for start, sound in placed:
        done, held = _cut(held, start - position)
        yield done
        position += len(done) // SAMPLE_BYTES
        yield from _filled(tone, position, start)
        position = start
        held = _together(held, sound)
    yield held
    position += len(held) // SAMPLE_BYTES
    yield from _filled(tone, position, n_samples)


def _filled(tone: Tone, start: int, end: int) -> Iterator[bytes]:
    for position in range(start, end, STRETCH_SAMPLES):
        yield tone.slice(position, min(STRETCH_SAMPLES, end - position))


def _cut(sound: bytes, n_samples: int) -> tuple[bytes, bytes]:
    n_bytes = n_samples * SAMPLE_BYTES
    return sound[:n_bytes], sound[n_bytes:]


def _together(first: bytes, last: bytes) -> bytes:
    """Return two sounds that begin at once."""
    n_bytes = min(len(first), len(last))
    if not n_bytes:
        return first or last
    from batchtts.audio.overlap import added  # loads numpy, which chapters without overlaps do not need

    return added(first[:n_bytes], last[:n_bytes]) + first[n_bytes:] + last[n_bytes:]
