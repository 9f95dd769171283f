"""Where a stretch of a recording is heard in another one, to a fraction of a sample.

The two are compared by normalized cross-correlation: the sum of their products at each shift, divided by what
it would be if they were alike there.  So a gain does not matter, and what a codec adds or takes away matters little.
Shifts are a quarter of a sample apart, and the best is refined by a parabola through it and its neighbours.  A recording at another rate is brought to
the rate of the other through its spectrum: stretches of equal length have the same frequencies.  The highest of them
are left out, since every change of rate and every codec takes some of them away.
"""

from dataclasses import dataclass
from math import ceil, floor, gcd

import numpy as np
from numpy.typing import NDArray

from batchtts.audio.levels import FULL_SCALE
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm

Samples = NDArray[np.float64]

ALIKE = 0.6
"""The correlation from which on a stretch counts as found."""

_WIDTHS_SECONDS = (0.08, 0.2, 0.5)
"""How much is compared: what is too quiet, or changed too much by a codec, is compared with more of what is around."""

_PERIOD_SECONDS = 0.002
"""The least that lies between two waves of a voice.  A short stretch of a vowel is like itself a wave later, so what
seems to be farther off than this is compared with more of what is around."""

_AS_ALIKE = 0.01
"""How much less alike something may be where it should be than elsewhere, and is still taken to be there: nothing tells
one wave of a steady hum from the next."""

_SHORTEST_SECONDS = 0.02
_GUARD_SECONDS = 0.01
"""How much more than is needed is filtered, of either sound, since the ends of it are not exact."""

_BAND = (0.75, 0.9)
"""Between these shares of the highest frequency that both rates can hold, less and less is compared."""

_FINER = 4
"""How many shifts are tried for each sample: waves of high sounds are but a few samples long."""

