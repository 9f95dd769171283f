"""How loud a sound is: ITU-R BS.1770-4 and EBU R128, for one channel at any sample rate, as the sound comes.

The filter is infinite, but a tenth of a second after an impulse its response is 190 dB down, beyond what single
precision can hold.  So half a second is filtered at once, through its spectrum, and nothing is lost.  Kept are two means of squares
for each tenth of a second: 0.6 MB an hour.
"""

from array import array
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import inf, isfinite, log10, pi, tan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from batchtts.audio import true_peak
from batchtts.audio.pcm import SAMPLE_BYTES
from batchtts.audio.true_peak import REACH, SECONDS_AT_ONCE, Samples

Powers: TypeAlias = NDArray[np.float64]
"""Means of squares."""

FULL_SCALE = 32_768.0

_HOPS_A_SECOND = 10
_BLOCK_HOPS = 4  # of 400 ms; the next begins 100 ms later
_FLOOR_HOPS = 5
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_OFFSET = -0.691
"""What BS.1770 adds, so that a sine of 997 Hz is as loud in LUFS as it is high in dB, less 3.01."""

_TAIL_SECONDS = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """What was measured; digital silence is -inf in every measure.

    `integrated_lufs` is -inf too where all is below the gate of -70 LUFS, or shorter than 0.4 s.
    `noise_floor_dbfs` is the RMS of the quietest half second.
    """

    integrated_lufs: float
    rms_dbfs: float
    sample_peak_dbfs: float
    true_peak_dbtp: float
    noise_floor_dbfs: float

    @property
    def form(self) -> dict[str, float | None]:
        """Return all in the form of JSON, to a hundredth; None stands for -inf."""
        return {name: round(value, 2) if isfinite(value) else None for name, value in asdict(self).items()}


