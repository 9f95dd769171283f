"""The report of slots, `batchtts.slots/1`: how long each segment should have lasted, and how long it does.

Its JSON Schema lies in `batchtts/schemas`.  A residual is what is obtained less what is allowed, and 0 for speech that
ends before that, unless it had to fill its slot.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from batchtts.job import FitPolicy
from batchtts.model import Chapter, Dubbing, Slot
from batchtts.stitch.slots import samples_at, slots_of
from batchtts.stitch.timeline import Cut, Timeline

SCHEMA = "batchtts.slots/1"

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """How a take fits into its slot, in samples.

    `requested` is the slot, `allowed` what it and the silence behind it have room for, `obtained` what is heard up to the
    end of the last word (with the policy `exact`: all of the take).  `overlap` of that is heard together with what comes
    next, and `cut_off` is not heard, as the track ends before.  `length` tells what was done to make it fit, if
    anything was.
    """

    cut: Cut
    slot: Slot
    requested: int
    allowed: int
    obtained: int
    overlap: int
    cut_off: int
    is_exact: bool
    length: object

    @property
    def n_samples(self) -> int:
        """Return by how much it misses."""
        return self.obtained - self.requested if self.is_exact else max(0, self.obtained - self.allowed)


def residuals(chapter: Chapter, timeline: Timeline, lengths: Iterable[object]) -> list[Residual]:
    """Return how each take of a chapter with slots fits; `lengths` are what was done to make each of them fit."""
    assert chapter.dubbing is not None
    starts = [cut.start for cut in timeline.cuts]
    following = [*starts[1:], timeline.n_samples]
    slots = [slot for _, slot in slots_of(chapter)]
    is_exact = chapter.dubbing.policy is FitPolicy.EXACT
    found = []
    for cut, slot, after, length in zip(timeline.cuts, slots, following, lengths, strict=True):
        rate, speech_end = timeline.sample_rate, cut.take.speech_end - cut.lead
        found.append(
            Residual(
                cut=cut,
                slot=slot,
                requested=samples_at(slot.end_ms, rate) - cut.start,
                allowed=samples_at(slot.limit_ms, rate) - cut.start,
                obtained=max(cut.n_samples, speech_end) if is_exact else speech_end,
                overlap=max(0, min(speech_end, cut.n_samples) - (after - cut.start)),
                cut_off=max(0, speech_end - cut.n_samples),
                is_exact=is_exact,
                length=length,
            )
        )
    return found


def slots_report(chapter: Chapter, dubbing: Dubbing, timeline: Timeline, found: Iterable[Residual]) -> bytes:
    """Return the report of a chapter as JSON, a slot on each line."""
    rate, each = timeline.sample_rate, list(found)
    entries = [_entry(residual, rate, dubbing.tolerance_seconds) for residual in each]
    worst = max((residual.n_samples for residual in each), key=abs, default=0)
    head = {
        "schema": SCHEMA,
        "chapter": chapter.id,
        "sample_rate": rate,
        "num_samples": timeline.n_samples,
        "policy": str(dubbing.policy),
        "tolerance_s": dubbing.tolerance_seconds,
        "missed": sum(not entry["fits"] for entry in entries),
        "worst_residual_s": round(worst / rate, 6),
    }
    return "".join(_pieces(head, entries)).encode()


def _pieces(head: dict[str, object], entries: list[dict[str, object]]) -> Iterator[str]:
    yield "{\n"
    for key, value in head.items():
        yield f" {json.dumps(key)}: {_compact(value)},\n"
    yield ' "slots": [\n  ' + ",\n  ".join(map(_compact, entries)) + "\n ]\n}\n"


def _entry(residual: Residual, sample_rate: int, tolerance_seconds: float) -> dict[str, object]:
    cut, slot = residual.cut, residual.slot
    fits = abs(residual.n_samples) <= tolerance_seconds * sample_rate and not residual.cut_off
    return {
        "segment": cut.segment.id,
        "line": cut.segment.span.locator.line,
        "voice": cut.segment.voice.name,
        "text": cut.segment.text,
        "slot_ms": [slot.start_ms, slot.end_ms],
        "limit_ms": slot.limit_ms,
        "start": cut.start,
        "num_samples": cut.n_samples,
        "requested_s": round(residual.requested / sample_rate, 6),
        "allowed_s": round(residual.allowed / sample_rate, 6),
        "obtained_s": round(residual.obtained / sample_rate, 6),
        "residual_s": round(residual.n_samples / sample_rate, 6),
        "fits": fits,
        "overlap": residual.overlap,
        "cut_off": residual.cut_off,
        "length": residual.length,
    }
