"""Rows as Lhotse has them: a recording, a supervision, and a cut of both.

Its alignments count from the beginning of the recording, not of the cut (and stay so when cuts are trimmed), so each row has a recording of
its own, which begins at 0: there both are the same.  Seconds are the nearest floating-point numbers, which lead back to
one sample only.
"""

from typing import Any

from batchtts.alignment import SILENCE
from batchtts.export.datasets.rows import phones
from batchtts.export.utterance import Utterance


def recording(utterance: Utterance, source: dict[str, Any]) -> dict[str, Any]:
    """Return the recording of a row, whose sound is at `source`."""
    return {
        "id": utterance.id,
        "sources": [source],
        "sampling_rate": utterance.audio.sample_rate,
        "num_samples": utterance.audio.n_samples,
        "duration": utterance.seconds,
        "channel_ids": [0],
    }


def supervision(utterance: Utterance) -> dict[str, Any]:
    """Return what is said in a row, with the times of words and, where they are known, of phonemes."""
    rate = utterance.audio.sample_rate
    words = utterance.alignment.words
    alignment = {
        "word": [
            [item.text, item.start / rate, item.n_samples / rate, None] for item in words if item.n_samples
        ]
    }
    if any(item.phonemes for item in words):
        alignment["phone"] = [
            [phone, start / rate, n_samples / rate, None]
            for item in words
            for phone, start, n_samples in phones(item)
            if phone != SILENCE
        ]
    return {
        "id": utterance.id,
        "recording_id": utterance.id,
        "start": 0.0,
        "duration": utterance.seconds,
        "channel": 0,
        "text": utterance.text,
        "language": utterance.language,
        "speaker": utterance.speaker.id,
        "gender": utterance.speaker.gender,
        "custom": {
            "normalized_text": utterance.normalized,
            "speaker_id": utterance.speaker.number,
            "chapter": utterance.origin.chapter,
            "before": utterance.before,
            "after": utterance.after,
            "synthetic": True,
        },
        "alignment": alignment,
    }


def cut(utterance: Utterance, own: dict[str, Any]) -> dict[str, Any]:
    """Return the cut of a whole row; `own` is its recording."""
    return {
        "id": utterance.id,
        "start": 0.0,
        "duration": utterance.seconds,
        "channel": 0,
        "supervisions": [supervision(utterance)],
        "recording": own,
        "type": "MonoCut",
    }
