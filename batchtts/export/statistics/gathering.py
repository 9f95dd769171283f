"""What is counted of a dataset, row by row; nothing grows with the number of rows.

Phonemes and characters are counted each by itself: of both there are only so many.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from batchtts.alignment import SILENCE, ItemKind, Level
from batchtts.export.rejects import Reject
from batchtts.export.rows.measuring import written_words
from batchtts.export.statistics.distribution import Distribution
from batchtts.export.statistics.outliers import Extremes, Outlier
from batchtts.export.utterance import SPLITS, Utterance

_MOST_POINTS = 2_000
_OUTLIERS_EACH = 3
LISTENED_TO = ("chars_per_second", "seconds", "lead_silence", "tail_silence", "rms_dbfs")
"""The values by which outliers are chosen, where rows have them."""


@dataclass(slots=True)
class Share:
    """How much of a dataset belongs to one speaker, or to one split."""

    rows: int = 0
    seconds: float = 0.0
    characters: int = 0
    words: int = 0

    def add(self, utterance: Utterance, n_words: int) -> None:
        """Count a row, whose text has so many words."""
        self.rows += 1
        self.seconds += utterance.seconds
        self.characters += len(utterance.text)
        self.words += n_words

    def form(self) -> dict[str, object]:
        """Return it as JSON."""
        return {
            "rows": self.rows,
            "hours": round(self.seconds / 3600, 6),
            "characters": self.characters,
            "words": self.words,
        }


@dataclass(slots=True)
class Statistics:
    """All that is counted of the rows of a dataset."""

    whole: Share = field(default_factory=Share)
    speakers: dict[str, Share] = field(default_factory=dict)
    splits: dict[str, Share] = field(default_factory=dict)
    values: dict[str, Distribution] = field(default_factory=dict)
    word_seconds: Distribution = field(default_factory=Distribution)
    phone_seconds: Distribution = field(default_factory=Distribution)
    characters: Counter[str] = field(default_factory=Counter)
    phones: Counter[str] = field(default_factory=Counter)
    diphones: Counter[tuple[str, str]] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)
    _extremes: dict[str, Extremes] = field(default_factory=dict)
    _points: list[tuple[str, int, float]] = field(default_factory=list)

    def add(self, utterance: Utterance) -> None:
        """Count a row."""
        n_words = len(written_words(utterance.text))
        self.whole.add(utterance, n_words)
        self.speakers.setdefault(utterance.speaker.id, Share()).add(utterance, n_words)
        self.splits.setdefault(utterance.split, Share()).add(utterance, n_words)
        self.flags.update(utterance.flags)
        self.characters.update(utterance.text)
        self._add_values(utterance)
        self._add_items(utterance)
        self._add_point(utterance)

    def reject(self, reject: Reject) -> None:
        """Count a row that was left out."""
        self.rejects[reject.reason] += 1

    @property
    def points(self) -> list[tuple[int, float]]:
        """Return characters and seconds of some rows, chosen by the hash of their ids."""
        return sorted((n_characters, seconds) for _, n_characters, seconds in self._points)

    def outliers(self) -> Iterator[Outlier]:
        """Yield the rows with the least and the greatest values, by value; there are none of one that all rows share."""
        for name in LISTENED_TO:
            if name in self._extremes and not self.values[name].is_constant:
                yield from self._extremes[name].outliers()

    def _add_values(self, utterance: Utterance) -> None:
        for name, value in utterance.values.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            distribution = self.values.get(name)
            if distribution is None:
                distribution = self.values[name] = Distribution()
            distribution.add(value)
            if name in LISTENED_TO:
                extremes = self._extremes.get(name)
                if extremes is None:
                    extremes = self._extremes[name] = Extremes(name, _OUTLIERS_EACH)
                extremes.add(value, utterance)

    def _add_items(self, utterance: Utterance) -> None:
        """Count words and phonemes; those that last no time are heard by nobody, and part no neighbours."""
        rate = utterance.alignment.sample_rate
        knows_words = utterance.alignment.level is not Level.SEGMENT
        spoken: list[str] = []
        for item in utterance.alignment.items:
            is_word = item.kind is ItemKind.WORD
            if is_word and knows_words and item.n_samples:
                self.word_seconds.add(item.n_samples / rate)
            for phoneme, n_samples in zip(item.phonemes, item.phoneme_n_samples, strict=True):
                if n_samples and phoneme == SILENCE:
                    spoken.append(SILENCE)
                elif n_samples and is_word:
                    spoken.append(phoneme)
                    self.phone_seconds.add(n_samples / rate)
        self.phones.update(phoneme for phoneme in spoken if phoneme != SILENCE)
        self.diphones.update(pair for pair in pairwise(spoken) if pair != (SILENCE, SILENCE))

    def _add_point(self, utterance: Utterance) -> None:
        # The largest hash of those that are kept is on top, so that the choice is the same in any order of rows.
        key = _inverted(hashlib.sha256(utterance.id.encode()).hexdigest())
        point = (key, len(utterance.text), round(utterance.seconds, 3))
        if len(self._points) < _MOST_POINTS:
            heapq.heappush(self._points, point)
        elif key > self._points[0][0]:
            heapq.heapreplace(self._points, point)


def _inverted(digits: str) -> str:
    """Return hexadecimal digits that sort the other way round."""
    return digits.translate(_COMPLEMENT)


_COMPLEMENT = str.maketrans("0123456789abcdef", "fedcba9876543210")


def ordered(shares: Mapping[str, Share]) -> list[tuple[str, Share]]:
    """Return shares as tables list them: splits as they are used, and speakers by their names."""
    return sorted(
        shares.items(), key=lambda pair: (SPLITS.index(pair[0]) if pair[0] in SPLITS else 0, pair[0])
    )
