"""The layout of LibriTTS: a folder for each part, speaker and chapter, and texts as written and as spoken.

Parts have the names of the original, speakers and chapters are numbers, and ids have four parts, since its readers want them so;
`ids.tsv` tells which row is which.  The last field of `book.tsv` is the ratio of speech to what is around it, in dB.
"""

from contextlib import ExitStack
from itertools import groupby

from batchtts.audio.levels import speech_to_rest
from batchtts.export.datasets.dialect import plain_lines
from batchtts.export.datasets.lines import SortedLines
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

ROOT = "LibriTTS"
SUBSETS = {"train": "train-clean-100", "validation": "dev-clean", "test": "test-clean"}
_SEXES = {"female": "F", "male": "M"}


class LibriTtsWriter:
    """Writes the tree; its tables, of which there may be thousands, when all rows are there."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._speakers = target.corpus.speakers
        self._stack = ExitStack()
        self._ids = self._stack.enter_context(target.folder.writing("ids.tsv"))
        self._rows = SortedLines(target.folder.path)
        self._seconds: dict[tuple[int, str], float] = {}

    def add(self, utterance: Utterance) -> None:
        """Write a row, its sound and its texts."""
        origin, speaker, subset = utterance.origin, utterance.speaker, SUBSETS[utterance.split]
        prefix = f"{speaker.number}_{origin.chapter_number}"
        place = f"{ROOT}/{subset}/{speaker.number}/{origin.chapter_number}"
        id_ = f"{prefix}_{origin.paragraph:06}_{origin.sentence:06}"
        text, normalized = plain_lines(utterance, self._folder)
        self._folder.write(f"{place}/{id_}.wav", utterance.wav)
        self._folder.write(f"{place}/{id_}.original.txt", f"{text}\n".encode())
        self._folder.write(f"{place}/{id_}.normalized.txt", f"{normalized}\n".encode())
        self._ids.write(f"{id_}\t{utterance.id}\t{speaker.id}\n".encode())
        ratio = speech_to_rest(utterance.audio, *utterance.alignment.speech)
        table = f"{place}/{prefix}"
        self._rows.add(f"{table} {id_}", f"{table}\t{ratio:.2f}\t{id_}\t{text}\t{normalized}")
        key = speaker.number, subset
        self._seconds[key] = self._seconds.get(key, 0.0) + utterance.seconds

    def finish(self) -> None:
        """Write the tables of the chapters, and who the speakers are."""
        self._stack.close()
        parted = (line.split("\t", 2) for line in self._rows.taken())
        for table, rows in groupby(parted, key=lambda row: row[0]):
            with (
                self._folder.writing(f"{table}.trans.tsv") as trans,
                self._folder.writing(f"{table}.book.tsv") as book,
            ):
                for _, ratio, row in rows:
                    trans.write(f"{row}\n".encode())
                    book.write(f"{row}\t{ratio}\n".encode())
        self._write_speakers()

    def _write_speakers(self) -> None:
        speakers = {speaker.number: speaker for speaker in self._speakers}
        lines = [";ID  |SEX| SUBSET           |MINUTES| NAME\n"]
        for (number, subset), total in sorted(self._seconds.items()):
            sex = _SEXES.get(speakers[number].gender, "U")
            name = speakers[number].id.replace("|", " ")
            lines.append(f"{number:<5}| {sex} | {subset:<17}| {total / 60:5.2f} | {name}\n")
        self._folder.write(f"{ROOT}/SPEAKERS.txt", "".join(lines).encode())


def open_writer(target: Target) -> LibriTtsWriter:
    """Begin an export."""
    return LibriTtsWriter(target)
