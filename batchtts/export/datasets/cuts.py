"""Rows as Lhotse has them: a recording, a supervision, and a cut of both, each a line of JSON.

Its alignments count from the beginning of the recording, not of the cut (and stay so when cuts are trimmed), so each row has a
recording of its own, which begins at 0: there both are the same.  Seconds are the nearest floating-point numbers, which lead back to
one sample only.
"""

from dataclasses import dataclass
from typing import Any

from batchtts.alignment import SILENCE, AlignmentItem
from batchtts.export.datasets.lines import compact
from batchtts.export.datasets.rows import phones
from batchtts.export.utterance import Utterance

_GENDERS = ("female", "male")


@dataclass(frozen=True, slots=True, kw_only=True)
class CutLines:
    """The lines of one row in the manifests of each kind."""

    recording: str
    supervision: str
    cut: str


def cut_lines(utterance: Utterance, source: dict[str, Any]) -> CutLines:
    """Return the lines of a row whose sound is at `source`."""
    recording, supervision = compact(_recording(utterance, source)), compact(_supervision(utterance))
    head = compact({"id": utterance.id, "start": 0.0, "duration": utterance.seconds, "channel": 0})
    # A supervision has every phoneme: it is put into the cut as it is, not encoded a second time.
    cut = f'{head[:-1]},"supervisions":[{supervision}],"recording":{recording},"type":"MonoCut"}}'
    return CutLines(recording=recording, supervision=supervision, cut=cut)


def _recording(utterance: Utterance, source: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": utterance.id,
        "sources": [source],
        "sampling_rate": utterance.audio.sample_rate,
        "num_samples": utterance.audio.n_samples,
        "duration": utterance.seconds,
        "channel_ids": [0],
    }


def _supervision(utterance: Utterance) -> dict[str, Any]:
    """Return what is said in a row, with the times of words and, where they are known, of phonemes."""
    origin, gender = utterance.origin, utterance.speaker.gender
    return {
        "id": utterance.id,
        "recording_id": utterance.id,
        "start": 0.0,
        "duration": utterance.seconds,
        "channel": 0,
        "text": utterance.text,
        "language": utterance.language,
        "speaker": utterance.speaker.id,
        "gender": gender if gender in _GENDERS else None,
        "custom": {
            "normalized_text": utterance.normalized,
            "speaker_id": utterance.speaker.number,
            "text_id": utterance.text_id,
            "chapter": origin.chapter,
            "before": utterance.before,
            "after": utterance.after,
            "engine": origin.engine,
            "seed": origin.seed,
            "values": dict(utterance.values),
            "extra": dict(utterance.extra),
            "synthetic": True,
        },
        "alignment": _alignment(utterance),
    }


def _alignment(utterance: Utterance) -> dict[str, Any]:
    """Return what Lhotse calls alignment items, by their kind: symbol, start, duration and score."""
    rate = utterance.audio.sample_rate
    words = utterance.alignment.words
    kinds = {
        "word": [
            (item.text, item.start / rate, item.n_samples / rate, None) for item in words if item.n_samples
        ]
    }
    if any(item.phonemes for item in words):
        kinds["phone"] = [phone for item in words for phone in _phones(item, rate)]
    return kinds


def _phones(word: AlignmentItem, rate: int) -> list[tuple[str, float, float, None]]:
    return [
        (phone, start / rate, n_samples / rate, None)
        for phone, start, n_samples in phones(word)
        if phone != SILENCE
    ]
