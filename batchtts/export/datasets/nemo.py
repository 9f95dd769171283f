"""Manifests of NeMo: a JSON object for each row, in a file for each split, beside the sounds.

Its code makes tensors of speakers, so `speaker` is a number; the name stands in `speaker_name`.  Words are there only where their
times are known.  What a table says besides is kept apart, since some keys, such as `offset`, mean something to NeMo.
"""

from typing import Any

from batchtts.alignment import Level
from batchtts.export.datasets.lines import JsonLines
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target


class NemoWriter:
    """Writes `SPLIT_manifest.json` and `audio/`."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._manifests: dict[str, JsonLines] = {}

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        name = f"audio/{utterance.id}.{utterance.audio_format}"
        self._folder.write(name, utterance.sound)
        self._manifest(utterance.split).add(
            {
                "audio_filepath": name,
                "duration": round(utterance.seconds, 6),
                "text": utterance.text,
                "normalized_text": utterance.normalized,
                "speaker": utterance.speaker.number,
                "speaker_name": utterance.speaker.id,
                "lang": utterance.language,
                "id": utterance.id,
                "words": _words(utterance),
                "extra": dict(utterance.extra),
            }
        )

    def finish(self) -> None:
        """End the manifests."""
        for manifest in self._manifests.values():
            manifest.close()

    def _manifest(self, split: str) -> JsonLines:
        if split not in self._manifests:
            self._manifests[split] = JsonLines(self._folder, f"{split}_manifest.json")
        return self._manifests[split]


def _words(utterance: Utterance) -> list[dict[str, Any]]:
    if utterance.alignment.level is Level.SEGMENT:
        return []
    rate = utterance.audio.sample_rate
    return [
        {"word": item.text, "start": round(item.start / rate, 6), "end": round(item.end / rate, 6)}
        for item in utterance.alignment.words
        if item.n_samples
    ]


def open_writer(target: Target) -> NemoWriter:
    """Begin an export."""
    return NemoWriter(target)
