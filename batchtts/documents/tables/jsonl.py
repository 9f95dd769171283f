"""Tables of lines, each of which holds one JSON object (JSON Lines)."""

from collections.abc import Iterator
from pathlib import Path

from batchtts.documents.tables.lines import Lines, LineTooLong, NotUtf8, bytes_of, decoded
from batchtts.documents.tables.objects import Objects
from batchtts.documents.tables.outline import Outline
from batchtts.documents.tables.rows import Row
from batchtts.documents.tables.table import Stretch
from batchtts.job import Columns

WHITE_SPACE = " \t\r\n"
"""What may stand around the object in a line."""

_LONG = "Each line holds one object, the text of one segment."


class JsonLines:
    """A file of lines with an object each, or with nothing."""

    unit = "Line"

    def __init__(self, path: Path, name: str, columns: Columns | None) -> None:
        self.name = name
        self._path = path
        self._objects = Objects(columns)

    def go_through(self, outline: Outline) -> str:
        """Hand every row to an outline, and return the SHA-256 of the file.

        Raises DocumentError where no more can be read, and OSError.
        """
        with self._path.open("rb") as file:
            lines = Lines(file, self.name, _LONG)
            try:
                for raw in lines:
                    if lines.n_lines == 1:
                        outline.pass_over(b"", lines.mark_bytes)
                    self._take_in(raw, lines.n_lines, outline)
                    outline.pass_over(raw, len(raw))
            except LineTooLong as error:
                outline.complain(lines.n_lines, [error.complaint])
                raise outline.stop() from None
        return lines.sha256

    def rows(self, stretch: Stretch) -> Iterator[tuple[int, Row]]:
        """Yield the rows of a stretch, each with its line; raise DocumentError if they have changed."""
        lines = bytes_of(self._path, self.name, stretch).decode().split("\n")
        for number, raw in enumerate(lines, start=stretch.first_number):
            if line := raw.strip(WHITE_SPACE):
                row = self._objects.row(line)
                assert row is not None  # these bytes were sound when the outline was made
                yield number, row

    def _take_in(self, raw: bytes, number: int, outline: Outline) -> None:
        try:
            line = decoded(raw).rstrip(WHITE_SPACE)
        except NotUtf8 as error:
            outline.complain(number, [error.complaint])
            return
        if (row := self._objects.row(line.lstrip(WHITE_SPACE))) is None:
            if line:
                outline.complain(number, self._objects.complaints(line))
        elif outline.place(row, number) and row.voice is not None:
            outline.note_voice(row.voice, number, self._objects.voice_column(line))
