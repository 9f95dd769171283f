"""Manifests of Lhotse, a file of each kind for each split: recordings, supervisions, and cuts of both.

Paths are relative to the folder: `CutSet.from_file(...).with_recording_path_prefix(FOLDER)`.
"""

from batchtts.export.datasets.cuts import cut, recording, supervision
from batchtts.export.datasets.lines import JsonLines
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

_KINDS = ("recordings", "supervisions", "cuts")


class LhotseWriter:
    """Writes `NAME_KIND_SPLIT.jsonl.gz` and `audio/`."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._name = target.corpus.name
        self._manifests: dict[str, list[JsonLines]] = {}

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        name = f"audio/{utterance.id}.{utterance.audio_format}"
        self._folder.write(name, utterance.sound)
        own = recording(utterance, {"type": "file", "channels": [0], "source": name})
        forms = (own, supervision(utterance), cut(utterance, own))
        for manifest, form in zip(self._of(utterance.split), forms, strict=True):
            manifest.add(form)

    def finish(self) -> None:
        """End the manifests."""
        for manifests in self._manifests.values():
            for manifest in manifests:
                manifest.close()

    def _of(self, split: str) -> list[JsonLines]:
        if split not in self._manifests:
            names = [f"{self._name}_{kind}_{split}.jsonl.gz" for kind in _KINDS]
            self._manifests[split] = [JsonLines(self._folder, name) for name in names]
        return self._manifests[split]


def open_writer(target: Target) -> LhotseWriter:
    """Begin an export."""
    return LhotseWriter(target)
