"""A data directory of Kaldi, as its page "Data preparation" has it, with a CTM of the words.

Files are sorted as the locale C does.  The speaker goes before the id of an utterance, and consists of letters and digits,
so that both are in order at once.  A directory for all rows: `utt2split` tells which split each belongs to.
"""

from batchtts.export.alignments.seconds import seconds
from batchtts.export.datasets.dialect import bare_words
from batchtts.export.datasets.lines import SortedLines
from batchtts.export.datasets.names import plain_names
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

_GENDERS = {"female": "f", "male": "m"}
_FILES = ("wav.scp", "text", "utt2spk", "utt2dur", "reco2dur", "utt2split", "ctm")


class KaldiWriter:
    """Writes the files of the directory, and `wavs/` in it."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._speakers = plain_names(target.corpus.speakers)
        self._of_corpus = target.corpus.speakers
        self._files = {name: SortedLines() for name in _FILES}
        self._utterances: dict[str, SortedLines] = {}

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        speaker = self._speakers[utterance.speaker.id]
        key, rate = f"{speaker}-{utterance.id}", utterance.audio.sample_rate
        name = f"wavs/{utterance.id}.{utterance.audio_format}"
        duration = seconds(utterance.audio.n_samples, rate)
        self._folder.write(name, utterance.sound)
        lines = {
            "wav.scp": name,
            "text": bare_words(utterance, self._folder),
            "utt2spk": speaker,
            "utt2dur": duration,
            "reco2dur": duration,
            "utt2split": utterance.split,
        }
        for file, value in lines.items():
            self._files[file].add(key, f"{key} {value}")
        for number, item in enumerate(utterance.alignment.words):
            if item.n_samples:
                word = "_".join(item.text.split())
                times = f"{seconds(item.start, rate)} {seconds(item.n_samples, rate)}"
                self._files["ctm"].add(f"{key} {number:06}", f"{key} 1 {times} {word}")
        self._utterances.setdefault(speaker, SortedLines()).add(key, key)

    def finish(self) -> None:
        """Write the files, sorted."""
        for name, lines in self._files.items():
            with self._folder.writing(name) as file:
                lines.write(file)
        with self._folder.writing("spk2utt") as file:
            for speaker in sorted(self._utterances):
                file.write(speaker.encode())
                self._utterances[speaker].write_joined(file)
        self._write_genders()

    def _write_genders(self) -> None:
        """Write `spk2gender` if all are known; it has no letter for others."""
        used = [speaker for speaker in self._of_corpus if self._speakers[speaker.id] in self._utterances]
        if used and all(speaker.gender in _GENDERS for speaker in used):
            lines = sorted(f"{self._speakers[speaker.id]} {_GENDERS[speaker.gender]}\n" for speaker in used)
            self._folder.write("spk2gender", "".join(lines).encode())


def open_writer(target: Target) -> KaldiWriter:
    """Begin an export."""
    return KaldiWriter(target)
