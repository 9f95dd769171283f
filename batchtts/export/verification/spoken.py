"""What is spoken when in some texts, as lists of stretches that readers are held against; what lasts no time is left out."""

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from batchtts.alignment import SILENCE, AlignmentItem
from batchtts.export.verification.exported import Truth

Stretch: TypeAlias = tuple[int, int, str]
"""From which sample, to which, and what is said, with single spaces."""


def utterances(truths: Iterable[Truth]) -> list[Stretch]:
    """Return the texts, each from its first word to its last."""
    stretches = ((*truth.alignment.speech, plain(truth.text)) for truth in truths)
    return [stretch for stretch in stretches if stretch[1] > stretch[0]]


def words(truths: Iterable[Truth]) -> list[Stretch]:
    """Return the words of all texts."""
    return [(item.start, item.end, plain(item.text)) for item in _heard(truths)]


def phones(truths: Iterable[Truth]) -> list[Stretch]:
    """Return the phonemes of all words."""
    return [phone for item in _heard(truths) for phone in _phones(item)]


def plain(text: str) -> str:
    """Return a text with single spaces."""
    return " ".join(text.split())


def letters(text: str) -> str:
    """Return the letters and digits of a text."""
    return "".join(filter(str.isalnum, text))


def _heard(truths: Iterable[Truth]) -> Iterator[AlignmentItem]:
    for truth in truths:
        yield from (item for item in truth.alignment.words if item.n_samples)


def _phones(item: AlignmentItem) -> Iterator[Stretch]:
    position = item.start
    for phoneme, n_samples in zip(item.phonemes, item.phoneme_n_samples, strict=True):
        if n_samples and phoneme != SILENCE:
            yield position, position + n_samples, phoneme.strip()
        position += n_samples
