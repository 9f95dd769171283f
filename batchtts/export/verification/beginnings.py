"""When the texts of a chapter begin that follow one another: those of cues, or of the steps of a publication."""

from bisect import bisect_right
from collections.abc import Iterable

from batchtts.export.verification.exported import Truth


class Beginnings:
    """Goes through the letters of a chapter; spaces count for nothing, since lines may break anywhere."""

    def __init__(self, truths: Iterable[Truth]) -> None:
        self._ends: list[int] = []
        self._samples: list[set[int]] = []
        self._n_letters = 0
        n_before = 0
        for truth in truths:
            words = truth.alignment.words
            for number, word in enumerate(words):
                self._ends.append(n_before + n_letters(truth.text[: word.char[1]]))
                self._samples.append({word.start, truth.start} if number == 0 else {word.start})
            n_before += n_letters(truth.text)
            if not words:
                self._ends.append(n_before)
                self._samples.append({truth.start})

    def of_next(self, text: str) -> set[int]:
        """Return the samples at which the text that follows may begin: with its first word, or with what is around that."""
        index = bisect_right(self._ends, self._n_letters)
        self._n_letters += n_letters(text)
        return self._samples[index] if index < len(self._samples) else set()


def n_letters(text: str) -> int:
    """Return how many characters of a text are not spaces."""
    return sum(map(len, text.split()))
