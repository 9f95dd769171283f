"""Which form a table has: what the manifest says, or else what its name ends in."""

from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from batchtts.documents.refusals import refusal
from batchtts.documents.tables.delimited import STYLES, Delimited
from batchtts.documents.tables.jsonl import JsonLines
from batchtts.documents.tables.outline import Outline
from batchtts.documents.tables.parquet import Parquet
from batchtts.documents.tables.table import SUFFIXES, Rows, Table
from batchtts.job import Columns, Metadata, Source


class TableFile(Rows, Protocol):
    """A table in a file: `unit` is what a row is called where they are counted, a Line or a Row."""

    @property
    def name(self) -> str: ...
    @property
    def unit(self) -> str: ...
    def go_through(self, outline: Outline) -> str: ...


def read_table(path: Path, name: str, title: str | None, source: Source) -> Table:
    """Return the outline of the table in a file.

    Raises DocumentError with the first hundred problems, each with its place, and OSError.
    """
    file = _open(path, name, source)
    outline = Outline(file.name, file.unit)
    sha256 = file.go_through(outline)
    return outline.finish(file, sha256, Metadata(title=title))


def _open(path: Path, name: str, source: Source) -> TableFile:
    form = source.table or SUFFIXES[path.suffix.lower()]
    columns = source.columns
    if columns is not None and columns.are_numbers:
        _check_numbers(columns, form)
    if form in STYLES:
        return Delimited(path, name, STYLES[form], columns)
    if form == "jsonl":
        return JsonLines(path, name, columns)
    if find_spec("pyarrow") is None:
        hint = "Install it with: python -m pip install 'batchtts[datasets]'"
        raise refusal(name, "Parquet is read with pyarrow, which is not installed", hint)
    return Parquet(path, name, columns)


def _check_numbers(columns: Columns, form: str) -> None:
    """Refuse columns that are counted where they have names, or some but not all of them."""
    where = str(columns.mark)
    if form not in STYLES:
        raise refusal(
            where, f"columns: those of {form} have names, and are not counted", "Name them as the file does."
        )
    if columns.extra or not all(isinstance(column, int) for column in columns.names.values()):
        what = "columns: some are counted, others named"
        hint = "Count all of them, from 1, if the file has no header row; else name all. Extra columns need names."
        raise refusal(where, what, hint)
