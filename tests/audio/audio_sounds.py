"""Sounds to try things on, and what an independent decoder makes of encoded ones."""

import subprocess

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from batchtts.audio.pcm import Pcm

RATE = 24_000
Samples = NDArray[np.float64]


def pcm(samples: Samples, rate: int = RATE) -> Pcm:
    return Pcm(np.rint(samples).astype("<i2").tobytes(), rate)


def samples_of(sound: Pcm) -> Samples:
    return np.frombuffer(sound.data, "<i2").astype(np.float64)


def tone(hertz: float, n_samples: int, rate: int = RATE) -> Pcm:
    return pcm(8000 * np.sin(2 * np.pi * hertz * np.arange(n_samples) / rate), rate)


def babble(n_samples: int) -> Pcm:
    """Return noise of the spectrum of speech, in syllables, with a silence of 0.1 s at either end."""
    noise = np.convolve(np.random.default_rng(7).standard_normal(n_samples), np.hanning(60), "same")
    syllables = np.sin(2 * np.pi * 1.7 * np.arange(n_samples) / RATE) ** 2
    sound = 1500 * noise * syllables
    sound[:2400] = sound[-2400:] = 0
    return pcm(np.clip(sound, -30_000, 30_000))


def decoded(data: bytes, *reading: str, rate: int) -> Samples:
    """Return what ffmpeg hears, at a rate that must be the file's own, or 48 kHz for Opus."""
    program = imageio_ffmpeg.get_ffmpeg_exe()
    told = subprocess.run([program, *reading, "-i", "-"], input=data, capture_output=True, check=False)
    assert f" {rate} Hz, mono".encode() in told.stderr, told.stderr
    command = [program, "-v", "error", *reading, "-i", "-", "-f", "s16le", "-"]
    heard = subprocess.run(command, input=data, capture_output=True, check=True)
    assert heard.stderr == b""
    return np.frombuffer(heard.stdout, "<i2").astype(np.float64)


def at_rate(sound: Pcm, rate: int) -> Samples:
    """Return the samples at another rate, through their spectrum: exact, for a sound that is 0 at its ends."""
    spectrum = np.fft.rfft(samples_of(sound))
    n_samples = round(sound.n_samples * rate / sound.sample_rate)
    fitted = np.zeros(n_samples // 2 + 1, complex)
    kept = min(len(fitted), len(spectrum))
    fitted[:kept] = spectrum[:kept]
    return np.fft.irfft(fitted, n_samples) * n_samples / sound.n_samples


def lag(heard: Samples, sound: Samples) -> int:
    """Return by how many samples `heard` comes after `sound`, where the two correlate best."""
    n = 2 * max(len(heard), len(sound))
    products = np.fft.irfft(np.fft.rfft(heard, n) * np.conj(np.fft.rfft(sound, n)), n)
    best = int(np.argmax(products))
    return best - n if best > n // 2 else best


def decibels_between(heard: Samples, sound: Samples) -> float:
    """Return how much louder one is than the other, in dB of their energy."""
    return float(10 * np.log10(np.square(heard).sum() / np.square(sound).sum()))


def pitch(sound: Pcm) -> float:
    """Return the pitch of a tone in hertz, from the autocorrelation of its middle half."""
    middle = samples_of(sound)[sound.n_samples // 4 : 3 * sound.n_samples // 4]
    power = np.abs(np.fft.rfft(middle * np.hanning(len(middle)), 4 * len(middle))) ** 2
    alike = np.fft.irfft(power)[: len(middle) // 2]
    shortest = sound.sample_rate // 400
    peak = shortest + int(np.argmax(alike[shortest : sound.sample_rate // 60]))
    before, best, after = alike[peak - 1 : peak + 2]
    return sound.sample_rate / (peak + (before - after) / (2 * (before - 2 * best + after)))
