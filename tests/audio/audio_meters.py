"""Sounds with a known loudness, and what ffmpeg's meter makes of a sound."""

import re
import subprocess
from dataclasses import dataclass

import imageio_ffmpeg
import numpy as np

from batchtts.audio.pcm import SAMPLE_BYTES


@dataclass(frozen=True)
class Heard:
    lufs: float
    dbtp: float


def sine(dbfs: float, seconds: float, rate: int, *, hertz: float = 1000.0, phase: float = 0.0) -> bytes:
    """Return a sine whose peaks are `dbfs` high; `phase` is in degrees."""
    radians = 2 * np.pi * hertz / rate * np.arange(round(seconds * rate)) + np.deg2rad(phase)
    return as_bytes(10 ** (dbfs / 20) * np.sin(radians))


def faded(data: bytes) -> bytes:
    """Return a sound that rises and falls: one that begins at once is higher there than it says."""
    samples = np.frombuffer(data, "<i2") / 32768
    rise = np.minimum(1, np.arange(len(samples)) / (len(samples) // 10))
    return as_bytes(samples * rise * rise[::-1])


def as_bytes(shares: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> bytes:
    """Return samples given as shares of full scale."""
    return np.rint(shares * 32768).clip(-32768, 32767).astype("<i2").tobytes()


def heard_by_ffmpeg(data: bytes, rate: int) -> Heard:
    """Return what the filter `ebur128` measures, to a thousandth."""
    reading = ["-f", "s16le", "-ar", str(rate), "-ac", "1", "-i", "-"]
    meter = "ebur128=peak=true:metadata=1,ametadata=print:file=-"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *reading, "-af", meter, "-f", "null", "-"]
    told = subprocess.run(command, input=data, capture_output=True, check=True).stdout.decode()
    peak = max(float(value) for value in re.findall(r"true_peaks_ch0=(\S+)", told))
    return Heard(float(re.findall(r"r128\.I=(\S+)", told)[-1]), float(20 * np.log10(peak)))


def n_samples(data: bytes) -> int:
    return len(data) // SAMPLE_BYTES
