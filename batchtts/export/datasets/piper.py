"""Datasets to train voices of piper: `metadata.csv`, whose fields are parted by bars and quoted as Python's csv does it.

Both piper and its successor read the first field as the name of the sound and the last as the text; with several speakers, the
name of the speaker stands between them.
"""

import csv
import io

from batchtts.export.datasets.dialect import one_line
from batchtts.export.datasets.lines import SplitTables
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target


class PiperWriter:
    """Writes `metadata.csv`, the same for each split, and `wav/`."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._has_speakers = len(target.corpus.speakers) > 1 or target.options["speakers"] == "always"
        self._tables = SplitTables(target.folder)

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        name = f"{utterance.id}.wav"
        text = one_line(utterance, self._folder)
        row = [name, utterance.speaker.id, text] if self._has_speakers else [name, text]
        line = io.StringIO()
        csv.writer(line, delimiter="|", lineterminator="\n").writerow(row)
        self._tables.add(utterance.split, line.getvalue())
        self._folder.write(f"wav/{name}", utterance.wav)

    def finish(self) -> None:
        """End the tables."""
        self._tables.close()


def open_writer(target: Target) -> PiperWriter:
    """Begin an export."""
    return PiperWriter(target)
