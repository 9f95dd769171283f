"""The noise of which consonants and breath are made: independent normal numbers, cheaply.

Numbers are drawn by inverse transform sampling: each is the quantile of the normal distribution at one of
65,536 equally likely levels.  Their distribution is nowhere further than 2**-16 from the normal one, and a
value costs two random bytes and a look into a table, which is several times faster than the generator's own
normal numbers.  https://en.wikipedia.org/wiki/Inverse_transform_sampling
"""

from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

LEVELS = 1 << 16
PER_DRAW = 4
"""How many levels of 16 bits one draw of 64 bits gives."""


def draw_noise(rng: np.random.Generator, n_frames: int, n_bins: int) -> NDArray[np.complex64]:
    """Return complex noise of shape [frames, bins] whose real and imaginary parts have a variance of 1.

    Every frame takes a whole number of draws, so that the same frames come of one call or of several.
    """
    n_draws = -(-2 * n_bins // PER_DRAW)
    draws = rng.integers(0, np.iinfo(np.uint64).max, (n_frames, n_draws), np.uint64, endpoint=True)
    levels = draws.astype("<u8", copy=False).view("<u2")[:, : 2 * n_bins]
    # A mode other than "raise" spares the look at every level; none can be outside the table.
    return np.take(normal_quantiles(), levels, mode="clip").view(np.complex64)


@cache
def normal_quantiles() -> NDArray[np.float32]:
    """Return the standard normal quantile in the middle of each level, scaled to a variance of exactly 1."""
    inverse = NormalDist().inv_cdf
    upper = np.array([inverse((level + 0.5) / LEVELS) for level in range(LEVELS // 2, LEVELS)])
    quantiles = np.concatenate([-upper[::-1], upper])
    scaled: NDArray[np.float32] = (quantiles / quantiles.std()).astype(np.float32)
    return scaled
