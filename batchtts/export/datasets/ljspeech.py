"""LJSpeech 1.1: `metadata.csv` of `id|text|normalized text`, without a header and without quoting, beside `wavs/`.

Readers split lines at every bar, and some take a quotation mark at the beginning of a field for the beginning of a
quoted one: so bars and straight quotes become something else, and what did is listed.
"""

from batchtts.export.datasets.dialect import plain_fields
from batchtts.export.datasets.lines import SplitTables
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target


class LJSpeechWriter:
    """Writes the rows of all splits into one `metadata.csv`, as the original has it, and those of each into another."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._tables = SplitTables(target.folder)

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        text, normalized = plain_fields(utterance, self._folder)
        self._tables.add(utterance.split, f"{utterance.id}|{text}|{normalized}\n")
        self._folder.write(f"wavs/{utterance.id}.wav", utterance.wav)

    def finish(self) -> None:
        """End the tables."""
        self._tables.close()


def open_writer(target: Target) -> LJSpeechWriter:
    """Begin an export."""
    return LJSpeechWriter(target)
