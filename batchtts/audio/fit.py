"""The same speech in another time, its pitch kept.

Two filters of ffmpeg take turns, each where its spectra were measured to be nearer to those of the speech: bands of
the mel scale, the mean difference in dB from what stood there before; sentences of hibari (24 kHz) and pico (16 kHz).

    length               0.25   0.5   0.6   0.7  0.75  0.78  0.85  0.97  1.25   1.6   2.0
    hibari, atempo        7.2   3.6   3.2   2.8   2.8   2.6   2.5   2.0   2.1   2.2   2.2
    hibari, rubberband   10.7   4.2   3.6   3.1   2.8   1.9   1.6   1.0   1.4   1.5   1.7
    pico, atempo          8.0   4.3   3.6   3.3   3.3   3.2   2.9   2.1   2.7   3.0   3.1
    pico, rubberband     13.1   4.8   4.2   3.6   3.3   2.3   2.0   1.2   1.9   1.9   2.0

Both stretch around a sample that is not the first: what is at `t` comes to `t * ratio + pivot * (1 - ratio)`.
With as many samples of silence before it as the pivot has, the speech begins just there.  Work in the
spectrum costs 0.4 to 1.7 dB of its level, which it is given back.
"""

import asyncio
from math import ceil, log, log2

import numpy as np

from batchtts.audio import ffmpeg
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm
from batchtts.audio.resampling import exactly, reading

SQUEEZED = 0.78
"""The share of its length below which speech is shortened by atempo, which overlaps waves, and not in its spectrum."""

STEEPEST = 50.0
"""The greatest change that a filter is asked to make alone."""

_ATEMPO_PIVOT_SECONDS = 0.003
_RUBBERBAND_PIVOT = 168 / 1024  # of its window
_WINDOW, _WINDOW_RATE = 2048, 48_000
"""How many samples are in a window of rubberband at this rate; at others it takes the next power of two."""

_LOUDEST = 32_767
_TAIL_SECONDS = 0.25  # of silence behind the speech, so that the filter gives all of it back


async def fit(pcm: Pcm, n_samples: int) -> Pcm:
    """Return the recording stretched or shortened to exactly `n_samples`; its own length is free.

    What was at a share of the recording is at the same share afterwards, to some milliseconds.  Raises
    `ValueError` for less than one sample of an empty recording, and `FfmpegError` where ffmpeg fails.
    """
    if n_samples == pcm.n_samples:
        return pcm
    if n_samples < 1 or not pcm.n_samples:
        raise ValueError(f"{pcm.n_samples} samples of sound cannot be made {n_samples}")
    ratio = n_samples / pcm.n_samples
    pivot = _pivot(ratio, pcm.sample_rate)
    tail = pivot + ceil(_TAIL_SECONDS * pcm.sample_rate)
    data = bytes(pivot * SAMPLE_BYTES) + pcm.data + bytes(tail * SAMPLE_BYTES)
    writing = ("-af", _filters(ratio), "-f", "s16le")
    stretched = Pcm(await ffmpeg.convert(data, reading(pcm.sample_rate), writing), pcm.sample_rate)
    fitted = exactly(stretched.slice(pivot, stretched.n_samples), n_samples)
    return await asyncio.to_thread(_as_loud_as, pcm, fitted)  # five minutes of audio take a while


def _pivot(ratio: float, sample_rate: int) -> int:
    """Return the sample around which the filter for a ratio stretches."""
    if ratio < SQUEEZED:
        return round(_ATEMPO_PIVOT_SECONDS * sample_rate)
    window = 1 << ceil(log2(sample_rate * _WINDOW / _WINDOW_RATE))
    return round(_RUBBERBAND_PIVOT * window)


def _filters(ratio: float) -> str:
    """Return the filters that make a recording `ratio` times as long."""
    n_steps = max(1, ceil(abs(log(ratio, STEEPEST))))
    tempo = ratio ** (-1 / n_steps)
    step = f"atempo={tempo:.9f}" if ratio < SQUEEZED else f"rubberband=tempo={tempo:.9f}:window=short"
    return ",".join([step] * n_steps)


def _as_loud_as(before: Pcm, after: Pcm) -> Pcm:
    """Return the recording `after` at the RMS level of the one `before`, or as near as it can be unclipped."""
    wanted, samples = (np.frombuffer(pcm.data, "<i2").astype(np.float32) for pcm in (before, after))
    peak = float(np.abs(samples).max())
    if not peak or not wanted.any():
        return after
    gain = float(np.sqrt(np.square(wanted).mean() / np.square(samples).mean()))
    gain = min(gain, _LOUDEST / peak)
    return Pcm(np.rint(samples * gain).astype("<i2").tobytes(), after.sample_rate)
