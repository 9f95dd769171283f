"""Two sounds at once: their sum, bent near full scale so that it never clips.

Up to `KNEE` of full scale the sum is exact.  Above it, the rest `u`, in units of what is left up to full scale, becomes
`u / (1 + u)`: without a corner at the knee, and never more than full scale, however loud both are.
"""

import numpy as np
from numpy.typing import NDArray

KNEE = 0.75

_FULL_SCALE = 32_768
_LOUDEST = 32_767


def added(first: bytes, last: bytes) -> bytes:
    """Return the sum of two equally long sounds (mono, 16-bit, little-endian)."""
    sums: NDArray[np.int32] = np.frombuffer(first, "<i2").astype(np.int32) + np.frombuffer(last, "<i2")
    loud = np.abs(sums) > KNEE * _FULL_SCALE
    if loud.any():
        sums[loud] = _bent(sums[loud])
    return sums.astype("<i2").tobytes()


def _bent(sums: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return samples above the knee as they are heard."""
    rest = (np.abs(sums) / _FULL_SCALE - KNEE) / (1 - KNEE)
    sizes = (KNEE + (1 - KNEE) * rest / (1 + rest)) * _FULL_SCALE
    bent: NDArray[np.int32] = np.copysign(np.minimum(np.rint(sizes), _LOUDEST), sums).astype(np.int32)
    return bent
