"""From what the network predicts to sound: a spectrum every 12.5 ms, and its inverse transform.

A spectrum is the sum of a harmonic part (pulses at the pitch of the voice, filtered), of noise, and of a part
with phases of its own.  The formulas, and the order in which each value is computed, are those of
`hibari.dsp` in hibari-tts 0.2.1, so that equal noise gives equal sound.  What differs is where the numbers
lie: frames are rows, as the network computes them, and a block of them goes through all steps while it is in
the processor's cache.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

SAMPLE_RATE = 24_000
HOP = 300
OVERLAP = 4
N_FFT = OVERLAP * HOP
N_BINS = N_FFT // 2 + 1
N_PARTS = 5
"""For each bin: gain and angle of the harmonics, gain of the noise, gain and phase of the rest."""

FIRST_BINS = range(0, N_PARTS * N_BINS, N_BINS)

BLOCK = 64
"""How many frames are computed together.  It decides the speed and nothing else."""

LOUDEST = 7.0
"""The logarithm at which gains are cut off."""

LOWEST_PITCH, HIGHEST_HARMONIC = 40.0, 11_000.0
"""In Hz.  What has a lower pitch is unvoiced."""

NEAR_PULSE = 2e-3
"""Where twice the sine of half the phase is smaller, the sum of the harmonics is taken for its limit."""

Floats: TypeAlias = NDArray[np.float32]
Flags: TypeAlias = NDArray[np.bool_]
Spectra: TypeAlias = NDArray[np.complex64]

WINDOW: Floats = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(N_FFT) / N_FFT)).astype(np.float32)
PULSE_WINDOW: Floats = WINDOW / (N_FFT / 4)
"""Scaled so that a cosine of amplitude 1 has a magnitude of 1."""

LATER: Floats = (((np.arange(HOP) + 0.5) / HOP - 0.5) % 1.0).astype(np.float32)
EARLIER: Floats = (1.0 - LATER).astype(np.float32)
"""What the pitches in the middle of two neighbouring frames count for at each sample of a frame."""


def synthesize(predicted: Floats, pitch: Floats, noise: Callable[[int], Spectra]) -> Floats:
    """Return `HOP` samples for each frame, of which there are at least `OVERLAP`.

    `predicted` has the shape [frames, N_PARTS * N_BINS] and `pitch`, in Hz, [frames]; `noise` returns a fresh
    array with the noise of the next so many frames, of shape [frames, N_BINS].
    """
    train = _mirrored(np.concatenate(list(_pulses(pitch))))[:-HOP]
    pulses = sliding_window_view(train, N_FFT)[::HOP]
    voiced: Flags = np.any(sliding_window_view(np.any(train.reshape(-1, HOP), axis=1), OVERLAP), axis=1)
    blocks = (slice(start, start + BLOCK) for start in range(0, len(predicted), BLOCK))
    spectra = (_spectra(predicted[block], pulses[block], voiced[block], noise) for block in blocks)
    return _overlap_add(map(_windowed, spectra))


def _spectra(predicted: Floats, pulses: Floats, voiced: Flags, noise: Callable[[int], Spectra]) -> Spectra:
    """Return the spectra of a block; `pulses` are the samples under the window of each of its frames."""
    harmonic, angle, *_, phase = (predicted[:, first : first + N_BINS] for first in FIRST_BINS)
    breath, free = np.hsplit(_gain(predicted[:, 2 * N_BINS : 4 * N_BINS]), 2)
    spectra = noise(len(predicted))
    spectra *= breath
    turned = np.tanh(angle[voiced])
    turned *= np.pi
    filtered = np.fft.rfft(pulses[voiced] * PULSE_WINDOW, axis=1).astype(np.complex64, copy=False)
    filtered *= _rotation(_gain(harmonic[voiced]), turned)
    spectra[voiced] += filtered
    spectra += _rotation(free, phase)
    return spectra


def _windowed(spectra: Spectra) -> Floats:
    """Return the sound of each frame, of shape [frames, OVERLAP, HOP]."""
    frames = np.fft.irfft(spectra, N_FFT, axis=1).astype(np.float32, copy=False)
    frames *= WINDOW
    return frames.reshape(-1, OVERLAP, HOP)


def _gain(logarithm: Floats) -> Floats:
    gain: Floats = np.minimum(logarithm, LOUDEST)
    return np.exp(gain, out=gain)


def _rotation(gain: Floats, angle: Floats) -> Spectra:
    """Return `gain * exp(1j * angle)`."""
    rotation = np.empty(gain.shape, np.complex64)
    np.multiply(np.cos(angle), gain, out=rotation.real)
    np.multiply(np.sin(angle), gain, out=rotation.imag)
    return rotation


def _pulses(pitch: Floats) -> Iterator[Floats]:
    """Yield the sum of all harmonics of the pitch that are below `HIGHEST_HARMONIC`, each of amplitude 1.

    Dirichlet's kernel: the sum of cos(h t) for h from 1 to n is sin((n + 1/2) t) / (2 sin(t/2)) - 1/2.
    """
    framed = np.pad(pitch, 1, mode="edge")
    passed = 0.0
    for start in range(0, len(pitch), BLOCK):
        hertz = _interpolated(framed[start : start + BLOCK + 2])
        unvoiced = ~(hertz > LOWEST_PITCH)
        np.maximum(hertz, LOWEST_PITCH, out=hertz)
        summed = hertz.astype(np.float64)
        summed[0] += passed
        np.cumsum(summed, out=summed)
        passed = summed[-1]
        pulses = _harmonics(hertz, _phase(summed))
        pulses[unvoiced] = 0
        yield pulses


def _interpolated(pitch: Floats) -> Floats:
    """Return the pitch of each sample from those in the middle of the frames, with one more at either end."""
    half = HOP // 2
    before, middle, after = pitch[:-2, None], pitch[1:-1, None], pitch[2:, None]
    hertz = np.empty((len(middle), HOP), np.float32)
    hertz[:, :half] = before * EARLIER[:half] + middle * LATER[:half]
    hertz[:, half:] = middle * EARLIER[half:] + after * LATER[half:]
    return hertz.reshape(-1)


def _phase(summed: NDArray[np.float64]) -> Floats:
    summed *= 1.0 / SAMPLE_RATE
    summed -= np.floor(summed)
    summed *= 2 * np.pi
    return summed.astype(np.float32)


def _harmonics(hertz: Floats, phase: Floats) -> Floats:
    highest = np.floor(HIGHEST_HARMONIC / hertz)
    highest += 0.5
    pulses: Floats = np.sin(highest * phase)
    phase *= 0.5
    divisor = np.sin(phase)
    divisor *= 2
    near = np.abs(divisor) <= NEAR_PULSE
    divisor[near] = 1
    pulses /= divisor
    pulses[near] = highest[near]
    pulses -= 0.5
    return pulses


def _mirrored(train: Floats) -> Floats:
    """Return the pulses with half a window more at either end, in which they are mirrored."""
    half = N_FFT // 2
    mirrored: Floats = np.concatenate([train[half:0:-1], train, train[-2 : -half - 2 : -1]])
    return mirrored


def _overlap_add(blocks: Iterable[Floats]) -> Floats:
    """Return the sum of overlapping frames, without the half frame at either end, over that of their windows.

    A frame's four quarters fall on four rows of sound; a row adds those of four frames, the latest first.
    """
    rows: list[Floats] = []
    before = np.zeros((OVERLAP - 1, OVERLAP, HOP), np.float32)
    for block in chain(blocks, [before[:2]]):
        frames = np.concatenate([before, block])
        row = frames[3:, 0] + frames[2:-1, 1]
        row += frames[1:-2, 2]
        row += frames[:-3, 3]
        rows.append(row)
        before = frames[-3:]
    sound: Floats = np.concatenate(rows)[2:]
    first, second, third, fourth = np.square(WINDOW).reshape(OVERLAP, HOP)
    sound[0] *= 1 / (first + second + third)
    sound[1:-2] *= 1 / (first + second + third + fourth)
    sound[-2] *= 1 / (second + third + fourth)
    sound[-1] *= 1 / (third + fourth)
    return sound.reshape(-1)
