"""Names of deliveries: the book's title, as far as every system can have it in the name of a file.

Chapters need no rule of their own: their masters have names already that begin with a number, so that equal
titles stay apart, and hold nothing but letters, digits and hyphens.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from batchtts.model import AUDIOBOOK

MOST_BYTES = 120
"""How long a name may be in UTF-8; `.m4b.json.part` follows, and 143 bytes is what the strictest system has."""

_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=\.|$)", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_KEPT_MARKS = frozenset("!#$%&'()+,-.;=@[]_{}~’‘“”«»–—…·¿¡")
_REPLACED = {":": " -", "/": "-", "\\": "-", "|": "-", '"': "'", "*": "", "?": "", "<": "(", ">": ")"}


def file_name(title: str | None, otherwise: str) -> str:
    """Return a title as a name for files, without an ending; `otherwise` is the name if nothing is left of it.

    Letters and digits of every script stay.  What some system refuses, such as slashes, emoji, control characters,
    a dot at the end or the names of Windows' devices, does not.
    """
    kept = "".join(map(_kept, unicodedata.normalize("NFC", title or "")))
    name = _cut(_SPACES.sub(" ", kept).strip(" ."))
    if not any(map(str.isalnum, name)):
        return otherwise
    return f"_{name}" if _RESERVED.match(name) else name


def book_path(name: str, file_format: str) -> str:
    """Return where the file of a whole book lies, in the output folder."""
    return f"{AUDIOBOOK}/{name}.{file_format}"


def chapter_path(slug: str, file_format: str) -> str:
    """Return where the file of one chapter lies, in the output folder."""
    return f"{AUDIOBOOK}/{file_format}/{slug}.{file_format}"


def paths(name: str, slugs: Iterable[str], formats: Iterable[str]) -> Iterator[str]:
    """Yield where all files of a book lie; MP3 is delivered whole, and chapter by chapter."""
    own = tuple(slugs)
    for file_format in formats:
        yield book_path(name, file_format)
        if file_format == "mp3":
            yield from (chapter_path(slug, file_format) for slug in own)


def times_path(path: str) -> str:
    """Return where the file lies that tells what is spoken when in a delivery."""
    return f"{path}.json"


def _kept(character: str) -> str:
    """Return what becomes of a character."""
    if character in _REPLACED:
        return _REPLACED[character]
    if character.isspace():
        return " "
    kind = unicodedata.category(character)
    return character if kind[0] in "LNM" or character in _KEPT_MARKS else ""


def _cut(name: str) -> str:
    """Return a name cut to `MOST_BYTES`, at a word if one ends near, never within a character and its accents."""
    if len(name.encode()) <= MOST_BYTES:
        return name
    kept = name.encode()[:MOST_BYTES].decode(errors="ignore")
    while kept and unicodedata.category(name[len(kept)]).startswith("M"):
        kept = kept[:-1]
    words = kept.rpartition(" ")[0] if name[len(kept)] != " " else kept
    return (words if len(words) > len(kept) // 2 else kept).rstrip(" .,;-–—")
