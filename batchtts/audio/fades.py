"""One sound passes into another within a few samples, so that nothing clicks.

The weights follow a raised cosine: half a period of a cosine, from one extreme to the other, whose slope is 0
at both ends.  All sums are of integers, so every machine gives the same samples.
"""

from functools import lru_cache
from math import cos, pi
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from batchtts.audio.pcm import SAMPLE_BYTES

Buffer: TypeAlias = bytes | memoryview
"""Samples, mono, 16-bit, little-endian."""

_BITS = 15
_ONE = 1 << _BITS
"""The weight of a sound that is heard alone.  The difference of two samples times this is below 2 ** 31."""

_LOUDEST = 32_767


def mixed(first: Buffer, last: Buffer) -> bytes:
    """Return as many samples as either sound has: `first` to begin with, `last` in the end."""
    weights = _weights(memoryview(first).nbytes // SAMPLE_BYTES)
    before = _samples(first).astype(np.int32)
    sums = (before << _BITS) + (_samples(last) - before) * weights + _ONE // 2
    return (sums >> _BITS).astype("<i2").tobytes()


def foreshadow(sound: Buffer, n_samples: int) -> bytes:
    """Return samples that lead up to the first of `sound`, without a corner where they meet it.

    They are its beginning, turned around that sample: `2 x[0] - x[n]` comes n samples before it, cut off at
    full scale.  `sound` must be longer than they are.
    """
    return _turned(_samples(sound)[: n_samples + 1])[::-1].tobytes() if n_samples else b""


def echo(sound: Buffer, n_samples: int) -> bytes:
    """Return samples that follow the last of `sound`, without a corner where they meet it, in the same way."""
    return _turned(_samples(sound)[-n_samples - 1 :][::-1]).tobytes() if n_samples else b""


def _turned(samples: NDArray[np.int16]) -> NDArray[np.int16]:
    """Return all samples but the first, mirrored at its value."""
    turned = 2 * samples[:1].astype(np.int32) - samples[1:]
    return turned.clip(-_LOUDEST - 1, _LOUDEST).astype("<i2")


def _samples(data: Buffer) -> NDArray[np.int16]:
    return np.frombuffer(data, "<i2")


@lru_cache(maxsize=64)
def _weights(n_samples: int) -> NDArray[np.int32]:
    """Return how much of the second sound there is in each sample; rounded, so libraries cannot differ."""
    steps = (round(_ONE * (1 - cos(pi * (n + 0.5) / n_samples)) / 2) for n in range(n_samples))
    return np.fromiter(steps, np.int32, n_samples)
