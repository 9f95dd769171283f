"""Is a recording fit to keep?  What was measured is kept with it, whatever the answer.

The bounds are wide: they catch an answer that is broken, not one that is dull.  What is only unusual gets
a flag, and a person or a filter decides.  So does what takes longer than `limits.max_seconds` allows: it is kept for what it
teaches, and its text is split again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchtts.alignment import faults
from batchtts.engine import Fitted, Speech
from batchtts.errors import LengthMissed, TakeFailedChecks
from batchtts.job import LengthPolicy, Limits, Scalar
from batchtts.model import Checks, Segment

if TYPE_CHECKING:
    from batchtts.audio.levels import Levels

_SILENT_DBFS = -45.0
_SHARE_CLIPPED = 0.01
_CHARACTERS_PER_SECOND = (3.0, 45.0)
_USUAL_CHARACTERS_PER_SECOND = (6.0, 28.0)
_FEWEST_CHARACTERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A recording's levels, and what its alignment says of its words; positions count samples."""

    levels: "Levels"
    speech_seconds: float
    n_words: int
    characters_per_second: float | None


def examine(speech: Speech, segment: Segment, limits: Limits) -> Checks:
    """Return what was measured of a recording; raise `TakeFailedChecks` if it must not be kept."""
    audio, alignment = speech.audio, speech.alignment
    if not audio.n_samples:
        raise TakeFailedChecks("the engine answered with no audio at all")
    if alignment.sample_rate != audio.sample_rate:
        raise TakeFailedChecks(
            f"the alignment counts {alignment.sample_rate} samples a second, the audio has {audio.sample_rate}"
        )
    if found := faults(alignment, text=segment.text, n_samples=audio.n_samples):
        raise TakeFailedChecks(f"the alignment is wrong: {found[0]}")
    measured = _measure(speech, segment)
    if broken := list(_broken(measured, speech, segment)):
        raise TakeFailedChecks("; ".join(broken))
    fitted = speech.fitted
    if fitted is not None and not fitted.is_met and fitted.policy is LengthPolicy.FAIL:
        raise _missed(fitted, segment)
    levels = measured.levels
    return {
        "n_words": measured.n_words,
        "chars_per_s": _rounded(measured.characters_per_second),
        "rms_db": round(levels.rms_dbfs, 2),
        "peak_db": round(levels.peak_dbfs, 2),
        "dc_offset": round(levels.dc_offset, 5),
        "clipped": levels.n_clipped,
        "lead_silence": levels.n_lead,
        "tail_silence": levels.n_tail,
        "flags": tuple(_flags(measured, audio.sample_rate, fitted, limits)),
        **({} if fitted is None else {"length": length_form(fitted)}),
    }


def length_form(fitted: Fitted) -> Mapping[str, Scalar]:
    """Return how speech was made to last as long as asked, in the form that is kept with a take."""
    return {
        "requested_s": fitted.requested,
        "natural_s": round(fitted.natural, 6),
        "obtained_s": round(fitted.obtained, 6),
        "speed": fitted.speed,
        "stretch": round(fitted.stretch, 6),
        "needed": round(fitted.needed, 6),
        "policy": str(fitted.policy),
        "n_asked": fitted.n_asked,
    }


def _missed(fitted: Fitted, segment: Segment) -> LengthMissed:
    lengths = segment.lengths
    return LengthMissed(
        f"it cannot last {fitted.requested:g} s: by itself it lasts {fitted.natural:.3f} s, and what comes "
        f"nearest would have to be made {fitted.needed:.3f} times as long "
        f"({lengths.least_stretch:g} to {lengths.most_stretch:g} are allowed)",
        hint="Give it another length or text, or let `length.policy` be best or overflow.",
    )


def _measure(speech: Speech, segment: Segment) -> Measured:
    # Not at the top: numpy takes a while to load, and a run with nothing to do needs none.
    from batchtts.audio.levels import measure

    start, end = speech.alignment.speech
    seconds = (end - start) / speech.audio.sample_rate
    rated = len(segment.text) >= _FEWEST_CHARACTERS and seconds > 0
    return Measured(
        levels=measure(speech.audio),
        speech_seconds=seconds,
        n_words=len(speech.alignment.words),
        characters_per_second=len(segment.text) / seconds if rated else None,
    )


def _broken(measured: Measured, speech: Speech, segment: Segment) -> Iterator[str]:
    levels = measured.levels
    if not measured.n_words and speech.alignment.level != "segment":
        yield "no word of the text was spoken"
    if levels.rms_dbfs < _SILENT_DBFS:
        yield f"it is all but silent ({levels.rms_dbfs:.1f} dB)"
    if levels.n_clipped > _SHARE_CLIPPED * speech.audio.n_samples:
        yield f"{levels.n_clipped} samples are clipped"
    rate = measured.characters_per_second
    slowest, fastest = (bound * segment.speed for bound in _CHARACTERS_PER_SECOND)
    if rate is not None and speech.fitted is None and not slowest <= rate <= fastest:
        yield f"{rate:.1f} characters a second cannot be this text"


def _flags(measured: Measured, sample_rate: int, fitted: Fitted | None, limits: Limits) -> Iterator[str]:
    levels = measured.levels
    if levels.n_clipped:
        yield "clipped"
    if levels.peak_dbfs > -0.1:
        yield "loud_peak"
    if abs(levels.dc_offset) > 0.01:
        yield "dc_offset"
    if levels.n_tail < 0.02 * sample_rate:
        yield "cut_off"
    rate = measured.characters_per_second
    slowest, fastest = _USUAL_CHARACTERS_PER_SECOND
    if rate is not None and not slowest <= rate <= fastest:
        yield "unusual_rate"
    if fitted is not None and not fitted.is_met:
        yield "length_missed"
    if limits.max_seconds is not None and measured.speech_seconds > limits.max_seconds:
        yield "too_long"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
