"""Names of files and segments that are safe on every system."""

import re
import unicodedata

MAX_SLUG = 60
_UNSAFE = re.compile(r"[^a-z0-9]+")


def slug(title: str) -> str:
    """Return a title as a part of a file name: a to z, 0 to 9 and hyphens, at most 60, perhaps nothing."""
    plain = unicodedata.normalize("NFKD", title).casefold().encode("ascii", "ignore").decode()
    return _UNSAFE.sub("-", plain.replace("'", "")).strip("-")[:MAX_SLUG].rstrip("-")


def chapter_slug(number: int, n_chapters: int, title: str) -> str:
    """Return how a chapter's files begin: its number keeps equal titles apart, its title tells them."""
    return "-".join(part for part in (padded(number, n_chapters), slug(title)) if part)


def padded(number: int, largest: int, *, width: int = 2) -> str:
    """Return a number with as many zeros before it as make names sort by it."""
    return str(number).zfill(max(width, len(str(largest))))
