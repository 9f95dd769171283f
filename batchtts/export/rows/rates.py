"""How fast each voice usually speaks, from the lengths of all recordings: no sound is read for it."""

from array import array
from statistics import median

FEWEST_CHARACTERS = 20
"""Texts that are shorter say little about how fast anybody speaks."""

FEWEST_ROWS = 20
"""From how many recordings on it is known what is usual."""


class Rates:
    """Characters a second at speed 1, by the name of the voice; texts that are too short do not count."""

    def __init__(self) -> None:
        self._rates: dict[str, array[float]] = {}
        self._usual: dict[str, tuple[float, float]] | None = None

    def add(self, voice: str, characters_per_second: float) -> None:
        """Take a recording into account, before the first question."""
        self._rates.setdefault(voice, array("d")).append(characters_per_second)

    def deviation(self, voice: str, characters_per_second: float) -> float | None:
        """Return how many median absolute deviations a rate is from the median of its voice.

        None if that says nothing: there are too few recordings, or more than half of them have the very same rate.
        """
        if self._usual is None:
            self._usual = {
                name: _usual(rates) for name, rates in self._rates.items() if len(rates) >= FEWEST_ROWS
            }
            self._rates.clear()
        if voice not in self._usual:
            return None
        middle, spread = self._usual[voice]
        return (characters_per_second - middle) / spread if spread else None


def _usual(rates: "array[float]") -> tuple[float, float]:
    middle = median(rates)
    return middle, median(abs(rate - middle) for rate in rates)
