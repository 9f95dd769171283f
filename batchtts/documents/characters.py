"""Which characters of a source are text to a narrator, and how white space counts."""

import re

_ZERO_WIDTH = (0x00AD, 0x200B, 0x2060, 0xFEFF)
_BIDI_CONTROLS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0))
_NOT_CHARACTERS = (*range(0xD800, 0xE000), *range(0xFDD0, 0xFDF0), 0xFFFE, 0xFFFF)

# Joiners (U+200C, U+200D) stay: scripts and emoji need them.
_DROPPED = re.compile(
    f"[{''.join(re.escape(chr(code)) for code in (*_ZERO_WIDTH, *_BIDI_CONTROLS, *_CONTROLS, *_NOT_CHARACTERS))}]+"
)


def without_invisible(text: str) -> str:
    """Drop what cannot be heard or shown: soft hyphens, zero-width spaces, controls, lone surrogates."""
    return text if text.isascii() and text.isprintable() else _DROPPED.sub("", text)


def collapse(text: str) -> str:
    """Drop what is invisible and make every run of white space, of any kind, one space; trim the ends."""
    return " ".join(without_invisible(text).split())
