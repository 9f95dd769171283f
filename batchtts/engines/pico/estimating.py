"""When each word is heard, estimated: Pico does not say, and no aligner for its languages is at hand.

The stretch between the first and the last sound is shared out by weights: how long words of so many letters,
digits and signs take on the average, and the pauses that follow from punctuation.  Weights were fitted
to how much longer recordings become by a word or a mark more, in `en-US` at speed 1.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate

from batchtts.alignment import Alignment, Level, Origin
from batchtts.engines.pico.reading import Written
from batchtts.engines.tiling import SpokenWord, tile

TOOL = "pico proportional/1"
"""Names these times wherever they are shown: they are shares of the sound, not events in it."""

PER_WORD, PER_LETTER, PER_SIGN = 1.0, 1.0, 6.0
PAUSES = {"": 0.0, ",": 7.0, ":": 7.0, ";": 7.0, ".": 11.0, "!": 11.0, "?": 11.0}
"""In letters, of which about fifteen are heard in a second."""


def align(
    text: str, written: Sequence[Written], *, n_samples: int, speech: tuple[int, int], sample_rate: int
) -> Alignment:
    """Return when the words of a text are heard, if sound is from the first to the last sample of `speech`."""
    return Alignment(
        sample_rate=sample_rate,
        level=Level.WORD,
        origin=Origin.ESTIMATED,
        items=tile(text, list(_spoken(written, *speech)), n_samples=n_samples, phonemes=False),
        tool=TOOL,
    )


def _spoken(written: Sequence[Written], start: int, end: int) -> Iterator[SpokenWord]:
    weights = [weight for word in written for weight in (_weight(word.reading), PAUSES[word.mark])][:-1]
    bounds = [*accumulate(weights, initial=0.0)]
    at = [start + round((end - start) * bound / bounds[-1]) for bound in bounds]
    for word, first, last in zip(written, at[::2], at[1::2], strict=True):
        yield SpokenWord(char=(word.word.start, word.word.end), start=first, end=last)


def _weight(reading: str) -> float:
    return PER_WORD + sum(PER_LETTER if c.isalpha() else 0.0 if c in " '-" else PER_SIGN for c in reading)
