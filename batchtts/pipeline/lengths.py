"""How many segments were to last as long as asked, and which of them could not be made to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from batchtts.ledger.reading import Readable

MOST_NAMED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthsReport:
    """Of the segments with a take in use that was to last as long as asked: how they were made to, and which missed.

    `misses` are the first of the `n_missed`: the id of each with what a take's checks say under `length`.
    """

    n_segments: int = 0
    n_stretched: int = 0
    least_stretch: float = 1.0
    most_stretch: float = 1.0
    n_missed: int = 0
    misses: tuple[tuple[str, Mapping[str, Any]], ...] = ()

    @property
    def form(self) -> dict[str, object]:
        """Return it in the form of JSON."""
        return {
            "segments": self.n_segments,
            "stretched": self.n_stretched,
            "least_stretch": self.least_stretch,
            "most_stretch": self.most_stretch,
            "missed": self.n_missed,
            "misses": [{"segment": id_, **length} for id_, length in self.misses],
        }


NO_LENGTHS = LengthsReport()


def lengths_in(reader: Readable) -> LengthsReport:
    """Add up what the takes of a plan say of their lengths."""
    n_segments = n_stretched = n_missed = 0
    least = most = 1.0
    misses: list[tuple[str, Mapping[str, Any]]] = []
    for id_, length in reader.fitted():
        stretch = length["stretch"]
        n_segments += 1
        n_stretched += stretch != 1.0
        least, most = min(least, stretch), max(most, stretch)
        if stretch != length["needed"]:
            n_missed += 1
            if n_missed <= MOST_NAMED:
                misses.append((id_, length))
    return LengthsReport(
        n_segments=n_segments,
        n_stretched=n_stretched,
        least_stretch=least,
        most_stretch=most,
        n_missed=n_missed,
        misses=tuple(misses),
    )
