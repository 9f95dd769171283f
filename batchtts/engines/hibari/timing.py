"""When each phoneme is heard, from the frames that the network gave to each symbol.

Networks of the Kokoro family speak ahead of their own frames: about 44 ms inside a phrase, more after a
pause.  A space lasts a frame or two but is not silent: it belongs to the word behind it.  The last phoneme
before a pause holds the silence too, so there the sound itself tells where it ends.  The offsets were
measured against an independent aligner (`benchmarks/boundaries.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from batchtts.engines.hibari.network import Sound
from batchtts.engines.hibari.pronunciation import PAUSES, STRESSES, is_sound
from batchtts.engines.tiling import SpokenPhoneme

AFTER_SPACE = 600
INSIDE_WORD = 1_050
AFTER_PAUSE = 1_500
"""How many samples before its frames a sound begins, by what stands before it."""

BLOCK = 120
AUDIBLE = 10 ** (-40 / 20)
"""A block of 5 ms is heard if it is less than 40 dB below the loudest."""

RELEASE = 480
"""How many samples a sound takes to die away after its last block that is heard."""

IPA = {
    "A": "eɪ",
    "I": "aɪ",
    "O": "oʊ",
    "Q": "əʊ",
    "W": "aʊ",
    "Y": "ɔɪ",
    "ᵊ": "ə",
    "ʤ": "dʒ",
    "ʧ": "tʃ",
    "T": "ɾ",
}
"""The symbols of the model that are not those of the International Phonetic Alphabet."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol of the model, and the number of the unit that it belongs to; a space belongs to none."""

    text: str
    unit: int | None


def time_phonemes(symbols: Sequence[Symbol], sound: Sound) -> Iterator[tuple[int, SpokenPhoneme]]:
    """Yield every phoneme with the number of its unit, in order and without overlaps."""
    frames = _Frames([symbol.text for symbol in symbols], sound)
    stresses, onset, heard = "", -1, 0
    for index, symbol in enumerate(symbols):
        if symbol.unit is None or not (symbol.text in STRESSES or is_sound(symbol.text)):
            continue
        if onset < 0:
            onset = frames.onset(index)
        if symbol.text in STRESSES:
            stresses += symbol.text
            continue
        start = max(onset, heard)
        heard = max(frames.end(index, start), start + 1)
        ipa = stresses + IPA.get(symbol.text, symbol.text)
        yield symbol.unit, SpokenPhoneme(symbol=ipa, start=start, end=heard)
        stresses, onset = "", -1


class _Frames:
    """Where each symbol begins and ends by the network's own account, and what is heard there."""

    def __init__(self, symbols: Sequence[str], sound: Sound) -> None:
        self._symbols = symbols
        bounds = list(accumulate(int(n) for n in sound.n_samples))
        self._starts, self._ends = bounds[:-1], bounds[1:]
        self._audible = _audible_blocks(sound.audio)

    def onset(self, index: int) -> int:
        """Return the sample at which the symbol begins to be heard."""
        before = self._symbols[index - 1] if index else "."
        if before.isspace():
            return max(0, self._starts[index - 1] - AFTER_SPACE)
        return max(0, self._starts[index] - (AFTER_PAUSE if before in PAUSES else INSIDE_WORD))

    def end(self, index: int, start: int) -> int:
        """Return the sample at which the symbol, heard from `start` on, ends."""
        after = self._symbols[index + 1] if index + 1 < len(self._symbols) else "."
        if after.isspace():
            return self._ends[index] - AFTER_SPACE
        if after not in PAUSES:
            return self._ends[index] - INSIDE_WORD
        first = start // BLOCK
        heard = np.flatnonzero(self._audible[first : self._ends[index] // BLOCK])
        if not len(heard):
            return self._ends[index]
        return min((first + int(heard[-1]) + 1) * BLOCK + RELEASE, self._ends[index])


def _audible_blocks(audio: NDArray[np.float32]) -> NDArray[np.bool_]:
    blocks = audio[: len(audio) // BLOCK * BLOCK].reshape(-1, BLOCK)
    power = np.square(blocks).mean(axis=1)
    audible: NDArray[np.bool_] = power > power.max(initial=0.0) * AUDIBLE**2
    return audible
