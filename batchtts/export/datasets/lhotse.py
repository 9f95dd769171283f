"""Manifests of Lhotse, a file of each kind for each split: recordings, supervisions, and cuts of both.

Paths are relative to the folder: `CutSet.from_file(...).with_recording_path_prefix(FOLDER)`.
"""

from batchtts.export.datasets.cuts import cut_lines
from batchtts.export.datasets.lines import JsonLines
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

_KINDS = ("recordings", "supervisions", "cuts")


class LhotseWriter:
    """Writes `NAME_KIND_SPLIT.jsonl.gz`, as its recipes call them, and `audio/`."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._name = target.corpus.name
        self._manifests: dict[str, list[JsonLines]] = {}

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        name = f"audio/{utterance.id}.{utterance.audio_format}"
        self._folder.write(name, utterance.sound)
        lines = cut_lines(utterance, {"type": "file", "channels": [0], "source": name})
        recordings, supervisions, cuts = self._of(utterance.split)
        recordings.write(lines.recording)
        supervisions.write(lines.supervision)
        cuts.write(lines.cut)

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
