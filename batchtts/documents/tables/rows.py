"""A row of a table: a text, how it is spoken, and what a dataset shall know of it."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from batchtts.documents.characters import collapse
from batchtts.job import LengthPolicy, Scalar
from batchtts.model import Extra

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)
_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
    **dict.fromkeys(("test", "testing"), "test"),
}


class Row(NamedTuple):
    """What a row says; None leaves it to the voice, or to the job.

    `extra` has every extra column, so that all rows of a table have the same; what is not given is None there.

    A table may have a million rows, so they are tuples: made in half the time of a frozen dataclass.
    """

    text: str
    voice: str | None = None
    speed: float | None = None
    seed: int | None = None
    length: float | None = None
    length_policy: LengthPolicy | None = None
    id: str | None = None
    chapter: str | None = None
    speaker: str | None = None
    split: str | None = None
    extra: Extra | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """What may stand in a column: `words` go on from "must be", `read` returns None for anything else."""

    words: str
    read: Callable[[Any], object]
    hint: str | None = None


def _text(value: Any) -> str | None:
    return collapse(value) or None if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    # Data sets like to count their rows, speakers and chapters.
    return _text(str(value) if type(value) is int else value)


def _id(value: Any) -> str | None:
    name = str(value) if type(value) is int else value
    return name if isinstance(name, str) and _ID.fullmatch(name) else None


def _voice(value: Any) -> str | None:
    return value or None if isinstance(value, str) else None


def _speed(value: Any) -> float | None:
    return float(value) if type(value) in (int, float) and 0.25 <= value <= 4 else None


def _seed(value: Any) -> int | None:
    return int(value) if type(value) in (int, float) and 0 <= value < 2**32 and value == int(value) else None


def _length(value: Any) -> float | None:
    return float(value) if type(value) in (int, float) and 0 < value <= 300 else None


def _length_policy(value: Any) -> LengthPolicy | None:
    return LengthPolicy(value) if value in _POLICIES else None


def _split(value: Any) -> str | None:
    return _SPLITS.get(value.strip().lower()) if isinstance(value, str) else None


def _scalar(value: Any) -> Scalar:
    if isinstance(value, str):
        return value if value.isascii() or _is_encodable(value) else None
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, int):  # true and false are, too
        return value if -(2**63) <= value < 2**63 else None
    return None


def _is_encodable(value: str) -> bool:
    """Return whether a text has no lone surrogates, which JSON can name but no file can hold."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


_POLICIES = tuple(LengthPolicy)

# The ranges are those of segments that are written out in a manifest.
KINDS: Mapping[str, Kind] = {
    "text": Kind("a text in which there is something to read", _text),
    "voice": Kind("the name of a voice", _voice),
    "speed": Kind("a number from 0.25 to 4", _speed),
    "seed": Kind(f"a whole number from 0 to {2**32 - 1}", _seed),
    "length": Kind("a number above 0 and up to 300", _length),
    "length_policy": Kind(" or ".join((", ".join(_POLICIES[:-1]), _POLICIES[-1])), _length_policy),
    "id": Kind(
        "at most 100 letters, digits, - and _, beginning with a letter or digit",
        _id,
        "If it need not be the id, name its column under `columns.extra`: then it is carried through as it is.",
    ),
    "chapter": Kind("the title of a chapter", _name),
    "speaker": Kind("the name of a speaker", _name),
    "split": Kind("train, validation (or valid, val, dev) or test", _split),
}

EXTRA = Kind(
    "a text, a number, true or false",
    _scalar,
    "Whole numbers have 64 bits at most, as formats of datasets hold no longer ones; longer ones are texts, in quotes.",
)
"""What may stand in a column that is carried through."""
