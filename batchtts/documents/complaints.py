"""What is wrong with a line of a table, and in which column.

A line that is sound is read in one go; only one that is not is walked through again, key by key.
"""

import difflib
import re
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple

from batchtts.documents.rows import KINDS

_ONE_OBJECT = 'Each line holds one whole object, such as {"text": "Some words."}.'
_LONGEST_EXCERPT = 40
_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = JSONDecoder()


class Complaint(NamedTuple):
    """One thing that is wrong in a line; columns count characters, from 1."""

    column: int
    what: str
    hint: str | None = None


class _Entry(NamedTuple):
    """A key with its value, and the columns in which the two begin."""

    key: str
    column: int
    value: Any
    value_column: int


def complaints(line: str) -> Iterator[Complaint]:
    """Return all that is wrong with a line that `read_row` does not take."""
    begin = _skip(line, 0)
    try:
        value, end = _DECODER.raw_decode(line, begin)
        if _skip(line, end) < len(line):
            raise JSONDecodeError("something follows the object", line, _skip(line, end))
    except JSONDecodeError as error:
        what = f"JSON: {error.msg[:1].lower()}{error.msg[1:]}".removesuffix(" at")
        yield Complaint(error.pos + 1, what, _ONE_OBJECT)
    except RecursionError:
        yield Complaint(begin + 1, "it nests too deep", _ONE_OBJECT)
    except ValueError:  # the longest number that Python reads has some thousand digits
        yield Complaint(begin + 1, "it holds a number that is too long")
    else:
        if isinstance(value, dict):
            yield from _complaints_of_object(line, begin)
        else:
            yield Complaint(begin + 1, f"must be a JSON object, not {_excerpt(value)}", _ONE_OBJECT)


def column_of(line: str, key: str) -> int:
    """Return the column in which the value of a key begins, in a line that holds an object with that key."""
    return next(entry.value_column for entry in _entries(line, _skip(line, 0)) if entry.key == key)


def _complaints_of_object(line: str, begin: int) -> Iterator[Complaint]:
    first: dict[str, int] = {}
    entries = list(_entries(line, begin))
    for entry in entries:
        if first.setdefault(entry.key, entry.column) != entry.column:
            what = f"{entry.key}: this key stands in column {first[entry.key]} already"
            yield Complaint(entry.column, what, "Keep one of the two.")
        elif (kind := KINDS.get(entry.key)) is None:
            yield Complaint(entry.column, f"there is no key {_excerpt(entry.key)}", _hint(entry.key))
        elif entry.value is not None and kind.read(entry.value) is None:
            what = f"{entry.key}: must be {kind.words}, not {_excerpt(entry.value)}"
            yield Complaint(entry.value_column, what)
    if all(entry.key != "text" or entry.value is None for entry in entries):
        yield Complaint(begin + 1, "text is missing")


def _entries(line: str, begin: int) -> Iterator[_Entry]:
    """Walk through an object that is known to be one."""
    at = _skip(line, begin + 1)
    while line[at] != "}":
        key, end = _DECODER.raw_decode(line, at)
        value_at = _skip(line, _skip(line, end) + 1)
        value, end = _DECODER.raw_decode(line, value_at)
        yield _Entry(key, at + 1, value, value_at + 1)
        at = _skip(line, end)
        if line[at] == ",":
            at = _skip(line, at + 1)


def _skip(line: str, at: int) -> int:
    """Return where the next character stands that is not white space."""
    return _SPACE.match(line, at).end()  # type: ignore[union-attr]  # it matches the empty string


def _excerpt(value: Any) -> str:
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = (
        {True: "true", False: "false", None: "null"}[value] if isinstance(value, bool | None) else repr(value)
    )
    return text if len(text) <= _LONGEST_EXCERPT else text[: _LONGEST_EXCERPT - 1] + "…"


def _hint(key: str) -> str:
    near = difflib.get_close_matches(key.lower(), KINDS, n=1)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(KINDS)}."
