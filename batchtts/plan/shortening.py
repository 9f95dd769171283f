"""Cuts texts again that took longer to speak than is allowed, at the next best places."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from batchtts.plan.scripts import has_speech
from batchtts.plan.splitting import split_again

MARGIN = 0.9
"""What share of the time that is allowed a part is cut for: the next speaker of it is no clockwork either."""

Spoken: TypeAlias = Callable[[str], float | None]
"""Returns how many seconds were spoken of a text, if that was too much, else None."""


class Part(NamedTuple):
    """A part of a text: where it begins, what it says, and what tells it from the others of the same text."""

    start: int
    text: str
    suffix: str = ""


def parts(text: str, spoken: Spoken, max_seconds: float) -> Iterator[Part]:
    """Yield the parts that a text is cut into, and these again, as long as they were spoken for too long.

    A text that cannot be cut but in its words is its only part.
    """
    found = list(_cut(text, spoken(text), max_seconds))
    if len(found) < 2:
        yield Part(0, text)
        return
    for number, (start, piece) in enumerate(found, start=1):
        for part in parts(piece, spoken, max_seconds):
            yield Part(start + part.start, part.text, f"-{number}{part.suffix}")


def _cut(text: str, seconds: float | None, max_seconds: float) -> Iterator[tuple[int, str]]:
    """Yield about equal pieces in which something is said, and where they begin, if a text lasts too long."""
    if seconds is None:
        return
    longest = max(1, min(len(text) - 1, int(len(text) * MARGIN * max_seconds / seconds)))
    for start, end in split_again(text, max_characters=longest):
        piece = text[start:end].rstrip()
        words = piece.lstrip()
        if has_speech(words):
            yield start + len(piece) - len(words), words
