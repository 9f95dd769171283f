"""How well it was found to hold what a delivery says of itself: every miss, and how far off words are."""

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from batchtts.audio.likeness import Likeness
from batchtts.export.audiobook.statement import StatedChapter
from batchtts.export.proof.listed_marks import ListedMark

LOSSLESS = ("flac", "wav")
"""Formats in which a word has to be heard at the very samples that are stated; in others a millisecond is allowed."""

LIMIT_MS = 1.0
MARK_LIMIT_MS = 1.0
"""Some formats count the times of chapters in milliseconds."""

MOST_NAMED = 50
"""How many misses of a file are named; all are counted."""

_ONE_SAMPLE_OFF = 0.75
"""The offset from which on a word counts as one sample off.

At the rate of the takes, words that are right are 0 samples off; at another one their ends lie between two samples, so
the sample that is stated is up to half of one away.
"""

ENDS = ("begins", "ends")


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Something that is not as it is stated, and where."""

    where: str
    what: str


@dataclass(slots=True, kw_only=True)
class Proof:
    """What was found of one delivery; it grows while the file is decoded.

    `offsets_ms` has, for each word that could be compared, by how much the worse of its ends is off.  Words without
    enough energy to tell are `n_undecided`: they count neither as right nor as wrong.
    """

    path: str
    file_format: str = "?"
    sample_rate: int = 1
    n_undecided: int = 0
    n_missed: int = 0
    misses: list[Miss] = field(default_factory=list)
    offsets_ms: "array[float]" = field(default_factory=lambda: array("d"))

    def miss(self, where: str, what: str) -> None:
        """Count something that is not as it is stated."""
        self.n_missed += 1
        if len(self.misses) < MOST_NAMED:
            self.misses.append(Miss(where=where, what=what))

    def hear(self, where: str, ends: Sequence[Likeness | None]) -> None:
        """Count a word, given where it was found to begin and to end."""
        heard = [(name, end) for name, end in zip(ENDS, ends, strict=True) if end is not None]
        if not heard:
            self.n_undecided += 1
            return
        found = [abs(end.offset) for _, end in heard if end.is_found]
        if found:
            self.offsets_ms.append(self._ms(max(found)))
        wrong = [(name, end) for name, end in heard if not self._is_right(end)]
        if wrong:
            self.miss(where, " and ".join(f"{name} {self._told(end)}" for name, end in wrong))

    def lack(self, where: str, segments: Collection[str]) -> None:
        """Count segments of a chapter that are heard in it, and not stated."""
        for segment in sorted(segments):
            self.miss(f"{where}, {segment}", "is not stated")

    def compare_marks(self, stated: Sequence[StatedChapter], listed: Sequence[ListedMark]) -> None:
        """Count the chapters that are not listed where they are stated to begin, by the title that they have."""
        if not stated:
            self.miss("the file that tells its times", "tells of no chapter")
        for number, (own, found) in enumerate(zip_longest(stated, listed), 1):
            where = f"chapter {number}"
            if own is None or found is None:
                self.miss(
                    where, "is listed, but not stated" if own is None else f"{own.title!r} is not listed"
                )
                continue
            late_ms = float(found.seconds * 1000) - own.start * 1000 / self.sample_rate
            if abs(late_ms) > MARK_LIMIT_MS:
                self.miss(where, f"{own.title!r} is listed {_late(late_ms)}")
            if found.title != own.title:
                self.miss(where, f"{own.title!r} is listed as {found.title!r}")

    @property
    def n_words(self) -> int:
        """Return how many words could be compared."""
        return len(self.offsets_ms)

    @property
    def is_right(self) -> bool:
        """Return whether everything that could be proved is as it is stated."""
        return not self.n_missed

    def quantile_ms(self, share: float) -> float:
        """Return how far off all but this share of the words are at most; 0 without any word."""
        ordered = sorted(self.offsets_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def _is_right(self, end: Likeness) -> bool:
        allowed = _ONE_SAMPLE_OFF if self.file_format in LOSSLESS else LIMIT_MS * self.sample_rate / 1000
        return end.is_found and abs(end.offset) < allowed

    def _told(self, end: Likeness) -> str:
        if not end.is_found:
            return f"where nothing like it is heard (correlation {end.correlation:.2f})"
        samples = f", {end.offset:+.1f} samples" if self.file_format in LOSSLESS else ""
        return f"{_late(self._ms(end.offset))}{samples}"

    def _ms(self, n_samples: float) -> float:
        return n_samples * 1000 / self.sample_rate


def _late(ms: float) -> str:
    return f"{abs(ms):.3f} ms {'late' if ms > 0 else 'early'}"
