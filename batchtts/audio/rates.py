"""The same sound at another rate, in memory and at once: short recordings by the thousand, for datasets.

It is soxr's resampler at its quality HQ: linear phase, no delay, 20 bits of precision, more than the 16 that are kept.
It is given and gives floats, which are rounded here: soxr's own 16-bit output is dithered.
"""

import numpy as np

from batchtts.audio.pcm import Pcm
from batchtts.audio.resampling import exactly, scaled
from batchtts.errors import PlanError, Problem

_QUALITY = "HQ"


def at_rate(pcm: Pcm, sample_rate: int) -> Pcm:
    """Return the sound at another rate, as long as it was to the nearest sample; the same rate is free.

    Raises `PlanError` where soxr is not installed.
    """
    if pcm.sample_rate == sample_rate:
        return pcm
    try:
        import soxr
    except ImportError:
        hint = "Install batchtts[datasets], or leave `dataset.rate` out."
        raise PlanError([Problem(where="", what="another rate needs the package soxr", hint=hint)]) from None
    samples = np.frombuffer(pcm.data, "<i2").astype(np.float32)
    found = soxr.resample(samples, pcm.sample_rate, sample_rate, quality=_QUALITY)
    # In place, as these are large: a sound that was at full scale may be beyond it at another rate.
    np.rint(found, out=found)
    np.clip(found, -32768, 32767, out=found)
    return exactly(
        Pcm(found.astype("<i2").tobytes(), sample_rate),
        scaled(pcm.n_samples, pcm.sample_rate, sample_rate),
    )
