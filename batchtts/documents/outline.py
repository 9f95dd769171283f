"""The outline of a table, made in one pass over its file: every line is checked, and none is kept."""

import codecs
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from batchtts.documents.complaints import Complaint, column_of, complaints
from batchtts.documents.decoding import refuse_other_formats
from batchtts.documents.layout import SEPARATOR
from batchtts.documents.refusals import refusal
from batchtts.documents.rows import Row, read_row
from batchtts.documents.table import WHITE_SPACE, Stretch, Table
from batchtts.errors import DocumentError, Problem
from batchtts.job import Mark, Metadata
from batchtts.model import Section

MAX_LINE_BYTES = 2**20
MAX_SECTIONS = 100_000
LINES_IN_A_SECTION = 1000
"""Of lines that name no chapter."""
MOST_PROBLEMS = 100


def read_table(path: Path, name: str, title: str | None) -> Table:
    """Return the outline of the file at `path`.

    Raises DocumentError with the first hundred problems, each with line and column, and OSError.
    """
    outline = _Outline(name)
    with path.open("rb") as file:
        for raw in iter(partial(file.readline, MAX_LINE_BYTES + 1), b""):
            outline.add(raw)
    return outline.finish(path, Metadata(title=title))


class _Outline:
    """What is known of the lines so far: the sections that have ended, and the one that is open."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._n_lines = 0
        self._n_bytes = 0
        self._n_characters = 0
        self._sha256 = hashlib.sha256()
        self._text_sha256 = hashlib.sha256()
        self._section_sha256 = hashlib.sha256()
        self._sections: list[Section] = []
        self._stretches: list[Stretch] = []
        self._open: _OpenSection | None = None
        self._problems: list[Problem] = []
        self._n_more = 0

    def add(self, raw: bytes) -> None:
        """Take in the next line."""
        self._n_lines += 1
        self._sha256.update(raw)
        if self._n_lines == 1:
            raw = self._begin(raw)
        text = self._decoded(raw).rstrip(WHITE_SPACE)
        if (row := read_row(text.lstrip(WHITE_SPACE))) is not None:
            self._place(row, text)
        elif text:
            self._complain(complaints(text))
        self._section_sha256.update(raw)
        self._n_bytes += len(raw)

    def _begin(self, raw: bytes) -> bytes:
        """Refuse what is no text at all, and pass over a byte order mark."""
        refuse_other_formats(raw, self._name)
        if not raw.startswith(codecs.BOM_UTF8):
            return raw
        self._n_bytes += len(codecs.BOM_UTF8)
        return raw.removeprefix(codecs.BOM_UTF8)

    def _decoded(self, raw: bytes) -> str:
        """Return a line as text, or none of it, and a complaint, if it is not UTF-8."""
        if len(raw) > MAX_LINE_BYTES:
            what = f"this line has more than {MAX_LINE_BYTES // 2**20} MiB; what follows was not looked at"
            self._complain([Complaint(1, what, "Each line holds one object, the text of one segment.")])
            raise DocumentError(self._listed())
        try:
            return raw.decode()
        except UnicodeDecodeError as error:
            column = len(raw[: error.start].decode()) + 1
            what = f"this is not UTF-8 (byte 0x{raw[error.start]:02X})"
            self._complain([Complaint(column, what, "Save the file as UTF-8.")])
            return ""

    def _place(self, row: Row, line: str) -> None:
        """Add a row to the section that is open, or to a new one."""
        if self._n_characters:
            self._write(SEPARATOR)
        if self._open is None or not self._open.takes(row):
            self._close()
            self._section_sha256 = hashlib.sha256()
            self._open = _OpenSection(
                chapter=row.chapter,
                first_byte=self._n_bytes,
                first_line=self._n_lines,
                start=self._n_characters,
            )
        self._open.n_rows += 1
        self._open.last_line = self._n_lines
        if row.voice is not None and row.voice not in self._open.voices:
            column = column_of(line, "voice")
            self._open.voices[row.voice] = Mark(file=self._name, line=self._n_lines, column=column)
        self._write(row.text)

    def _write(self, text: str) -> None:
        self._n_characters += len(text)
        self._text_sha256.update(text.encode())

    def _close(self) -> None:
        if self._open is None:
            return
        if len(self._sections) == MAX_SECTIONS:
            what = f"there are more than {MAX_SECTIONS} chapters; what follows was not looked at"
            hint = "Lines of one chapter stand one after another, and each chapter becomes a file."
            raise DocumentError([*self._listed(), Problem(where=self._name, what=what, hint=hint)])
        self._sections.append(Section(title=self._open.title, blocks=()))
        self._stretches.append(
            Stretch(
                first_byte=self._open.first_byte,
                n_bytes=self._n_bytes - self._open.first_byte,
                digest=self._section_sha256.digest(),
                first_line=self._open.first_line,
                start=self._open.start,
                voices=self._open.voices,
            )
        )

    def finish(self, path: Path, metadata: Metadata) -> Table:
        """Return the table, or raise DocumentError with what is wrong with it."""
        self._close()
        if self._problems:
            raise DocumentError(self._listed())
        if not self._sections:
            raise refusal(self._name, "there is nothing to read aloud in it")
        return Table(
            path=path,
            name=self._name,
            sha256=self._sha256.hexdigest(),
            text_sha256=self._text_sha256.hexdigest(),
            metadata=metadata,
            sections=tuple(self._sections),
            stretches=tuple(self._stretches),
        )

    def _complain(self, found: Iterable[Complaint]) -> None:
        """Note what is wrong with a line; of those after the first hundred problems only how many they are."""
        for complaint in found:
            if len(self._problems) == MOST_PROBLEMS:
                self._n_more += 1
                return
            where = str(Mark(file=self._name, line=self._n_lines, column=complaint.column))
            self._problems.append(Problem(where=where, what=complaint.what, hint=complaint.hint))

    def _listed(self) -> list[Problem]:
        if not self._n_more:
            return self._problems
        what = f"{self._n_more} more {'lines are' if self._n_more > 1 else 'line is'} wrong"
        return [*self._problems, Problem(where=self._name, what=what)]


@dataclass(slots=True)
class _OpenSection:
    """The section to which lines are being added."""

    chapter: str | None
    first_byte: int
    first_line: int
    start: int
    last_line: int = 0
    n_rows: int = 0
    voices: dict[str, Mark] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Return the title of the chapter, or the numbers of its lines if they name none."""
        if self.chapter is not None:
            return self.chapter
        if self.first_line == self.last_line:
            return f"Line {self.first_line}"
        return f"Lines {self.first_line}-{self.last_line}"

    def takes(self, row: Row) -> bool:
        """Say whether a row belongs to the same chapter."""
        return row.chapter == self.chapter and (self.chapter is not None or self.n_rows < LINES_IN_A_SECTION)