_QUIETEST = 10 ** (-60 / 20)
"""The least RMS that can be told from room tone and rounding, as a share of full scale."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Where something was found: `offset` samples after where it should be, and how alike the two are.

    A `correlation` of 1 means equal but for a gain.
    """

    offset: float
    correlation: float

    @property
    def is_found(self) -> bool:
        """Return whether the two are alike enough to be the same."""
        return self.correlation >= ALIKE


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A recording of which samples `first` to `last` are heard, as they are, in another one."""

    pcm: Pcm
    first: int
    last: int


def find(original: Original, at: int, heard: Pcm, expected: int, n_search: int) -> Likeness | None:
    """Return where in `heard` sample number `at` of the original lies; None where it is too quiet to tell.

    It is looked for up to `n_search` samples before and after number `expected`, which may lie outside of
    `heard`: what is missing there counts as silence.
    """
    n_near = round(_PERIOD_SECONDS * heard.sample_rate)
    best: Likeness | None = None
    for seconds in _WIDTHS_SECONDS:
        sought = _stretch(original, at, seconds, heard.sample_rate)
        if sought is None:
            continue
        found = _found(sought, heard, expected, n_search)
        if found.is_found and abs(found.offset) < n_near:
            return found
        best = max(best or found, found, key=lambda likeness: likeness.correlation)
    widest = _stretch(original, at, _WIDTHS_SECONDS[-1], heard.sample_rate)
    if best is None or widest is None or not best.is_found:
        return best
    near = _found(widest, heard, expected, n_near // 2)
    return near if near.correlation > best.correlation - _AS_ALIKE else best


@dataclass(frozen=True, slots=True)
class _Sought:
    """A stretch of the original at the other rate; what is looked for lies at `place`, which is seldom whole.

    It has `share` of the frequencies of that rate.
    """

    samples: Samples
    place: float
    share: float


def _stretch(original: Original, at: int, seconds: float, rate: int) -> _Sought | None:
    """Return what surrounds a sample of the original; None if there is too little, or it is too quiet."""
    before = original.pcm.sample_rate
    half = round(seconds * before / 2)
    first, last = max(original.first, at - half), min(original.last, at + half)
    if last - first < _SHORTEST_SECONDS * before:
        return None
    samples, start = _at_rate(original.pcm, first, last, rate)
    samples = samples - samples.mean()
    if np.sqrt(np.square(samples).mean()) < _QUIETEST * FULL_SCALE:
        return None
    return _Sought(samples, at * rate / before - start, min(before, rate) / rate)


def _at_rate(pcm: Pcm, first: int, last: int, rate: int) -> tuple[Samples, int]:
    """Return what lies between two samples at another rate, and the number of its first sample at that rate."""
    divisor = gcd(pcm.sample_rate, rate)
    unit, scaled = pcm.sample_rate // divisor, rate // divisor
    guard = ceil(_GUARD_SECONDS * pcm.sample_rate)
    low, high = floor((first - guard) / unit), ceil((last + guard) / unit)
    window = _samples(pcm, low * unit, high * unit)
    slope = np.hanning(2 * guard)
    window[:guard] *= slope[:guard]
    window[-guard:] *= slope[guard:]
    samples = _filtered(window, min(pcm.sample_rate, rate) / pcm.sample_rate, (high - low) * scaled)
    begin, end = ceil(first * rate / pcm.sample_rate), floor(last * rate / pcm.sample_rate)
    return samples[begin - low * scaled : end - low * scaled], begin


def _filtered(samples: Samples, share: float, n_samples: int) -> Samples:
    """Return what is compared of a sound, as so many samples; `share` of its frequencies exist at both rates."""
    spectrum = np.fft.rfft(samples)
    return np.fft.irfft(spectrum * _band(len(spectrum), share), n_samples) * (n_samples / len(samples))


def _band(n: int, share: float) -> Samples:
    """Return how much of each frequency is compared."""
    low, high = (share * edge * n for edge in _BAND)
    weights: Samples = np.clip((high - np.arange(n)) / (high - low), 0, 1)
    return weights


def _found(sought: _Sought, heard: Pcm, expected: int, n_search: int) -> Likeness:
    first = round(_GUARD_SECONDS * heard.sample_rate)  # of the field; before it, its cut end rings
    n_shifts = 2 * n_search + 1
    size = 1 << (len(sought.samples) + n_shifts + 2 * first).bit_length()
    low = floor(expected - sought.place) - n_search - first
    field = np.fft.rfft(_samples(heard, low, low + size))
    field *= _band(len(field), sought.share)
    likeness = _correlations(sought.samples, field, size)
    tried = likeness[first * _FINER : (first + n_shifts) * _FINER]
    best = first * _FINER + int(np.argmax(tried))
    shift = (best + _vertex(likeness, best)) / _FINER
    return Likeness(offset=low + shift + sought.place - expected, correlation=float(likeness[best]))


def _correlations(sought: Samples, field: NDArray[np.complex128], size: int) -> Samples:
    """Return how alike `sought` is, from -1 to 1, to what begins at each fraction of a sample of a field.

    Of the field, of `size` samples, the spectrum is given.
    """
    n, n_starts = len(sought), size - len(sought) + 1
    products = np.fft.irfft(field * np.conj(np.fft.rfft(sought, size)), size * _FINER) * _FINER
    samples = np.fft.irfft(field, size)
    sums = np.concatenate([[0.0], np.cumsum(samples)])
    squares = np.concatenate([[0.0], np.cumsum(np.square(samples))])
    energy = squares[n:] - squares[:-n] - np.square(sums[n:] - sums[:-n]) / n
    energy = np.maximum(energy, n * (_QUIETEST * FULL_SCALE) ** 2 / 100)  # silence is like nothing
    norms = np.sqrt(energy * np.square(sought).sum())
    starts = np.arange(n_starts * _FINER)
    alike: Samples = products[: len(starts)] / np.interp(starts / _FINER, np.arange(n_starts), norms)
    return alike


def _vertex(values: Samples, best: int) -> float:
    """Return how far from the greatest value the parabola through it and its neighbours has its vertex."""
    if not 0 < best < len(values) - 1:
        return 0.0
    before, top, after = values[best - 1 : best + 2]
    bend = before - 2 * top + after
    return float((before - after) / (2 * bend)) if bend else 0.0


def _samples(pcm: Pcm, first: int, last: int) -> Samples:
    """Return samples by their numbers; those that are not there are silence."""
    kept = pcm.data[max(0, first) * SAMPLE_BYTES : max(0, last) * SAMPLE_BYTES]
    samples = np.zeros(last - first)
    start = max(0, -first)
    samples[start : start + len(kept) // SAMPLE_BYTES] = np.frombuffer(kept, "<i2")
    return samples
