"""Tables in Parquet, read batch by batch with pyarrow, which the extra `datasets` brings."""

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from batchtts.documents.refusals import refusal
from batchtts.documents.tables.columns import Binding, bind
from batchtts.documents.tables.outline import Outline
from batchtts.documents.tables.rows import Row
from batchtts.documents.tables.table import Stretch, has_changed
from batchtts.job import Columns

Cells: TypeAlias = tuple[Any, ...]
Stamp: TypeAlias = tuple[int, int, int]

_ROWS_AT_ONCE = 1_000
_BUFFER_BYTES = 2**18


class Parquet:
    """A Parquet file; its rows count from 1, and so do its columns."""

    unit = "Row"

    def __init__(self, path: Path, name: str, columns: Columns | None) -> None:
        self.name = name
        self._path = path
        self._columns = columns
        self._binding = Binding((), ())
        self._used: Sequence[int] = ()
        self._stamp: Stamp | None = None
        self._cursor: _Cursor | None = None

    def go_through(self, outline: Outline) -> str:
        """Hand every row to an outline, and return the SHA-256 of the file.

        Raises DocumentError where no more can be read, and OSError.
        """
        self._stamp = _stamp_of(self._path)
        with self._path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        try:
            cursor = _Cursor(self._path)
            self._bind(cursor.names, outline)
            cursor.start(self._used)
            for number, cells in enumerate(cursor.rows(), start=1):
                self._take_in(cells, number, outline)
        except _faults() as error:
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise refusal(self.name, f"it is not sound Parquet: {_told(error)}") from error
        if _stamp_of(self._path) != self._stamp:
            raise refusal(self.name, "the file has changed while it was being read")
        return sha256

    def rows(self, stretch: Stretch) -> Iterator[tuple[int, Row]]:
        """Yield the rows of a stretch, each with its number; raise DocumentError if they have changed."""
        try:
            found = self._read(stretch)
        except OSError as error:
            raise refusal(self.name, f"it cannot be read: {error.strerror or error}") from error
        except _faults() as error:
            raise has_changed(self.name, stretch) from error
        digest = hashlib.sha256()
        for cells in found:
            digest.update(_bytes(cells))
        if digest.digest() != stretch.digest:
            raise has_changed(self.name, stretch)
        for number, cells in enumerate(found, start=stretch.first_number):
            row = self._binding.row(cells)
            assert row is not None  # it was sound when the outline was made
            yield number, row

    def _bind(self, names: Sequence[str], outline: Outline) -> None:
        """Find the columns that count, so that no others are read."""
        binding, found = bind(names, self._columns)
        if found:
            outline.complain(1, found)
            raise outline.stop()
        self._used = binding.columns
        self._binding, _ = bind([names[at] for at in self._used], self._columns)

    def _take_in(self, cells: Cells, number: int, outline: Outline) -> None:
        if (row := self._binding.row(cells)) is None:
            found = self._binding.complaints(cells)
            outline.complain(number, (own._replace(column=self._place(own.column)) for own in found))
        elif outline.place(row, number) and row.voice is not None:
            outline.note_voice(row.voice, number, self._place(self._binding.voice_column))
        outline.pass_over(_bytes(cells), 1)

    def _place(self, column: int) -> int:
        """Return the place in the file of a column that counts."""
        return self._used[column - 1] + 1

    def _read(self, stretch: Stretch) -> list[Cells]:
        """Return the rows of a stretch.

        As sections are read one after the other, the file stays open.  What was read ahead of its turn is as it was
        then, so the digest alone does not tell whether the file has changed since.
        """
        if _stamp_of(self._path) != self._stamp:
            raise has_changed(self.name, stretch)
        if self._cursor is None or self._cursor.position > stretch.first:
            self._cursor = _Cursor(self._path)
            self._cursor.start(self._used, stretch.first)
        self._cursor.skip_to(stretch.first)
        return self._cursor.take(stretch.n)


class _Cursor:
    """A place in an open file, and the rows from there on; `position` counts rows from 0."""

    def __init__(self, path: Path) -> None:
        from pyarrow.parquet import ParquetFile

        # Without a buffer of its own, or read ahead, a whole group of rows would be in memory: often the whole file.
        self._file = ParquetFile(path, buffer_size=_BUFFER_BYTES, pre_buffer=False)
        self._rows: Iterator[Cells] = iter(())
        self.position = 0

    @property
    def names(self) -> list[str]:
        """Return the names of all columns."""
        return list(self._file.schema_arrow.names)

    def start(self, columns: Sequence[int], first: int = 0) -> None:
        """Go to the beginning of the group of rows that the row `first` is in, to read these columns."""
        groups = range(self._file.num_row_groups)
        sizes = [self._file.metadata.row_group(group).num_rows for group in groups]
        group = self.position = 0
        while group < len(sizes) - 1 and self.position + sizes[group] <= first:
            self.position += sizes[group]
            group += 1
        names = [self.names[at] for at in columns]
        self._rows = self._cells(names, list(groups)[group:])

    def rows(self) -> Iterator[Cells]:
        """Yield all rows that are left."""
        return self._rows

    def skip_to(self, position: int) -> None:
        """Go forward to a row."""
        self.take(position - self.position)

    def take(self, n: int) -> list[Cells]:
        """Return the next rows, fewer if there are no more."""
        found = list(islice(self._rows, n))
        self.position += len(found)
        return found

    def _cells(self, names: Sequence[str], groups: list[int]) -> Iterator[Cells]:
        batches = self._file.iter_batches(
            batch_size=_ROWS_AT_ONCE, row_groups=groups, columns=list(names), use_threads=False
        )
        for batch in batches:
            yield from zip(*(_values(batch.column(name)) for name in names), strict=True)


def _values(column: Any) -> list[Any]:
    """Return the values of a column; data frames write NaN for what is not given."""
    from pyarrow import types

    values: list[Any] = column.to_pylist()
    if types.is_floating(column.type):
        return [None if value is not None and value != value else value for value in values]
    return values


def _bytes(cells: Cells) -> bytes:
    return repr(cells).encode("utf-8", "surrogatepass")


def _faults() -> tuple[type[Exception], ...]:
    """Return what pyarrow raises for files that are unsound; an OSError that has a number is the system's own.

    That a text is not UTF-8 is only seen when it is wanted.
    """
    from pyarrow import ArrowException

    return ArrowException, OSError, UnicodeDecodeError


def _told(error: Exception) -> str:
    """Return the first line of what pyarrow says."""
    return str(error).partition("\n")[0].rstrip(".")


def _stamp_of(path: Path) -> Stamp:
    """Return what changes when a file does."""
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns
