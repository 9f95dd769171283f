"""Positions in a text as browsers count them: in UTF-16 code units, of which an emoji has two."""

from collections.abc import Callable
from itertools import accumulate

_LAST_OF_ONE_UNIT = "\uffff"


def positions(text: str) -> Callable[[int], int]:
    """Return what leads from a position in code points, up to the end of the text, to one in code units."""
    if text.isascii() or max(text) <= _LAST_OF_ONE_UNIT:
        return lambda position: position
    return list(accumulate((1 + (each > _LAST_OF_ONE_UNIT) for each in text), initial=0)).__getitem__
