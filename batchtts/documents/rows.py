"""A row of a table: a line with one JSON object (RFC 8259), which is a text and how it is spoken."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from json import JSONDecoder
from typing import Any, NamedTuple, TypeAlias

from batchtts.documents.characters import collapse
from batchtts.job import LengthPolicy

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}", re.ASCII)
Pairs: TypeAlias = list[tuple[str, Any]]


class Row(NamedTuple):
    """What a line says; None leaves it to the voice.

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


@dataclass(frozen=True, slots=True)
class Kind:
    """What may stand behind a key: `words` go on from "must be", `read` returns None for anything else."""

    words: str
    read: Callable[[Any], object]


def _text(value: Any) -> str | None:
    return collapse(value) or None if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    # Data sets like to count their rows and chapters.
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


_POLICIES = tuple(LengthPolicy)

# The ranges are those of segments that are written out in a manifest.
KINDS: Mapping[str, Kind] = {
    "text": Kind("a text in which there is something to read", _text),
    "voice": Kind("the name of a voice", _voice),
    "speed": Kind("a number from 0.25 to 4", _speed),
    "seed": Kind(f"a whole number from 0 to {2**32 - 1}", _seed),
    "length": Kind("a number above 0 and up to 300", _length),
    "length_policy": Kind(" or ".join((", ".join(_POLICIES[:-1]), _POLICIES[-1])), _length_policy),
    "id": Kind("at most 100 letters, digits, - and _, beginning with a letter or digit", _id),
    "chapter": Kind("the title of a chapter", _name),
}


def read_row(line: str) -> Row | None:
    """Return what a line says that has no white space around it; None if anything in it is wrong."""
    try:
        values, end = _DECODER.raw_decode(line)
    except (ValueError, RecursionError):
        return None
    if end != len(line) or type(values) is not dict or values.get("text") is None:
        return None
    found: dict[str, Any] = {}
    for key, value in values.items():
        if (kind := KINDS.get(key)) is None:
            return None
        if value is not None:
            found[key] = kind.read(value)
            if found[key] is None:
                return None
    return Row(**found)


class _RepeatedKey(ValueError):
    """A key stands twice in one object."""


def _object(pairs: Pairs) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _RepeatedKey
    return values


_DECODER = JSONDecoder(object_pairs_hook=_object)
