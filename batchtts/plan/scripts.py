"""Which scripts the letters of a text belong to, by their Unicode names."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_BEYOND_ASCII = re.compile(r"[^\W\d_\x00-\x7f]")
_SPOKEN = re.compile(r"[^\W_]")


@lru_cache(maxsize=4096)
def script_of(letter: str) -> str:
    """Return the script of a letter as its Unicode name begins, such as LATIN, CYRILLIC or CJK."""
    name = unicodedata.name(letter, "UNKNOWN")
    first = name.split(" ", 1)[0].split("-", 1)[0]
    return (
        "LATIN" if first in {"FEMININE", "MASCULINE", "MICRO", "KELVIN", "ANGSTROM", "FULLWIDTH"} else first
    )


def foreign_letters(text: str, scripts: frozenset[str]) -> Iterator[str]:
    """Return the letters that none of the scripts has; ASCII is Latin, and empty `scripts` hold everything.

    Signs for numbers, such as ½, ² and Ⅷ, are no letters: every script uses them.
    """
    for letter in _BEYOND_ASCII.findall(text) if scripts else ():
        if script_of(letter) not in scripts and letter.isalpha() and unicodedata.category(letter) != "Lm":
            yield letter


def has_foreign_letters(text: str, scripts: frozenset[str]) -> bool:
    """Return whether there is any foreign letter."""
    return not text.isascii() and any(foreign_letters(text, scripts))


def has_speech(text: str) -> bool:
    """Return whether there is anything to say: a letter or a digit."""
    return _SPOKEN.search(text) is not None
