"""The height of a waveform between its samples: four times as many, as in ITU-R BS.1770-4, Annex 2.

The samples in between are interpolated by a sinc in a Kaiser window, `REACH` samples to either side, at any rate.
Three of four interpolated values lie between samples, so a peak is missed by at most an eighth of a sample: nothing
at the frequencies of speech, 0.6 dB for a tone just below half the rate.
Where no interpolated sample can be the highest, none is computed: in most of a recording.
"""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float64]

FACTOR = 4
REACH = 12
"""How many samples on either side a value between two samples depends on."""

_BETA = 6.0
_BLOCK = 64


def _weights() -> Samples:
    """Return the weights of the 2 x `REACH` nearest samples, for each of the places between two of them."""
    places = np.arange(1, FACTOR) / FACTOR
    distances = np.arange(-REACH + 1, REACH + 1) - places[:, np.newaxis]
    windows = np.i0(_BETA * np.sqrt(1 - (distances / REACH) ** 2)) / np.i0(_BETA)
    weights = np.sinc(distances) * windows
    normal: Samples = weights / weights.sum(axis=1, keepdims=True)
    return normal


_WEIGHTS = _weights()
_MOST = float(np.abs(_WEIGHTS).sum(axis=1).max())
"""How much higher an interpolated value can be than the samples that it depends on."""


def highest(samples: Samples, least: float = 0.0) -> float:
    """Return the highest absolute value between the samples, or `least` if that is more.

    There is nothing before and after `samples`: hand over `REACH` more on either side of what is meant.
    """
    places = _high_blocks(samples, max(least, float(np.abs(samples).max(initial=0.0))))
    if not len(places):
        return least
    return max(least, float(between(samples, places).max()))


def heights(samples: Samples, ceiling: float) -> Samples:
    """Return the highest absolute value from each sample up to the next, n - 2 x `REACH` of them.

    The first belongs to sample number `REACH`.  What is between samples is left out where it stays below `ceiling`.
    """
    n = len(samples) - 2 * REACH
    found = np.zeros(-(-n // _BLOCK) * _BLOCK)
    found[:n] = np.abs(samples[REACH : REACH + n])
    places = _high_blocks(samples, ceiling)
    if len(places):
        blocks = found.reshape(-1, _BLOCK)
        blocks[places] = np.maximum(blocks[places], between(samples, places))
    return found[:n]


def _high_blocks(samples: Samples, ceiling: float) -> NDArray[np.intp]:
    """Return the numbers of the blocks in which a value above `ceiling` may be, counted from sample `REACH`."""
    windows = _windows(samples)
    high = np.maximum(windows.max(axis=1), -windows.min(axis=1))
    return np.flatnonzero(high * _MOST > ceiling)


def between(samples: Samples, places: NDArray[np.intp]) -> Samples:
    """Return the highest absolute value behind each sample of these blocks."""
    windows = _windows(samples)[places]
    found = np.zeros((len(places), _BLOCK))
    for weights in _WEIGHTS:
        values = np.zeros_like(found)
        # A sum of products of whole arrays rounds alike on every machine, a library's convolution may not.
        for offset, weight in enumerate(weights, start=1):
            values += weight * windows[:, offset : offset + _BLOCK]
        np.maximum(found, np.abs(values), out=found)
    return found


def _windows(samples: Samples) -> Samples:
    """Return the samples that each block depends on; nothing follows the last of them."""
    n_blocks = max(1, -(-(len(samples) - 2 * REACH) // _BLOCK))
    padded = np.zeros(n_blocks * _BLOCK + 2 * REACH)
    padded[: len(samples)] = samples[: len(padded)]
    windows: Samples = np.lib.stride_tricks.sliding_window_view(padded, _BLOCK + 2 * REACH)[::_BLOCK]
    return windows
