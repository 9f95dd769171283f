"""A folder for the builder `audiofolder` of Hugging Face's `datasets`: a folder for each split, with its `metadata.jsonl`.

The card says where the files of each split are, so the other files of the export are not taken for data.
"""

from batchtts.export.datasets.lines import JsonLines
from batchtts.export.datasets.rows import columns
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target


class AudioFolderWriter:
    """Writes `SPLIT/metadata.jsonl` and the sounds beside it."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._extra = target.corpus.extra
        self._tables: dict[str, JsonLines] = {}

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        name = f"audio/{utterance.id}.{utterance.audio_format}"
        self._folder.write(f"{utterance.split}/{name}", utterance.sound)
        if utterance.split not in self._tables:
            self._tables[utterance.split] = JsonLines(self._folder, f"{utterance.split}/metadata.jsonl")
        self._tables[utterance.split].add({"file_name": name, **columns(utterance, self._extra)})

    def finish(self) -> None:
        """End the tables."""
        for table in self._tables.values():
            table.close()


def open_writer(target: Target) -> AudioFolderWriter:
    """Begin an export."""
    return AudioFolderWriter(target)
