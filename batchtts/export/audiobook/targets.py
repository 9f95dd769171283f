"""What books are mastered to: how loud, how high at most, and why so."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from types import MappingProxyType

from batchtts.audio.mastering import Loudness, Treatment

MOST_GAIN_DB = 30.0
"""More would make room tone out of nothing, and noise out of room tone."""

TOLERANCE = 0.5
"""How far from its aim, in LU or dB, a chapter may be without a note."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A specification.  `measure` is the field of `Loudness` that is brought to `aim`.

    `peak_dbtp` is what the delivered file must not exceed; before it is encoded, no peak exceeds `ceiling_dbtp`,
    which is lower because encoders round peaks upwards.
    """

    measure: str
    unit: str
    aim: float
    peak_dbtp: float
    ceiling_dbtp: float


TARGETS: Mapping[str, Target] = MappingProxyType(
    {
        "acx": Target(measure="rms_dbfs", unit="dB RMS", aim=-20.0, peak_dbtp=-3.0, ceiling_dbtp=-3.5),
        "podcast": Target(
            measure="integrated_lufs", unit="LUFS", aim=-19.0, peak_dbtp=-1.0, ceiling_dbtp=-2.0
        ),
        "broadcast": Target(
            measure="integrated_lufs", unit="LUFS", aim=-23.0, peak_dbtp=-1.0, ceiling_dbtp=-2.0
        ),
    }
)
"""The specifications by their names in manifests; `none` is not among them."""


def treatment_for(target: str, measured: Loudness, applied: Treatment | None = None) -> Treatment:
    """Return what brings a sound to a target, one of `MASTERS`.

    With `applied`, `measured` is what came of that treatment, and what it left is made good: a limiter takes a
    little of the loudness of what it limits.  What is too quiet to be measured is left as it is.
    """
    if target == "none":
        return Treatment()
    found = TARGETS[target]
    before = applied.gain_db if applied else 0.0
    value = getattr(measured, found.measure)
    missing = found.aim - value if isfinite(value) else 0.0
    gain = max(-MOST_GAIN_DB, min(MOST_GAIN_DB, round(before + missing, 2)))
    return Treatment(gain_db=gain, ceiling_dbtp=found.ceiling_dbtp)


def shortfall(target: str, result: Loudness) -> str | None:
    """Return a note, in numbers, if a treated sound missed its target; None if it is within `TOLERANCE`."""
    if target == "none":
        return None
    found = TARGETS[target]
    value = getattr(result, found.measure)
    if not isfinite(value):
        return (
            f"it is too quiet to be measured, so it was left as it is; the aim is {found.aim:g} {found.unit}"
        )
    if abs(value - found.aim) <= TOLERANCE:
        return None
    return (
        f"it has {value:.2f} {found.unit}, {value - found.aim:+.2f} from the aim of {found.aim:g}: "
        f"no gain beyond {MOST_GAIN_DB:g} dB and no peak beyond {found.ceiling_dbtp:g} dBTP are allowed"
    )
