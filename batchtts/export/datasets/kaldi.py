"""A data directory of Kaldi, as its page "Data preparation" has it, with a CTM of the words.

Files are sorted as the locale C does.  The speaker goes before the id of an utterance, and consists of letters and digits,
so that both are in order at once.  A directory for all rows: `utt2split` tells which split each belongs to.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from batchtts.alignment import Level
from batchtts.export.alignments.seconds import seconds
from batchtts.export.datasets.dialect import bare_words
from batchtts.export.datasets.lines import SortedLines, compact
from batchtts.export.datasets.names import plain_names
from batchtts.export.folder import ListedLines
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target
from batchtts.files import HashingFile

_GENDERS = {"female": "f", "male": "m"}
_FILES = ("wav.scp", "text", "utt2spk", "utt2dur", "reco2dur", "utt2split")


class KaldiWriter:
    """Writes `wavs/` as rows come, and the files of the directory, which have to be sorted, in the end."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._speakers = target.corpus.speakers
        self._names = plain_names(target.corpus.speakers)
        self._rows = SortedLines(target.folder.path)
        self._seen: set[str] = set()

    def add(self, utterance: Utterance) -> None:
        """Write the sound of a row, as WAV, which is all that Kaldi itself can read."""
        speaker = self._names[utterance.speaker.id]
        key, rate = f"{speaker}-{utterance.id}", utterance.audio.sample_rate
        name = f"wavs/{utterance.id}.wav"
        duration = seconds(utterance.audio.n_samples, rate)
        self._folder.write(name, utterance.wav)
        row = {
            "speaker": speaker,
            "wav.scp": name,
            "text": bare_words(utterance, self._folder),
            "utt2spk": speaker,
            "utt2dur": duration,
            "reco2dur": duration,
            "utt2split": utterance.split,
            "ctm": "".join(_ctm(key, utterance)),
        }
        self._rows.add(key, compact([key, row]))
        self._seen.add(speaker)

    def finish(self) -> None:
        """Write the files, sorted."""
        with ExitStack() as stack:
            files = {name: stack.enter_context(self._folder.writing(name)) for name in _FILES}
            ctm = self._folder.lines("ctm")
            stack.callback(ctm.close)
            speakers = _Speakers(stack.enter_context(self._folder.writing("spk2utt")))
            for line in self._rows.taken():
                key, row = json.loads(line)
                _write(files, ctm, key, row)
                speakers.add(row["speaker"], key)
            speakers.finish()
        self._write_genders()

    def _write_genders(self) -> None:
        """Write `spk2gender` if all are known; it has no letter for others."""
        genders = {self._names[each.id]: each.gender for each in self._speakers}
        used = {name: genders[name] for name in self._seen}
        if used and set(used.values()) <= _GENDERS.keys():
            lines = [f"{name} {_GENDERS[gender]}\n" for name, gender in sorted(used.items())]
            self._folder.write("spk2gender", "".join(lines).encode())


class _Speakers:
    """Writes `spk2utt`, a line for each speaker: those of one come one after the other."""

    def __init__(self, file: HashingFile) -> None:
        self._file = file
        self._speaker: str | None = None

    def add(self, speaker: str, key: str) -> None:
        if speaker != self._speaker:
            self.finish()
            self._file.write(speaker.encode())
            self._speaker = speaker
        self._file.write(f" {key}".encode())

    def finish(self) -> None:
        if self._speaker is not None:
            self._file.write(b"\n")


def _write(files: Mapping[str, HashingFile], ctm: ListedLines, key: str, row: Mapping[str, Any]) -> None:
    for name, file in files.items():
        file.write(f"{key} {row[name]}\n".encode())
    if row["ctm"]:
        ctm.write(row["ctm"].encode())


def _ctm(key: str, utterance: Utterance) -> list[str]:
    if utterance.alignment.level is Level.SEGMENT:
        return []
    rate = utterance.audio.sample_rate
    return [
        f"{key} 1 {seconds(item.start, rate)} {seconds(item.n_samples, rate)} {'_'.join(item.text.split())}\n"
        for item in utterance.alignment.words
        if item.n_samples
    ]


def open_writer(target: Target) -> KaldiWriter:
    """Begin an export."""
    return KaldiWriter(target)
