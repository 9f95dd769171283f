"""FLAC files of mono 16-bit PCM, in memory, by libsndfile: short recordings by the thousand."""

import io

import numpy as np

from batchtts.audio.pcm import Pcm
from batchtts.errors import PlanError, Problem


def encode(pcm: Pcm) -> bytes:
    """Return a FLAC file of the samples, without a loss; raise `PlanError` where soundfile is not installed."""
    try:
        import soundfile
    except ImportError:
        hint = "Install batchtts[datasets], or let `dataset.audio` be wav."
        raise PlanError([Problem(where="", what="FLAC needs the package soundfile", hint=hint)]) from None
    out = io.BytesIO()
    soundfile.write(out, np.frombuffer(pcm.data, "<i2"), pcm.sample_rate, format="FLAC", subtype="PCM_16")
    return out.getvalue()
