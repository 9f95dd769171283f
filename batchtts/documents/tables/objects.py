"""A line of JSON (RFC 8259) as a row: one object, whose keys are the columns.

A line that is sound is read in one go; only one that is not is walked through again, key by key.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from json import JSONDecodeError, JSONDecoder
from typing import Any, NamedTuple, TypeAlias

from batchtts.documents.tables.columns import PASSED_OVER
from batchtts.documents.tables.complaints import Complaint, excerpt, misfit, suggestion
from batchtts.documents.tables.rows import EXTRA, KINDS, Kind, Row
from batchtts.job import Columns

Pairs: TypeAlias = list[tuple[str, Any]]

_ONE_OBJECT = 'Each line holds one whole object, such as {"text": "Some words."}.'
_SPACE = re.compile(r"[ \t\r\n]*")


class _Use(NamedTuple):
    """What is made of the value of a key: that of a key of a row, or of an extra column."""

    key: str
    kind: Kind


class _Entry(NamedTuple):
    """A key with its value, and the columns in which the two begin."""

    key: str
    column: int
    value: Any
    value_column: int


class Objects:
    """Reads lines that hold objects; `columns` says which keys count, without it they go by their own names."""

    def __init__(self, columns: Columns | None) -> None:
        self._is_strict = columns is None
        self._names = {key: key for key in KINDS} if columns is None else columns.names
        self._extra: Sequence[str] = () if columns is None else columns.extra
        self._uses: Mapping[str, Sequence[_Use]] = _uses(self._names, self._extra)

    def row(self, line: str) -> Row | None:
        """Return what a line says that has no white space around it; None if anything in it is wrong."""
        if (values := _parsed(line)) is None:
            return None
        found: dict[str, Any] = {}
        extra: dict[str, Any] | None = dict.fromkeys(self._extra) if self._extra else None
        for name, value in values.items():
            if (uses := self._uses.get(name)) is None:
                if self._is_strict:
                    return None
            elif value is not None:
                for key, kind in uses:
                    into = found if kind is not EXTRA or extra is None else extra
                    into[key] = read = kind.read(value)
                    if read is None:
                        return None
        return Row(**found, extra=extra) if "text" in found else None

    def complaints(self, line: str) -> Iterator[Complaint]:
        """Return all that is wrong with a line that `row` does not take."""
        begin = _skip(line, 0)
        try:
            value, end = _WALKER.raw_decode(line, begin)
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
                yield from self._complaints_of_object(line, begin)
            else:
                yield Complaint(begin + 1, f"must be a JSON object, not {excerpt(value)}", _ONE_OBJECT)

    def voice_column(self, line: str) -> int:
        """Return the column in which the voice begins, in a line that names one."""
        entries = _entries(line, _skip(line, 0))
        return next(entry.value_column for entry in entries if entry.key == self._names["voice"])

    def _complaints_of_object(self, line: str, begin: int) -> Iterator[Complaint]:
        first: dict[str, int] = {}
        entries = list(_entries(line, begin))
        for entry in entries:
            if first.setdefault(entry.key, entry.column) != entry.column:
                what = f"{entry.key}: this key stands in column {first[entry.key]} already"
                yield Complaint(entry.column, what, "Keep one of the two.")
            elif entry.key in self._uses:
                yield from self._complaints_of_value(entry)
            elif self._is_strict:
                hint = f"{suggestion(entry.key, KINDS)} {PASSED_OVER}"
                yield Complaint(entry.column, f"there is no key {excerpt(entry.key)}", hint)
        text = self._names["text"]
        if all(entry.key != text or entry.value is None for entry in entries):
            yield Complaint(begin + 1, f"{text} is missing", self._hint(text, [*first]))

    def _complaints_of_value(self, entry: _Entry) -> Iterator[Complaint]:
        for use in self._uses[entry.key]:
            if entry.value is not None and use.kind.read(entry.value) is None:
                yield Complaint(entry.value_column, misfit(entry.key, use.kind, entry.value), use.kind.hint)

    def _hint(self, text: object, keys: Sequence[str]) -> str | None:
        return None if self._is_strict or not keys or text in keys else suggestion(str(text), keys)


def _parsed(line: str) -> dict[str, Any] | None:
    """Return the object that is all of a line, None if it is none, or is unsound."""
    try:
        values, end = _DECODER.raw_decode(line)
    except (ValueError, RecursionError):
        return None
    return values if end == len(line) and type(values) is dict else None


def _uses(names: Mapping[str, str | int], extra: Sequence[str]) -> Mapping[str, Sequence[_Use]]:
    found: dict[str, list[_Use]] = {}
    for key, name in names.items():
        found.setdefault(str(name), []).append(_Use(key, KINDS[key]))
    for name in extra:
        found.setdefault(name, []).append(_Use(name, EXTRA))
    return found


def _entries(line: str, begin: int) -> Iterator[_Entry]:
    """Walk through an object that is known to be one."""
    at = _skip(line, begin + 1)
    while line[at] != "}":
        key, end = _WALKER.raw_decode(line, at)
        value_at = _skip(line, _skip(line, end) + 1)
        value, end = _WALKER.raw_decode(line, value_at)
        yield _Entry(key, at + 1, value, value_at + 1)
        at = _skip(line, end)
        if line[at] == ",":
            at = _skip(line, at + 1)


def _skip(line: str, at: int) -> int:
    """Return where the next character stands that is not white space."""
    return _SPACE.match(line, at).end()  # type: ignore[union-attr]  # it matches the empty string


class _RepeatedKey(ValueError):
    """A key stands twice in one object."""


def _object(pairs: Pairs) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        raise _RepeatedKey
    return values


_DECODER = JSONDecoder(object_pairs_hook=_object)
_WALKER = JSONDecoder()
