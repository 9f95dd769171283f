"""The height of a waveform between its samples: four times as many, as in ITU-R BS.1770-4, Annex 2.

The samples in between are interpolated by a sinc in a Kaiser window, `REACH` samples to either side, at any rate.
Three of four interpolated values lie between samples, so a peak is missed by at most an eighth of a sample: nothing
at the frequencies of speech, 0.6 dB for a tone just below half the rate.
Where no interpolated sample can be the highest, none is computed: in most of a recording.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
"""Samples in single precision, which holds 16 bits with 8 to spare, in half the time of double precision."""

SECONDS_AT_ONCE = 8
"""How much is computed at once: a call of numpy lets other threads go on, which costs as much as computing little."""

FACTOR = 4
REACH = 12
"""How many samples on either side a value between two samples depends on."""

_BETA = 6.0
_BLOCK = 64


def _weights() -> NDArray[np.float64]:
    """Return the weights of the 2 x `REACH` nearest samples, for each of the places between two of them."""
    places = np.arange(1, FACTOR) / FACTOR
    distances = np.arange(-REACH + 1, REACH + 1) - places[:, np.newaxis]
    windows = np.i0(_BETA * np.sqrt(1 - (distances / REACH) ** 2)) / np.i0(_BETA)
    weights = np.sinc(distances) * windows
    normal: NDArray[np.float64] = weights / weights.sum(axis=1, keepdims=True)
    return normal


_QUARTER, _HALF, _ = _weights()  # three quarters are a quarter seen from the other side
_MOST = float(np.abs(_weights()).sum(axis=1).max())
"""How much higher an interpolated value can be than the samples that it depends on."""


def highest(samples: Samples, least: float = 0.0) -> float:
    """Return the highest absolute value between the samples, or `least`, such as the highest of them, if that is more.

    There is nothing before and after `samples`: hand over `REACH` more on either side of what is meant.
    """
    places = _high_blocks(samples, least)
    if not len(places):
        return least
    return max(least, float(between(samples, places).max()))


def heights(samples: Samples, ceiling: float) -> Samples:
    """Return the highest absolute value from each sample up to the next, n - 2 x `REACH` of them.

    The first belongs to sample number `REACH`.  What is between samples is left out where it stays below `ceiling`.
    """
    n = len(samples) - 2 * REACH
    found = np.zeros(-(-n // _BLOCK) * _BLOCK, np.float32)
    found[:n] = np.abs(samples[REACH : REACH + n])
    places = _high_blocks(samples, ceiling)
    if len(places):
        blocks = found.reshape(-1, _BLOCK)
        blocks[places] = np.maximum(blocks[places], between(samples, places))
    return found[:n]


def _high_blocks(samples: Samples, ceiling: float) -> NDArray[np.intp]:
    """Return the numbers of the blocks in which a value above `ceiling` may be, counted from sample `REACH`."""
    padded = _padded(samples)
    highest = np.abs(padded).reshape(-1, _BLOCK).max(axis=1)
    places = np.flatnonzero(np.maximum(highest[:-1], highest[1:]) * _MOST > ceiling)
    near = np.abs(_windows(padded)[places]).max(axis=1, initial=0.0)
    high: NDArray[np.intp] = places[near * _MOST > ceiling]
    return high


def between(samples: Samples, places: NDArray[np.intp]) -> Samples:
    """Return the highest absolute value behind each sample of these blocks.

    Samples as far before as behind have equal weights in the middle, and each other's in the two quarters.  So of
    each pair, sum and difference are weighed, for all three places.
    """
    # What is added up lies in a row.  A sum of products of whole arrays rounds alike on every machine, a library's
    # convolution may not.
    windows = np.ascontiguousarray(_windows(_padded(samples))[places].T)
    middle, even, odd = np.zeros((3, _BLOCK, len(places)), np.float32)
    for offset in range(REACH):
        first, last = offset + 1, 2 * REACH - offset
        before, behind = windows[first : first + _BLOCK], windows[last : last + _BLOCK]
        both, apart = before + behind, before - behind
        near, far = _QUARTER[offset], _QUARTER[-1 - offset]
        middle += both * np.float32(_HALF[offset])
        even += both * np.float32((near + far) / 2)
        odd += apart * np.float32((near - far) / 2)
    found: Samples = np.maximum(np.abs(middle), np.abs(even) + np.abs(odd)).T
    return found


def _padded(samples: Samples) -> Samples:
    """Return the samples that whole blocks depend on; nothing follows the last of them."""
    n_blocks = max(1, -(-(len(samples) - 2 * REACH) // _BLOCK))
    padded = np.zeros((n_blocks + 1) * _BLOCK, np.float32)
    padded[: len(samples)] = samples[: len(padded)]
    return padded


def _windows(padded: Samples) -> Samples:
    """Return the samples that each block depends on, one block a row."""
    windows: Samples = np.lib.stride_tricks.sliding_window_view(padded, _BLOCK + 2 * REACH)[::_BLOCK]
    return windows
