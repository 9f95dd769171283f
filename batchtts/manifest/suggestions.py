"""Suggestions: the known word that was probably meant by an unknown one."""

from collections.abc import Iterable
from functools import lru_cache

LONGEST_WORD = 60  # comparing takes quadratic time, and nobody mistypes a whole page
MOST_LISTED = 20


def suggest(word: str, known: Iterable[str], kind: str) -> str:
    """Return a hint that names the nearest of the `known` words, if one is near, and all of them."""
    return _suggest(word, tuple(known), kind)


@lru_cache(maxsize=256)
def _suggest(word: str, known: tuple[str, ...], kind: str) -> str:
    listed = ", ".join(known[:MOST_LISTED]) + (", …" if len(known) > MOST_LISTED else "")
    if len(word) > LONGEST_WORD:
        return f"Known {kind}: {listed}."
    from difflib import get_close_matches  # costs a start, and most manifests have no mistake

    lowered = {candidate.lower(): candidate for candidate in known}
    matches = get_close_matches(word.lower().replace("-", "_"), lowered, n=1)
    matches = matches or get_close_matches(word.lower(), lowered, n=1)
    guess = f"Did you mean {lowered[matches[0]]}? " if matches else ""
    return f"{guess}Known {kind}: {listed}."
