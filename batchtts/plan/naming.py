"""Names of files and segments that are safe on every system."""

import re
import unicodedata
from collections.abc import Iterable, Mapping

MAX_SLUG = 60
_UNSAFE = re.compile(r"[^a-z0-9]+")
_LIKE_A_TAKE = re.compile(r"(?:^|-)[tv][0-9]+$")


def slug(title: str) -> str:
    """Return a title as a part of a file name: a to z, 0 to 9 and hyphens, at most 60, perhaps nothing."""
    plain = unicodedata.normalize("NFKD", title).casefold().encode("ascii", "ignore").decode()
    return _UNSAFE.sub("-", plain.replace("'", "")).strip("-")[:MAX_SLUG].rstrip("-")


def chapter_slug(stem: str, title: str) -> str:
    """Return how a chapter's files begin: its stem, a number as a rule, keeps equal titles apart, its title tells them."""
    return "-".join(part for part in (stem, slug(title)) if part)


def labels(names: Iterable[str]) -> Mapping[str, str]:
    """Return what stands for each name in ids: the name as a slug, with its place from 1 where that is not enough."""
    found: dict[str, str] = {}
    for number, name in enumerate(names, start=1):
        label = slug(name)
        is_clear = label and label not in found.values() and not _LIKE_A_TAKE.search(label)
        found[name] = label if is_clear else f"{label}-v{number}".lstrip("-")
    return found


def padded(number: int, largest: int, *, width: int = 2) -> str:
    """Return a number with as many zeros before it as make names sort by it."""
    return str(number).zfill(max(width, len(str(largest))))
