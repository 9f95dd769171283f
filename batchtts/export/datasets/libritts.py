"""The layout of LibriTTS: a folder for each part, speaker and chapter, and texts as written and as spoken.

Parts have the names of the original, speakers and chapters are numbers, and ids have four parts, since its readers want them so;
`ids.tsv` tells which row is which.  The last field of `book.tsv` is the ratio of speech to what is around it, in dB.
"""

from contextlib import ExitStack

from batchtts.audio.levels import speech_to_rest
from batchtts.export.datasets.dialect import plain_lines
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

ROOT = "LibriTTS"
SUBSETS = {"train": "train-clean-100", "validation": "dev-clean", "test": "test-clean"}
_SEXES = {"female": "F", "male": "M"}


class LibriTtsWriter:
    """Writes the tree, one chapter after the other."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._corpus = target.corpus
        self._stack = ExitStack()
        self._ids = self._stack.enter_context(target.folder.writing("ids.tsv"))
        self._chapter = -1
        self._tables: dict[str, list[str]] = {}
        self._seconds: dict[tuple[int, str], float] = {}

    def add(self, utterance: Utterance) -> None:
        """Write a row, its sound and its texts."""
        origin, speaker = utterance.origin, utterance.speaker.number + 1
        if origin.chapter_number != self._chapter:
            self._write_tables()
            self._chapter = origin.chapter_number
        subset = SUBSETS[utterance.split]
        folder = f"{ROOT}/{subset}/{speaker}/{origin.chapter_number}"
        prefix = f"{speaker}_{origin.chapter_number}"
        id_ = f"{prefix}_{origin.paragraph:06}_{origin.sentence:06}"
        text, normalized = plain_lines(utterance, self._folder)
        self._folder.write(f"{folder}/{id_}.wav", utterance.wav)
        self._folder.write(f"{folder}/{id_}.original.txt", f"{text}\n".encode())
        self._folder.write(f"{folder}/{id_}.normalized.txt", f"{normalized}\n".encode())
        row = f"{id_}\t{text}\t{normalized}"
        ratio = speech_to_rest(utterance.audio, *utterance.alignment.speech)
        self._tables.setdefault(f"{folder}/{prefix}.trans.tsv", []).append(f"{row}\n")
        self._tables.setdefault(f"{folder}/{prefix}.book.tsv", []).append(f"{row}\t{ratio:.2f}\n")
        self._ids.write(f"{id_}\t{utterance.id}\t{utterance.speaker.id}\n".encode())
        key = speaker, subset
        self._seconds[key] = self._seconds.get(key, 0.0) + utterance.seconds

    def finish(self) -> None:
        """Write the tables of the last chapter, and who the speakers are."""
        self._write_tables()
        self._stack.close()
        speakers = {speaker.number + 1: speaker for speaker in self._corpus.speakers}
        lines = [";ID  |SEX| SUBSET           |MINUTES| NAME\n"]
        for (number, subset), total in sorted(self._seconds.items()):
            speaker = speakers[number]
            sex = _SEXES.get(speaker.gender, "U")
            lines.append(f"{number:<5}| {sex} | {subset:<17}| {total / 60:5.2f} | {speaker.id}\n")
        self._folder.write(f"{ROOT}/SPEAKERS.txt", "".join(lines).encode())

    def _write_tables(self) -> None:
        for name, rows in self._tables.items():
            self._folder.write(name, "".join(rows).encode())
        self._tables = {}


def open_writer(target: Target) -> LibriTtsWriter:
    """Begin an export."""
    return LibriTtsWriter(target)
