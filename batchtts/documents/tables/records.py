"""Delimited text, parted into rows by the csv module, with the bytes that each row stands in."""

import csv
from collections.abc import Iterator
from typing import Any, NamedTuple

from batchtts.documents.tables.complaints import Complaint
from batchtts.documents.tables.fields import Dialect, unsound
from batchtts.documents.tables.lines import MAX_LINE_BYTES, LineTooLong, NotUtf8, decoded


class Record(NamedTuple):
    """A row as it stands in `raw`, from a line on: its cells, none of which a blank line has; or a complaint."""

    number: int
    raw: bytes
    cells: list[str]
    complaint: Complaint | None = None


class Records:
    """Parts lines into rows; what cannot be parted is complained of, and the next line taken for the next row's first.

    `number` is that of the line before the first.
    """

    def __init__(self, lines: Iterator[bytes], dialect: Dialect, number: int) -> None:
        self._lines = lines
        self._dialect = dialect
        self._number = number
        self._taken: list[bytes] = []

    def __iter__(self) -> Iterator[Record]:
        """Raise `LineTooLong` for a row that is."""
        reader = parted(self._texts(), self._dialect)
        taken = self._taken
        while True:
            cells: list[str] = []
            complaint = None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except (csv.Error, NotUtf8) as error:
                complaint = self._complaint(error)
                reader = parted(self._texts(), self._dialect)
            raw = taken[0] if len(taken) == 1 else b"".join(taken)
            yield Record(self._number + 1, raw, cells, complaint)
            self._number += len(taken)
            taken.clear()

    def _texts(self) -> Iterator[str]:
        n_bytes = 0
        taken = self._taken
        for raw in self._lines:
            n_bytes = n_bytes + len(raw) if taken else len(raw)
            taken.append(raw)
            if n_bytes > MAX_LINE_BYTES:
                raise LineTooLong("Is a quote left open?")
            yield decoded(raw)

    def _complaint(self, error: csv.Error | NotUtf8) -> Complaint:
        if isinstance(error, NotUtf8):
            return error.complaint._replace(lines=len(self._taken) - 1)
        return unsound(b"".join(self._taken).decode(), self._dialect, csv.field_size_limit())


def parted(texts: Iterator[str], dialect: Dialect) -> Any:
    """Return the reader of the csv module, which refuses what it would have to guess at."""
    if dialect.has_quotes:
        return csv.reader(texts, delimiter=dialect.delimiter, strict=True)
    return csv.reader(texts, delimiter=dialect.delimiter, quoting=csv.QUOTE_NONE, strict=True)
