"""Loads an exported Parquet dataset as somebody would who trains with it, and listens whether words are where they are said to be.

    python tests/formats/training.py FOLDER [--shift SECONDS]

`datasets` loads the folder, soundfile decodes the sounds, and each word is cut out by its boundary.  Speech has to be inside of
words, and little of anything outside.  `--shift` moves all boundaries, to see that wrong ones are found.  Exit code 1 if it
does not hold.  Only pauses tell: a border between two words that follow at once may be wrong and is not heard to be.
"""

import argparse
import io
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
import numpy as np
import soundfile

# Right boundaries of the built-in engine give 29 to 31 dB, 99.96 % and all words; the noise of an engine that is no quieter than
# -50 dBFS would still give 24 dB.  Boundaries that are 100 ms late give 6 dB, 92 % and 83 %, and those that are 100 ms early,
# which costs least, since words end softly, 18 dB, 99.5 % and 93 %.
LEAST_DIFFERENCE = 20.0
"""By how many dB words have to be louder than what is between them."""
LEAST_INSIDE = 0.99
"""Which share of all energy has to be inside of words."""
LEAST_LOUDER = 0.99
"""Which share of words has to be louder than the silences of their row."""

_QUIETEST = 1e-12  # -120 dBFS, below the noise of 16 bits: digital silence has no level of its own
_N_WORST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of a dataset: its samples, from -1 to 1, and its words with `start_sample` and `num_samples`."""

    id: str
    samples: np.ndarray
    sample_rate: int
    words: Sequence[Mapping[str, Any]]


@dataclass(slots=True)
class Energy:
    """The squares of samples, added up, and how many they are."""

    total: float = 0.0
    n_samples: int = 0

    def add(self, squares: np.ndarray) -> None:
        """Add samples, which are squared already."""
        self.total += float(squares.sum())
        self.n_samples += len(squares)

    @property
    def level(self) -> float:
        """Return their mean level in dBFS."""
        return level(self.total / self.n_samples if self.n_samples else 0.0)


@dataclass(frozen=True, slots=True, order=True)
class Word:
    """How much louder a word is than the silences of its row, in dB."""

    margin: float
    row: str
    word: str
    seconds: float


@dataclass(slots=True)
class Profile:
    """What was heard in a dataset."""

    n_rows: int = 0
    inside: Energy = field(default_factory=Energy)
    outside: Energy = field(default_factory=Energy)
    words: list[Word] = field(default_factory=list)

    @property
    def share_inside(self) -> float:
        """Return which share of the energy is inside of words."""
        total = self.inside.total + self.outside.total
        return self.inside.total / total if total else 0.0

    @property
    def share_louder(self) -> float:
        """Return which share of words is louder than the silences of their rows."""
        return sum(word.margin > 0 for word in self.words) / len(self.words) if self.words else 0.0

    def failures(self) -> Iterator[str]:
        """Yield what does not hold."""
        if not self.words:
            yield "no word has a time"
        elif not self.outside.n_samples:
            yield "there is no silence to compare words with"
        for what, found, least in (
            (
                "words are louder than the rest, in dB",
                self.inside.level - self.outside.level,
                LEAST_DIFFERENCE,
            ),
            ("share of the energy inside of words", self.share_inside, LEAST_INSIDE),
            ("share of words louder than the silences of their row", self.share_louder, LEAST_LOUDER),
        ):
            if found < least:
                yield f"{what}: {found:.4g}, and not {least:g} or more"


def rows(folder: Path) -> Iterator[Row]:
    """Yield the rows of all splits; nothing that an earlier call left in a cache is used."""
    import datasets

    datasets.disable_progress_bars()
    with TemporaryDirectory() as cache:
        loaded = datasets.load_dataset(str(folder), cache_dir=cache)
        for split in loaded.values():
            for row in split.cast_column("audio", datasets.Audio(decode=False)):
                samples, sample_rate = soundfile.read(io.BytesIO(row["audio"]["bytes"]))
                yield Row(id=row["id"], samples=samples, sample_rate=sample_rate, words=row["words"])


def profile(found: Iterable[Row], shift: float = 0.0) -> Profile:
    """Return what is heard inside and outside of words, all of whose boundaries are `shift` seconds later."""
    heard = Profile()
    for row in found:
        heard.n_rows += 1
        _listen(row, round(shift * row.sample_rate), heard)
    return heard


def _listen(row: Row, shift: int, heard: Profile) -> None:
    squares = row.samples**2
    is_word = np.zeros(len(squares), dtype=bool)
    cut = [(word, squares[slice(*_place(word, shift, len(squares)))]) for word in row.words]
    for word in row.words:
        is_word[slice(*_place(word, shift, len(squares)))] = True
    silence = squares[~is_word]
    heard.inside.add(squares[is_word])
    heard.outside.add(silence)
    if not len(silence):
        return
    quiet = level(float(silence.mean()))
    for word, sound in cut:
        if word["num_samples"]:
            margin = level(float(sound.mean()) if len(sound) else 0.0) - quiet
            heard.words.append(Word(margin, row.id, word["word"], word["start_sample"] / row.sample_rate))


def _place(word: Mapping[str, Any], shift: int, n_samples: int) -> tuple[int, int]:
    start = word["start_sample"] + shift
    first, last = (min(max(each, 0), n_samples) for each in (start, start + word["num_samples"]))
    return first, last


def level(mean_square: float) -> float:
    """Return a mean square as a level in dBFS, -120 at least."""
    return float(10 * np.log10(max(mean_square, _QUIETEST)))


def show(heard: Profile) -> None:
    """Print what was heard."""
    inside, outside = heard.inside.level, heard.outside.level
    click.echo(f"rows                        {heard.n_rows:>9,}")
    click.echo(f"words                       {len(heard.words):>9,}")
    click.echo(f"level inside of words       {inside:9.2f} dBFS")
    click.echo(f"level outside of words      {outside:9.2f} dBFS, {inside - outside:.1f} dB less")
    click.echo(f"share of the energy inside  {heard.share_inside:9.4%}")
    click.echo(f"words louder than silences  {heard.share_louder:9.4%}")
    for word in nsmallest(_N_WORST, heard.words):
        click.echo(f"  {word.margin:6.1f} dB  {word.row} at {word.seconds:.3f} s: {word.word}")


def main() -> int:
    """Load, listen and tell; return 1 if words are not where they are said to be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shift", type=float, default=0.0, help="seconds by which all boundaries are moved")
    asked = parser.parse_args()
    heard = profile(rows(asked.folder), asked.shift)
    show(heard)
    failures = list(heard.failures())
    for failure in failures:
        click.echo(f"not as it should be: {failure}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
