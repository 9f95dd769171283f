"""Another speaker from the same recording: played faster it is higher, played slower it is lower.

The network is asked to speak slower or faster by the same ratio, so that the pace stays what it was.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

RATIOS: Mapping[str, float] = MappingProxyType(
    {
        "heart": 1.0,
        "heart-lowest": 0.82,
        "heart-low": 0.9,
        "heart-high": 1.07,
        "heart-highest": 1.15,
    }
)
"""The voices, and how much faster each is played than it was spoken."""


def resample(audio: NDArray[np.float32], n_samples: int) -> NDArray[np.float32]:
    """Return the audio resampled to `n_samples`, exactly, through its spectrum.

    That takes the recording for periodic, which does no harm where it begins and ends in silence.
    """
    if n_samples == len(audio):
        return audio
    spectrum = np.fft.rfft(audio)
    wanted = n_samples // 2 + 1
    fitted = np.zeros(wanted, spectrum.dtype)
    kept = min(wanted, len(spectrum))
    fitted[:kept] = spectrum[:kept]
    resampled = np.fft.irfft(fitted, n_samples) * (n_samples / len(audio))
    return resampled.astype(np.float32)
