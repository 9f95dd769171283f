"""The rows that are least like the others, with their sound, so that a person can hear whether they are wrong."""

import heapq
from dataclasses import dataclass, field

from batchtts.export.utterance import Utterance


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A row with the value that makes it one."""

    measure: str
    value: float
    utterance: Utterance


@dataclass(slots=True)
class Extremes:
    """Keeps the rows with the least and the greatest values of one quantity; of equal ones, those that came first."""

    measure: str
    n_kept: int
    _least: list[tuple[float, int, Utterance]] = field(default_factory=list)
    _greatest: list[tuple[float, int, Utterance]] = field(default_factory=list)

    def add(self, value: float, utterance: Utterance) -> None:
        """Take a row into account."""
        for heap, sign in ((self._least, -1), (self._greatest, 1)):
            entry = (sign * value, -utterance.number, utterance)
            if len(heap) < self.n_kept:
                heapq.heappush(heap, entry)
            elif entry[:2] > heap[0][:2]:
                heapq.heapreplace(heap, entry)

    def outliers(self) -> list[Outlier]:
        """Return the rows, those with the least values first."""
        least = sorted(
            ((-value, -number, row) for value, number, row in self._least), key=lambda entry: entry[:2]
        )
        kept = {number for _, number, _ in least}
        greatest = sorted(
            ((value, -number, row) for value, number, row in self._greatest if -number not in kept),
            key=lambda entry: entry[:2],
        )
        return [
            Outlier(measure=self.measure, value=value, utterance=row) for value, _, row in (*least, *greatest)
        ]
