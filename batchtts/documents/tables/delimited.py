"""Tables whose rows are fields parted by commas, tabs, semicolons or bars: CSV, TSV, and metadata.csv as in LJSpeech."""

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from batchtts.documents.tables.columns import Binding, bind
from batchtts.documents.tables.complaints import Complaint
from batchtts.documents.tables.fields import Dialect, Field, fields
from batchtts.documents.tables.lines import Lines, LineTooLong, bytes_of
from batchtts.documents.tables.outline import Outline
from batchtts.documents.tables.records import Record, Records, parted
from batchtts.documents.tables.rows import KINDS, Kind, Row
from batchtts.documents.tables.table import Stretch
from batchtts.job import Columns

_LONG = "Each row is one segment, and ends with its line."
_SEPARATOR = re.compile(r'"?sep=([,;\t|:])"?[\r\n]*', re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_NUMERIC = ("speed", "seed", "length")


class Style(NamedTuple):
    """A way to write tables: the delimiters it may have, whether it knows quotes, and its columns if files do not name them."""

    delimiters: str
    has_quotes: bool
    names: tuple[str, ...] = ()


STYLES: Mapping[str, Style] = {
    "csv": Style(",;\t|", has_quotes=True),
    "tsv": Style("\t", has_quotes=True),
    "tsv-raw": Style("\t", has_quotes=False),
    "ljspeech": Style("|", has_quotes=False, names=("id", "text", "normalized")),
}

_LJSPEECH = Columns(names={"id": "id", "text": "text"})


class Delimited:
    """A file of rows whose first one names the columns, unless the style does, or the manifest counts them."""

    unit = "Line"

    def __init__(self, path: Path, name: str, style: Style, columns: Columns | None) -> None:
        self.name = name
        self._path = path
        self._style = style
        self._columns = _LJSPEECH if columns is None and style.names else columns
        self._are_numbers = columns is not None and columns.are_numbers
        self._has_header = not style.names and not self._are_numbers
        self._dialect = Dialect(style.delimiters[0], style.has_quotes)
        self._binding = Binding((), ())
        self._n_columns = 0

    def go_through(self, outline: Outline) -> str:
        """Hand every row to an outline, and return the SHA-256 of the file.

        Raises DocumentError where no more can be read, and OSError.
        """
        with self._path.open("rb") as file:
            lines = Lines(file, self.name, _LONG)
            try:
                for record in self._records(lines, outline):
                    if record.complaint is not None:
                        outline.complain(record.number, [record.complaint])
                        if self._has_header and not self._n_columns:
                            raise outline.stop()  # what the columns are, nobody knows
                    elif record.cells and self._n_columns:
                        self._take_in(record, outline)
                    elif record.cells:
                        self._begin(record, outline)
                    outline.pass_over(record.raw, len(record.raw))
            except LineTooLong as error:
                outline.complain(lines.n_lines, [error.complaint])
                raise outline.stop() from None
        return lines.sha256

    def rows(self, stretch: Stretch) -> Iterator[tuple[int, Row]]:
        """Yield the rows of a stretch, each with its line; raise DocumentError if they have changed."""
        text = bytes_of(self._path, self.name, stretch).decode()
        number = stretch.first_number
        reader = parted(io.StringIO(text, newline="\n"), self._dialect)
        for cells in reader:
            row = self._binding.row(_given(cells)) if len(cells) == self._n_columns else None
            if (
                row is not None
            ):  # else there is nothing in it: these bytes were sound when the outline was made
                yield number, row
            number = stretch.first_number + reader.line_num

    def _records(self, lines: Lines, outline: Outline) -> Iterator[Record]:
        """Find out what parts the fields, and yield the rows."""
        stream = iter(lines)
        first = next(stream, b"")
        outline.pass_over(b"", lines.mark_bytes)
        while first.isspace():
            outline.pass_over(first, len(first))
            first = next(stream, b"")
        line = first.decode(errors="replace")
        told = _SEPARATOR.fullmatch(line) if len(self._style.delimiters) > 1 else None
        if told is not None:
            self._dialect = Dialect(told[1], self._style.has_quotes)
            outline.pass_over(first, len(first))
            yield from Records(stream, self._dialect, lines.n_lines)
        elif first:
            if self._has_header:
                self._dialect = self._likely_dialect(line)
            yield from Records(chain([first], stream), self._dialect, lines.n_lines - 1)

    def _likely_dialect(self, line: str) -> Dialect:
        """Return the first dialect by which a header has the columns that are wanted, else the one by which it has most."""
        dialects = [Dialect(delimiter, self._style.has_quotes) for delimiter in self._style.delimiters]
        names = {dialect: _names(_cells(line, dialect)) for dialect in dialects}
        for dialect in dialects:
            if not bind(names[dialect], self._columns)[1]:
                return dialect
        return max(dialects, key=lambda dialect: len(names[dialect]))

    def _begin(self, record: Record, outline: Outline) -> None:
        """Learn from the first row what the columns are; it may be one of the table already."""
        self._n_columns = len(record.cells)
        if self._has_header:
            names: Sequence[str] = _names(record.cells)
        else:
            names = (*self._style.names, *[""] * self._n_columns)[: self._n_columns]
        self._binding, found = bind(names, self._columns, _TEXT_KINDS)
        if self._n_columns == 1 and self._are_numbers:
            found = [complaint._replace(hint=self._way_to_part()) for complaint in found]
        if self._style.names and self._n_columns > len(self._style.names) and not self._are_numbers:
            what = f"this row has {self._n_columns} fields, not {len(self._style.names)} at most"
            hint = "Is | in a text? If there are more columns, number those that count: `columns: {id: 1, text: 3}`."
            found.append(Complaint(len(self._style.names) + 1, what, hint))
        if found:
            outline.complain(record.number, self._placed(found, record))
            raise outline.stop()
        if not self._has_header:
            self._take_in(record, outline)

    def _way_to_part(self) -> str:
        """Return how to tell what parts fields, where the names of columns do not."""
        parted = f"In this file, {_spelled(self._dialect.delimiter)} parts the fields."
        more = " If it is another sign, name that in the first line: `sep=;`."
        return parted + more if len(self._style.delimiters) > 1 else parted

    def _take_in(self, record: Record, outline: Outline) -> None:
        number, cells = record.number, _given(record.cells)
        if len(cells) != self._n_columns:
            if any(cell is not None for cell in cells):
                outline.complain(number, [self._misshapen(record)])
        elif (row := self._binding.row(cells)) is not None:
            if outline.place(row, number) and row.voice is not None:
                field = self._fields(record)[self._binding.voice_column - 1]
                outline.note_voice(row.voice, number + field.lines, field.column)
        elif any(cell is not None for cell in cells):
            outline.complain(number, self._placed(self._binding.complaints(cells), record))

    def _misshapen(self, record: Record) -> Complaint:
        found = self._fields(record)
        n, wanted = len(found), self._n_columns
        reference = "the header" if self._has_header else "the first row"
        delimiter = _spelled(self._dialect.delimiter)
        hint = f"A text that holds {delimiter} stands in quotes."
        if not self._dialect.has_quotes:
            hint = f"No text can hold {delimiter}."
        what = f"this row has {n} {'field' if n == 1 else 'fields'}, {reference} has {wanted}"
        return found[min(wanted, n - 1) if n > wanted else 0].complaint(what, hint)

    def _placed(self, found: Iterable[Complaint], record: Record) -> Iterator[Complaint]:
        """Yield complaints about the columns of a table as such about places in a file."""
        places = self._fields(record)
        for complaint in found:
            yield places[complaint.column - 1].complaint(complaint.what, complaint.hint)

    def _fields(self, record: Record) -> list[Field]:
        return list(fields(record.raw.decode(), self._dialect))


def _spelled(delimiter: str) -> str:
    return {"\t": "a tab", ",": "a comma", ";": "a semicolon", "|": "|", ":": "a colon"}[delimiter]


def _given(cells: Sequence[str]) -> list[str | None]:
    return [cell if cell and not cell.isspace() else None for cell in cells]


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.strip() for cell in cells]


def _cells(line: str, dialect: Dialect) -> list[str]:
    """Return the fields of a line, as far as can be told from it alone."""
    found = (line[field.start : field.end] for field in fields(line, dialect))
    return [text[1:-1].replace('""', '"') if text.startswith('"') else text for text in found]


def _number(text: str) -> object:
    return float(text) if _NUMBER.fullmatch(text) else text


def _text_kind(key: str, kind: Kind) -> Kind:
    """Return the kind of what stands for it in a file of text; white space around it is nothing."""
    if key in _NUMERIC:
        return replace(kind, read=lambda text: kind.read(_number(text.strip())))
    return replace(kind, read=lambda text: kind.read(text.strip()))


_TEXT_KINDS: Mapping[str, Kind] = {key: _text_kind(key, kind) for key, kind in KINDS.items()}
