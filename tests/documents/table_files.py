"""Tables to read: a source for a file of them, and all that is in the parts of one."""

from pathlib import Path
from typing import NamedTuple

from document_files import MARK

from batchtts.documents.reading import read
from batchtts.documents.tables.table import Table
from batchtts.job import Columns, Mark, SegmentSettings, Source
from batchtts.model import Extra

COLUMNS_MARK = Mark(file="job.yaml", line=9, column=14)


class Told(NamedTuple):
    """What a row has come to say, and where it stands."""

    text: str
    id: str | None
    settings: SegmentSettings
    speaker: str | None
    split: str | None
    extra: Extra
    line: int | None


def columns(*extra: str, **names: str | int) -> Columns:
    return Columns(names=names, extra=extra, mark=COLUMNS_MARK)


def table_of(path: Path, wanted: Columns | None = None, form: str | None = None) -> Table:
    (table,) = read(Source(folder=path.parent, mark=MARK, pattern=path.name, columns=wanted, table=form))
    assert isinstance(table, Table)
    return table


def told(table: Table) -> list[Told]:
    """Return the rows of all sections, one after the other."""
    found = []
    for index in range(len(table.sections)):
        part = table.part(index)
        for block in part.sections[0].blocks:
            text, line = part.text[block.start : block.end], part.locate(block.start).line
            found.append(Told(text, block.id, block.settings, block.speaker, block.split, block.extra, line))
    return found


def texts(table: Table) -> list[str]:
    return [row.text for row in told(table)]
