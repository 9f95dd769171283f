"""What is done to a whole chapter so that it meets a specification: one gain, and a ceiling for its peaks."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from batchtts.audio.limiter import limited
from batchtts.audio.loudness import FULL_SCALE, Loudness, measure

__all__ = ["Loudness", "Treatment", "measure", "treated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One gain for all samples, and the true peak that none goes beyond; without a ceiling, full scale cuts it off."""

    gain_db: float = 0.0
    ceiling_dbtp: float | None = None

    @property
    def form(self) -> dict[str, float | None]:
        """Return both in the form of JSON."""
        return {"gain_db": self.gain_db, "ceiling_dbtp": self.ceiling_dbtp}


def treated(stretches: Iterable[bytes], sample_rate: int, treatment: Treatment) -> Iterator[bytes]:
    """Yield as many samples (mono, 16-bit, little-endian) as there are, none of them earlier or later, treated.

    The result does not depend on how the sound is cut.  Raises `ValueError` for half a sample.
    """
    if treatment == Treatment():
        return iter(stretches)
    ceiling = None if treatment.ceiling_dbtp is None else FULL_SCALE * _amplitude(treatment.ceiling_dbtp)
    return limited(stretches, sample_rate, factor=_amplitude(treatment.gain_db), ceiling=ceiling)


def _amplitude(decibels: float) -> float:
    return float(10 ** (decibels / 20))
