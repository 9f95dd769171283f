"""The fields of a row of delimited text (RFC 4180), walked through one by one: where each begins, and what is unsound.

The csv module of Python reads rows far quicker, but does not tell.  So this is for what is wrong.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from batchtts.documents.tables.complaints import Complaint, excerpt

_QUOTED = re.compile(r'"(?:[^"]|"")*+"')


class Dialect(NamedTuple):
    """What parts the fields of a row, and whether quotes hold a field together."""

    delimiter: str
    has_quotes: bool


class Field(NamedTuple):
    """A field from `start` to `end` of the text of its row; `lines` below its first, in a `column` from 1.

    `fault` is what is wrong with it, and what to do.
    """

    start: int
    end: int
    lines: int
    column: int
    fault: tuple[str, str | None] | None = None

    def complaint(self, what: str, hint: str | None = None) -> Complaint:
        """Return a complaint at this place."""
        return Complaint(self.column, what, hint, self.lines)


def fields(text: str, dialect: Dialect) -> Iterator[Field]:
    """Yield the fields of the first row in a text, up to one that never ends."""
    plain = re.compile(rf"[^{re.escape(dialect.delimiter)}\r\n]*")
    end = -1
    while end < len(text):
        start = end + 1
        fault = None
        if dialect.has_quotes and text.startswith('"', start):
            if (quoted := _QUOTED.match(text, start)) is None:
                yield _field(
                    text, start, len(text), ("the quote that begins this field is never closed", None)
                )
                return
            end = _end(plain, text, quoted.end())
            if end > quoted.end():
                fault = _after(text[quoted.end() : end], dialect)
        else:
            end = _end(plain, text, start)
        if text[end : end + 1] == "\r" and text[end : end + 2] not in ("\r", "\r\n"):
            fault = ("a carriage return is in the middle of a line", "Lines end in LF or CR LF; save it so.")
        yield _field(text, start, end, fault)
        if not text.startswith(dialect.delimiter, end):
            return


def unsound(text: str, dialect: Dialect, most_characters: int) -> Complaint:
    """Return what is wrong with a row that the csv module refuses, as it does fields of more than so many characters."""
    field = Field(0, 0, 0, 1)
    for field in fields(text, dialect):
        if field.end - field.start > most_characters:
            hint = "Is the quote at its beginning left open?" if text.startswith('"', field.start) else None
            return field.complaint(f"this field has more than {most_characters:,} characters", hint)
        if field.fault is not None:
            return field.complaint(*field.fault)
    return field.complaint("this row cannot be parted into fields")


def _end(plain: re.Pattern[str], text: str, start: int) -> int:
    """Return where the text ends that is no delimiter and no line end."""
    return plain.match(text, start).end()  # type: ignore[union-attr]  # it matches the empty string


def _after(rest: str, dialect: Dialect) -> tuple[str, str]:
    hint = "Within a quoted field, a quote is written twice."
    if dialect.delimiter == "\t":
        hint += " If quotes hold nothing together in this file, say `table: tsv-raw`."
    return f"{excerpt(rest)} follows the end of a quoted field", hint


def _field(text: str, start: int, end: int, fault: tuple[str, str | None] | None) -> Field:
    line = text.rfind("\n", 0, start) + 1
    return Field(start, end, text.count("\n", 0, start), start - line + 1, fault)
