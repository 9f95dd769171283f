"""The noise that fills pauses: silence that is perfectly digital sounds like a fault.

It is triangular noise, the sum of two even ones, from a seeded generator whose sequence Python guarantees,
so that the same job gives the same bytes everywhere.  It repeats after some five seconds.
"""

import random
import sys
from array import array
from functools import lru_cache

from batchtts.audio.pcm import SAMPLE_BYTES
from batchtts.job import RoomTone

_N_LOOP = 1 << 17
_FULL_SCALE = 32768


class Tone:
    """An endless stretch of room tone; position 0 is the beginning of the chapter."""

    def __init__(self, settings: RoomTone) -> None:
        self._loop = _loop(settings)

    def slice(self, start: int, n_samples: int) -> bytes:
        """Return the samples from `start` on."""
        first = start % _N_LOOP
        n_loops = -(-(first + n_samples) // _N_LOOP)
        return (self._loop * n_loops)[first * SAMPLE_BYTES : (first + n_samples) * SAMPLE_BYTES]


@lru_cache(maxsize=1)
def _loop(settings: RoomTone) -> bytes:
    """Return the stretch that repeats; all chapters of a job have the same."""
    if settings.level_dbfs is None:
        return bytes(_N_LOOP * SAMPLE_BYTES)
    # The RMS of triangular noise is its peak divided by the square root of six.
    peak = _FULL_SCALE * 10 ** (settings.level_dbfs / 20) * 6**0.5
    even = random.Random(settings.seed).random  # noqa: S311 - noise, not a secret
    samples = array("h", (round((even() - even()) * peak) for _ in range(_N_LOOP)))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
