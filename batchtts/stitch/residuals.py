"""The report of slots, `batchtts.slots/1`: how long each segment should have lasted, and how long it does.

Its JSON Schema lies in `batchtts/schemas`.  Positions are in samples of the chapter's audio; a residual is what is
obtained less what is allowed, in seconds, and 0 for speech that ends before its slot does, unless it had to fill it.
"""

import json
from collections.abc import Iterator
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

    Requested is the slot, allowed what it and the silence behind it have room for, obtained what is heard up to the
    last word (with the policy `exact`: all of the take).  `overlap` of it is heard together with what comes next,
    and `cut_off` is not heard, as the track ends before.
    """

    requested: int
    allowed: int
    obtained: int
    overlap: int
    cut_off: int
    is_exact: bool

    @property
    def n_samples(self) -> int:
        """Return by how much it misses."""
        miss = self.obtained - (self.requested if self.is_exact else self.allowed)
        return miss if self.is_exact else max(0, miss)


def residuals(chapter: Chapter, dubbing: Dubbing, timeline: Timeline) -> Iterator[tuple[Cut, Slot, Residual]]:
    """Yield each take of a chapter with its slot and how it fits."""
    starts = [cut.start for cut in timeline.cuts]
    following = [*starts[1:], timeline.n_samples]
    for cut, (_, slot), after in zip(timeline.cuts, slots_of(chapter), following, strict=True):
        yield cut, slot, _residual(cut, slot, dubbing.policy, after)


def _residual(cut: Cut, slot: Slot, policy: FitPolicy, following: int) -> Residual:
    rate, is_exact = cut.take.sample_rate, policy is FitPolicy.EXACT
    speech_end = cut.take.speech_end - cut.lead
    return Residual(
        requested=samples_at(slot.end_ms, rate) - cut.start,
        allowed=samples_at(slot.limit_ms, rate) - cut.start,
        obtained=max(cut.n_samples, speech_end) if is_exact else speech_end,
        overlap=max(0, min(speech_end, cut.n_samples) - (following - cut.start)),
        cut_off=max(0, speech_end - cut.n_samples),
        is_exact=is_exact,
    )


def slots_report(chapter: Chapter, dubbing: Dubbing, timeline: Timeline, audio: str) -> bytes:
    """Return the report as JSON; `audio` is the path of the chapter's."""
    rate = timeline.sample_rate
    found = list(residuals(chapter, dubbing, timeline))
    entries = [_entry(cut, slot, residual, dubbing) for cut, slot, residual in found]
    head = {
        "schema": SCHEMA,
        "chapter": chapter.id,
        "audio": audio,
        "sample_rate": rate,
        "num_samples": timeline.n_samples,
        "policy": str(dubbing.policy),
        "tolerance_s": dubbing.tolerance_seconds,
        "missed": sum(not entry["fits"] for entry in entries),
        "worst_residual_s": round(max((each.n_samples for *_, each in found), key=abs, default=0) / rate, 6),
    }
    fields = ",\n".join(f" {json.dumps(key)}: {_compact(value)}" for key, value in head.items())
    lines = ",\n".join(f"  {_compact(entry)}" for entry in entries)
    return f'{{\n{fields},\n "slots": [\n{lines}\n ]\n}}\n'.encode()


def _entry(cut: Cut, slot: Slot, residual: Residual, dubbing: Dubbing) -> dict[str, object]:
    rate = cut.take.sample_rate

    def seconds(n_samples: int) -> float:
        return round(n_samples / rate, 6)

    return {
        "segment": cut.segment.id,
        "line": cut.segment.span.locator.line,
        "voice": cut.segment.voice.name,
        "text": cut.segment.text,
        "slot_ms": [slot.start_ms, slot.end_ms],
        "limit_ms": slot.limit_ms,
        "start": cut.start,
        "num_samples": cut.n_samples,
        "requested_s": seconds(residual.requested),
        "obtained_s": seconds(residual.obtained),
        "residual_s": seconds(residual.n_samples),
        "fits": abs(residual.n_samples) <= dubbing.tolerance_seconds * rate and not residual.cut_off,
        "overlap": residual.overlap,
        "cut_off": residual.cut_off,
    }
