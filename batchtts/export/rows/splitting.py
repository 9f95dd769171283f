"""Which part of a dataset a row is in, by a hash: the same whatever other rows there are, and whenever it is asked.

What a dataset is divided by stays together: a hash of it is a number from 0 to 1, and what lies below the share of
`test` is for testing, what lies above that but below both shares for validation.  A larger share takes rows from
training and moves none out of `test`.
"""

import hashlib
import re
import unicodedata
from functools import lru_cache

from batchtts.export.utterance import Utterance
from batchtts.job import Splits

_NEITHER_LETTER_NOR_DIGIT = re.compile(r"[\W_]+")


@lru_cache(
    maxsize=64
)  # for one row after another: who divides them, who looks for doubles and who proves that there are none
def text_key(text: str) -> str:
    """Return what texts that are read alike have in common: their letters and digits, and no case.

    A text that has none of these stands for itself.
    """
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    if folded.isascii():
        return _NEITHER_LETTER_NOR_DIGIT.sub("", folded) or text
    # Marks belong to their letters: without them, words of many scripts would be the same.
    return "".join(each for each in folded if each.isalnum() or unicodedata.category(each)[0] == "M") or text


def unit(by: str, utterance: Utterance) -> str:
    """Return the name of what a row must not be parted from."""
    origin = utterance.origin
    match by:
        case "speaker":
            return utterance.speaker.id
        case "document":
            return origin.document
        case "chapter":
            return f"{origin.document}\0{origin.chapter_title}"
    return text_key(utterance.text)


def share(salt: str, name: str) -> float:
    """Return the number from 0 up to 1 that a name has: SHA-256 of salt, a zero byte and the name, its first 53 bits."""
    digest = hashlib.sha256(f"{salt}\0{name}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / (1 << 53)


def split_of(splits: Splits, name: str) -> str:
    """Return the part in which what goes by this name is."""
    place = share(splits.salt, name)
    if place < splits.test:
        return "test"
    return "validation" if place < splits.test + splits.validation else "train"
