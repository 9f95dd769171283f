"""Recordings that sound the same to the last sample though their texts differ: one of the two is not its own.

A service, or something on the way to it, that mixes up answers delivers audio that passes every other check.
"""

from difflib import SequenceMatcher

from batchtts.audio.pcm import Pcm
from batchtts.errors import TakeFailedChecks
from batchtts.model import Segment

_FEWEST_LETTERS = 20
_MOST_ALIKE = 0.5
_MOST_REMEMBERED = 4096
"""Answers get mixed up with others that are on their way at about the same time; memory stays bounded."""


class Echoes:
    """What one engine has said lately, as digests.  One thread may use it."""

    def __init__(self) -> None:
        self._first: dict[str, Segment] = {}

    def check(self, audio: Pcm, segment: Segment) -> None:
        """Raise `TakeFailedChecks` if another segment has this very audio, and a text that cannot sound so."""
        first = self._first.setdefault(audio.sha256, segment)
        if len(self._first) > _MOST_REMEMBERED:
            del self._first[next(iter(self._first))]
        if first is not segment and _differ(first.text, segment.text):
            raise TakeFailedChecks(
                f"different texts, identical audio: it is the same as that of {first.id}, {_excerpt(first.text)!r}; "
                f"one of the two is not what was asked for"
            )


def _differ(one: str, other: str) -> bool:
    """Return whether two texts cannot sound the same: long enough, not alike, and no figures to be read out."""
    if any(character.isdigit() for character in one + other):
        return False
    one, other = _letters(one), _letters(other)
    if min(len(one), len(other)) < _FEWEST_LETTERS:
        return False
    return SequenceMatcher(None, one, other, autojunk=False).ratio() < _MOST_ALIKE


def _letters(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalpha())


def _excerpt(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