class Meter:
    """Measures a sound as it comes.  The same sound measures the same, however it is cut."""

    def __init__(self, sample_rate: int) -> None:
        self._rate = sample_rate
        self._filter = _spectrum(sample_rate)
        self._waiting = bytearray()
        self._before = np.zeros(_tail(sample_rate), np.float32)
        self._weighted, self._plain = array("d"), array("d")
        self._n_samples = 0
        self._sum = 0.0
        self._peak = self._true_peak = 0.0

    def add(self, data: bytes) -> None:
        """Take further samples, mono, 16-bit, little-endian."""
        self._waiting += data
        n_bytes = SECONDS_AT_ONCE * self._rate * SAMPLE_BYTES
        n_whole = len(self._waiting) // n_bytes * n_bytes
        for start in range(0, n_whole, n_bytes):
            self._take(self._waiting[start : start + n_bytes])
        del self._waiting[:n_whole]

    def result(self) -> Loudness:
        """Return what all of it measures; nothing can be added any more.  Raises `ValueError` for half a sample."""
        if len(self._waiting) % SAMPLE_BYTES:
            raise ValueError("the sound ends in the middle of a sample")
        if self._waiting:
            self._take(self._waiting)
        self._true_peak = true_peak.highest(np.pad(self._before[-2 * REACH :], (0, REACH)), self._true_peak)
        mean = self._sum / self._n_samples if self._n_samples else 0.0
        return Loudness(
            integrated_lufs=_integrated(np.array(self._weighted)),
            rms_dbfs=_power_db(mean),
            sample_peak_dbfs=_power_db(self._peak**2),
            true_peak_dbtp=_power_db(max(self._peak, self._true_peak) ** 2),
            noise_floor_dbfs=_power_db(_quietest(np.array(self._plain), mean)),
        )

    def _take(self, data: bytearray) -> None:
        """Measure some seconds, or what is left of them at the end."""
        samples = np.frombuffer(bytes(data), "<i2") * np.float32(1 / FULL_SCALE)
        n, n_before = len(samples), len(self._before)
        known = np.concatenate([self._before, samples])
        whole = self._whole_hops(n)
        squares = np.square(samples)
        self._weighted.extend(_means(np.square(self._filtered(known)), whole))
        self._plain.extend(_means(squares, whole))
        self._sum += float(squares.sum())
        self._peak = max(self._peak, float(samples.max()), -float(samples.min()))
        self._true_peak = true_peak.highest(known[n_before - 2 * REACH :], max(self._true_peak, self._peak))
        self._n_samples += n
        self._before = known[n:]

    def _filtered(self, known: Samples) -> Samples:
        """Return what is heard of all samples but those before, and of zeros that may follow."""
        n_before, step = len(self._before), _step(self._rate)
        n_steps = -(-(len(known) - n_before) // step)
        padded = np.zeros(n_before + n_steps * step, np.float32)
        padded[: len(known)] = known
        size = n_before + step
        spectra = np.fft.rfft(np.lib.stride_tricks.sliding_window_view(padded, size)[::step])
        spectra *= self._filter
        return np.asarray(np.fft.irfft(spectra, size)[:, n_before:].reshape(-1), np.float32)

    def _whole_hops(self, n_samples: int) -> NDArray[np.intp]:
        """Return where the tenths of a second begin that are there to their end, and that end."""
        ends = np.arange(SECONDS_AT_ONCE * _HOPS_A_SECOND + 1) * self._rate // _HOPS_A_SECOND
        return ends[ends <= n_samples]


def measure(stretches: Iterable[bytes], sample_rate: int) -> Loudness:
    """Measure a sound that comes in stretches: samples, mono, 16-bit, little-endian, cut anywhere."""
    meter = Meter(sample_rate)
    for stretch in stretches:
        meter.add(stretch)
    return meter.result()


def _means(squares: Samples, edges: NDArray[np.intp]) -> Iterable[float]:
    """Return the mean between each two edges."""
    if len(edges) < 2:
        return ()
    means: list[float] = (np.add.reduceat(squares[: edges[-1]], edges[:-1]) / np.diff(edges)).tolist()
    return means


def _integrated(hops: Powers) -> float:
    """Return the gated loudness of BS.1770-4, Annex 1, from the power of each tenth of a second."""
    blocks = _sliding_means(hops, _BLOCK_HOPS)
    heard = blocks[blocks > _power(_ABSOLUTE_GATE - _OFFSET)]
    if not len(heard):
        return -inf
    gate = heard.mean() * _power(_RELATIVE_GATE)
    return _power_db(float(heard[heard > gate].mean())) + _OFFSET


def _quietest(hops: Powers, otherwise: float) -> float:
    """Return the least power of half a second, `otherwise` for what is shorter."""
    return (
        float(_sliding_means(hops, _FLOOR_HOPS).min(initial=inf)) if len(hops) >= _FLOOR_HOPS else otherwise
    )


def _sliding_means(values: Powers, n: int) -> Powers:
    if len(values) < n:
        return values[:0]
    means: Powers = np.lib.stride_tricks.sliding_window_view(values, n).mean(axis=1)
    return means


def _power(decibels: float) -> float:
    return float(10 ** (decibels / 10))


def _power_db(power: float) -> float:
    return 10 * log10(power) if power > 0 else -inf


def _tail(rate: int) -> int:
    """Return how many samples of the filter's impulse response count."""
    return max(2 * REACH, int(rate * _TAIL_SECONDS))


def _step(rate: int) -> int:
    """Return how many samples are filtered at once."""
    return rate // 2


@lru_cache(maxsize=8)
def _spectrum(rate: int) -> NDArray[np.complex64]:
    """Return what the K filter does to each frequency of a step and what precedes it."""
    n = _tail(rate)
    response = np.zeros(n + 1)
    response[0] = 1.0
    for numerator, denominator in (_shelf(rate), _high_pass(rate)):
        response = _filtered(response, numerator, denominator)
    return np.fft.rfft(response, n + _step(rate)).astype(np.complex64)


_Biquad = tuple[tuple[float, float, float], tuple[float, float]]


def _shelf(rate: int) -> _Biquad:
    """Return the filter for the head: +4 dB above 1.7 kHz.

    It is the analogue filter behind the coefficients that BS.1770 gives for 48 kHz, by the bilinear transform.
    """
    k, q = tan(pi * 1681.974450955533 / rate), 0.7071752369554196
    high = 10 ** (3.999843853973347 / 20)
    band = high**0.4996667741545416
    whole = 1 + k / q + k * k
    rising = ((high + band * k / q + k * k), 2 * (k * k - high), (high - band * k / q + k * k))
    return (rising[0] / whole, rising[1] / whole, rising[2] / whole), _falling(k, q)


def _high_pass(rate: int) -> _Biquad:
    """Return the filter for what is too low to be heard, derived in the same way."""
    return (1.0, -2.0, 1.0), _falling(tan(pi * 38.13547087602444 / rate), 0.5003270373238773)


def _falling(k: float, q: float) -> tuple[float, float]:
    whole = 1 + k / q + k * k
    return 2 * (k * k - 1) / whole, (1 - k / q + k * k) / whole


def _filtered(
    samples: NDArray[np.float64], numerator: tuple[float, ...], denominator: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return a short sound through a filter of second order, sample by sample."""
    b0, b1, b2 = numerator
    a1, a2 = denominator
    filtered, first, second = [], 0.0, 0.0
    for sample in samples.tolist():
        out = b0 * sample + first
        first, second = b1 * sample - a1 * out + second, b2 * sample - a2 * out
        filtered.append(out)
    return np.array(filtered)
