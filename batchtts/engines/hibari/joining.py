"""Several stretches of speech as one, with the pauses that a reader would make between them.

The network begins and ends whatever it says with a third of a second of breath or more.  That is kept at
the beginning and at the end of a request, and cut down where stretches meet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from batchtts.engines.tiling import SpokenPhoneme

FADE = 120
LEAD_SHARE = 0.25
"""How much of a pause belongs to what comes after it; sounds die away slower than they begin."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Audio with the phonemes in it, each with the number of its unit; there is at least one.

    `pause` is how many samples of silence should follow at most before the next stretch is heard.
    """

    audio: NDArray[np.float32]
    phonemes: Sequence[tuple[int, SpokenPhoneme]]
    pause: int = 0

    @property
    def heard(self) -> tuple[int, int]:
        """Return where the first phoneme starts and the last one ends."""
        return self.phonemes[0][1].start, self.phonemes[-1][1].end


def join(stretches: Sequence[Stretch]) -> Stretch:
    """Return one stretch; `stretches` must not be empty."""
    if len(stretches) == 1:
        return stretches[0]
    audio: list[NDArray[np.float32]] = []
    phonemes: list[tuple[int, SpokenPhoneme]] = []
    n_samples = 0
    for stretch, (start, end) in zip(stretches, _kept(stretches), strict=True):
        shift = n_samples - start
        phonemes += [(unit, _shifted(phoneme, shift)) for unit, phoneme in stretch.phonemes]
        audio.append(_faded(stretch.audio[start:end], start > 0, end < len(stretch.audio)))
        n_samples += end - start
    return Stretch(np.concatenate(audio), phonemes)


def _kept(stretches: Sequence[Stretch]) -> Iterator[tuple[int, int]]:
    """Yield which samples of each stretch are kept."""
    start = 0
    for before, after in pairwise(stretches):
        lead = round(before.pause * LEAD_SHARE)
        yield start, min(len(before.audio), before.heard[1] + before.pause - lead)
        start = max(0, after.heard[0] - lead)
    yield start, len(stretches[-1].audio)


def _faded(audio: NDArray[np.float32], starts: bool, ends: bool) -> NDArray[np.float32]:
    """Return the audio without a click where it was cut."""
    faded = audio.copy()
    ramp = np.linspace(0.0, 1.0, min(FADE, len(audio)), dtype=np.float32)
    if starts:
        faded[: len(ramp)] *= ramp
    if ends:
        faded[len(faded) - len(ramp) :] *= ramp[::-1]
    return faded


def _shifted(phoneme: SpokenPhoneme, n_samples: int) -> SpokenPhoneme:
    return replace(phoneme, start=phoneme.start + n_samples, end=phoneme.end + n_samples)
