"""The outline of a recording, for pictures of it."""

import numpy as np

from batchtts.audio.pcm import Pcm


def envelope(pcm: Pcm, n_columns: int) -> list[tuple[int, int]]:
    """Return the least and the greatest sample of each of so many stretches of one length; fewer if it is shorter."""
    samples = np.frombuffer(pcm.data, "<i2")
    if not len(samples):
        return []
    starts = np.unique(np.arange(n_columns) * len(samples) // n_columns)
    least, greatest = np.minimum.reduceat(samples, starts), np.maximum.reduceat(samples, starts)
    return list(zip(least.tolist(), greatest.tolist(), strict=True))
