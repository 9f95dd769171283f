"""How loud a recording is, and where in it there is sound.  Levels are in dB relative to full scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10, sqrt

import numpy as np

from batchtts.audio.pcm import Pcm

FULL_SCALE = 32768.0
FLOOR_DBFS = -120.0
_BLOCK_SECONDS = 0.01
_CLIPPED_RUN = 3
_LOUDEST = 32767
_MOST_RATIO_DB = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Levels:
    """What was measured; `n_lead` and `n_tail` count the samples before and after all sound.

    `n_clipped` counts samples in runs of three or more at full scale, where a waveform was cut off; `n_inner` those
    of the longest silence within what is said to be speech.
    """

    peak_dbfs: float
    rms_dbfs: float
    dc_offset: float
    n_clipped: int
    n_lead: int
    n_tail: int
    n_inner: int = 0


def decibels(amplitude: float) -> float:
    """Return an amplitude, as a share of full scale, in dB; silence is given as -120."""
    return max(FLOOR_DBFS, 20 * log10(amplitude)) if amplitude > 0 else FLOOR_DBFS


def measure(pcm: Pcm, *, silence_dbfs: float = -50.0, speech: Sequence[tuple[int, int]] = ()) -> Levels:
    """Measure a recording; blocks of 10 ms whose RMS is below `silence_dbfs` count as silence.

    `speech` are the stretches, in samples, in which there should be none.
    """
    samples = np.frombuffer(pcm.data, dtype="<i2")
    if not len(samples):
        return Levels(
            peak_dbfs=FLOOR_DBFS, rms_dbfs=FLOOR_DBFS, dc_offset=0.0, n_clipped=0, n_lead=0, n_tail=0
        )
    block = round(pcm.sample_rate * _BLOCK_SECONDS)
    n_blocks = -(-len(samples) // block)
    blocks = np.zeros((n_blocks, block), np.float32)
    blocks.reshape(-1)[: len(samples)] = samples
    # The sums of blocks are exact in 24 bits up to 48 kHz, and sooner had than one of all samples in 64.
    total = np.einsum("ij->i", blocks).sum(dtype=np.float64)
    energy = np.einsum("ij,ij->i", blocks, blocks).astype(np.float64) / FULL_SCALE**2
    power = energy / block
    power[-1] = energy[-1] / (len(samples) - (n_blocks - 1) * block)
    heard = power >= 10 ** (silence_dbfs / 10)
    n_lead, n_tail = _silent_edges(heard, block, len(samples))
    peak = max(-int(samples.min()), int(samples.max()))
    return Levels(
        peak_dbfs=decibels(peak / FULL_SCALE),
        rms_dbfs=decibels(sqrt(float(energy.sum()) / len(samples))),
        dc_offset=float(total) / len(samples) / FULL_SCALE,
        n_clipped=_clipped(samples) if peak >= _LOUDEST else 0,
        n_lead=n_lead,
        n_tail=n_tail,
        n_inner=block * _longest_silence(heard, _whole(speech, block)) if speech else 0,
    )


def _silent_edges(heard: "np.ndarray[tuple[int], np.dtype[np.bool_]]", block: int, n: int) -> tuple[int, int]:
    """Return how many of `n` samples lie before the first block that is heard, and after the last."""
    loud = np.flatnonzero(heard)
    if not len(loud):
        return n, 0
    return int(loud[0]) * block, n - min(n, (int(loud[-1]) + 1) * block)


def _whole(stretches: Sequence[tuple[int, int]], block: int) -> list[tuple[int, int]]:
    """Return the blocks that lie in stretches with all their samples."""
    return [(-(-first // block), last // block) for first, last in stretches]


def _longest_silence(
    heard: "np.ndarray[tuple[int], np.dtype[np.bool_]]", spans: Sequence[tuple[int, int]]
) -> int:
    """Return how many blocks in a row are not heard in one of the spans, at most; these are in order."""
    edges = (np.flatnonzero(heard[1:] != heard[:-1]) + 1).tolist()
    if not heard[0]:
        edges.insert(0, 0)
    if not heard[-1]:
        edges.append(len(heard))
    longest = index = 0
    for first, last in zip(edges[::2], edges[1::2], strict=True):
        while index < len(spans) and spans[index][1] <= first:
            index += 1
        for start, end in spans[index:]:
            if start >= last:
                break
            longest = max(longest, min(end, last) - max(start, first))
    return longest


def _clipped(samples: "np.ndarray[tuple[int], np.dtype[np.int16]]") -> int:
    full = (samples >= _LOUDEST) | (samples < -_LOUDEST)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], full, [False])).astype(np.int8)))
    runs = edges[1::2] - edges[::2]
    return int(runs[runs >= _CLIPPED_RUN].sum())


def speech_to_rest(pcm: Pcm, start: int, end: int) -> float:
    """Return how much louder samples `start` to `end` are than all others, in dB, at most 100: digital silence is endless."""
    power = np.frombuffer(pcm.data, dtype="<i2").astype(np.int32)
    np.square(power, out=power)
    loud, *others = (int(each.sum(dtype=np.int64)) for each in (power[start:end], power[:start], power[end:]))
    n_speech, quiet = len(power[start:end]), sum(others)
    if not quiet or not n_speech:
        return _MOST_RATIO_DB
    ratio = (loud / n_speech) / (quiet / (len(power) - n_speech))
    return min(_MOST_RATIO_DB, 10 * log10(max(ratio, 1e-12)))
