"""Peaks are turned down before they come: a limiter that looks ahead and back, and delays nothing.

A sound is too high where its true peak is above the ceiling.  The gain that would bring it there holds for
`REACH_SECONDS` on either side (a minimum), and passes into no change over as long (two means in a row).  A mean of gains
none of which is too high is not too high, so no peak gets through.  Both windows are longer than the period of the
lowest voice: the gain follows the voice's loudness, not its waveform.

A gain that changes bends the waveform between samples, but at a peak that is to be brought down it is level: both means
are symmetric around the least gain.  What bending is left is less than what rounding to 16 bits does.
"""

from collections.abc import Iterable, Iterator

import numpy as np

from batchtts.audio import true_peak
from batchtts.audio.pcm import SAMPLE_BYTES
from batchtts.audio.true_peak import SECONDS_AT_ONCE, Samples

REACH_SECONDS = 0.015

_MARGIN = 0.999
"""-0.009 dB, for that and for rounding to 16 bits."""

_LOWEST, _HIGHEST = -32_768, 32_767


def limited(
    stretches: Iterable[bytes], sample_rate: int, *, factor: float, ceiling: float | None
) -> Iterator[bytes]:
    """Yield as many samples (mono, 16-bit, little-endian), multiplied by `factor`, and turned down at peaks.

    `ceiling` is an absolute value in units of a sample; None lets what is too high be cut off.  The result does not
    depend on how the sound is cut into stretches, and some seconds of it are held.  Raises `ValueError` for half a sample.
    """
    reach = max(1, round(sample_rate * REACH_SECONDS))
    context = 0 if ceiling is None else _context(reach)
    for window in _windows(stretches, SECONDS_AT_ONCE * sample_rate, context):
        sound = window * np.float32(factor)
        if ceiling is not None:
            sound = _turned_down(sound, ceiling * _MARGIN, reach)
        yield np.rint(sound).clip(_LOWEST, _HIGHEST).astype("<i2").tobytes()


def _context(reach: int) -> int:
    """Return how many samples on either side decide about one."""
    return 2 * reach + true_peak.REACH + 1


def _windows(stretches: Iterable[bytes], n_samples: int, context: int) -> Iterator[Samples]:
    """Yield `n_samples` after `n_samples`, less at the end, with `context` on either side; zeros surround it all."""
    waiting = bytearray(context * SAMPLE_BYTES)
    n_step = n_samples * SAMPLE_BYTES
    n_window = n_step + 2 * context * SAMPLE_BYTES
    for stretch in stretches:
        waiting += stretch
        start = 0
        while len(waiting) - start >= n_window:
            yield np.frombuffer(bytes(waiting[start : start + n_window]), "<i2").astype(np.float32)
            start += n_step
        del waiting[:start]
    if len(waiting) % SAMPLE_BYTES:
        raise ValueError("the sound ends in the middle of a sample")
    waiting += bytes(context * SAMPLE_BYTES)
    for start in range(0, len(waiting) - 2 * context * SAMPLE_BYTES, n_step):
        yield np.frombuffer(bytes(waiting[start : start + n_window]), "<i2").astype(np.float32)


def _turned_down(sound: Samples, ceiling: float, reach: int) -> Samples:
    """Return the sound less `_context` samples on either side, no higher than `ceiling` there."""
    context = _context(reach)
    kept = sound[context : len(sound) - context]
    heights = true_peak.heights(sound, ceiling)
    high = np.flatnonzero(heights > ceiling)
    if not len(high):
        return kept
    n_deciding = 4 * reach + 1  # heights, besides the first of them, that decide about one sample
    first, last = max(0, high[0] - n_deciding), min(len(kept), high[-1] + 1)
    wanted = np.asarray(ceiling / np.maximum(heights[first : last + n_deciding], ceiling), np.float32)
    least = _least(wanted, 2 * reach + 2)  # one more: a peak between two samples is within reach of both
    lowered = _mean(_mean(1 - least, reach + 1), reach + 1)
    kept[first:last] *= 1 - lowered
    return kept


def _least(values: Samples, n: int) -> Samples:
    """Return the least of each `n` values in a row."""
    width = 1
    while 2 * width <= n:
        values = np.minimum(values[width:], values[:-width])
        width *= 2
    rest = n - width
    return np.minimum(values[rest:], values[: len(values) - rest])


def _mean(values: Samples, n: int) -> Samples:
    """Return the mean of each `n` values in a row."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray((sums[n:] - sums[:-n]) / n, np.float32)
