"""LJSpeech 1.1: `metadata.csv` of `id|text|normalized text`, without a header and without quoting, beside `wavs/`.

Readers split lines at every bar, and some take a quotation mark at the beginning of a field for the beginning of a
quoted one: so bars and straight quotes become something else, and what did is listed.
"""

from contextlib import ExitStack

from batchtts.export.datasets.dialect import plain_fields
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target


class LJSpeechWriter:
    """Writes the rows of all splits into one `metadata.csv`, as the original has it."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._stack = ExitStack()
        self._metadata = self._stack.enter_context(target.folder.writing("metadata.csv"))

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        text, normalized = plain_fields(utterance, self._folder)
        self._metadata.write(f"{utterance.id}|{text}|{normalized}\n".encode())
        self._folder.write(f"wavs/{utterance.id}.wav", utterance.wav)

    def finish(self) -> None:
        """End the table."""
        self._stack.close()


def open_writer(target: Target) -> LJSpeechWriter:
    """Begin an export."""
    return LJSpeechWriter(target)
