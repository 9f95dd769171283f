"""The outline of a table, made in one pass over its file: every row is checked, and none is kept."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from batchtts.documents.layout import SEPARATOR
from batchtts.documents.refusals import refusal
from batchtts.documents.tables.complaints import Complaint
from batchtts.documents.tables.rows import Row
from batchtts.documents.tables.table import Rows, Stretch, Table
from batchtts.errors import DocumentError, Problem
from batchtts.job import Mark, Metadata
from batchtts.model import Section

MAX_SECTIONS = 100_000
ROWS_IN_A_SECTION = 1000
"""Of rows that name no chapter."""
MAX_SPEAKERS = 10_000
MOST_PROBLEMS = 100


class Outline:
    """What is known of the rows so far: the sections that have ended, and the one that is open.

    A form hands in each row with `place` and then, whether or not there was one, with `pass_over` what it stood in.
    """

    def __init__(self, name: str, unit: str) -> None:
        self._name = name
        self._unit = unit
        self._position = 0
        self._n_characters = 0
        self._text_sha256 = hashlib.sha256()
        self._section_sha256 = hashlib.sha256()
        self._sections: list[Section] = []
        self._stretches: list[Stretch] = []
        self._open: _OpenSection | None = None
        self._speakers: dict[str, str] = {}
        self._problems: list[Problem] = []
        self._n_more = 0

    def place(self, row: Row, number: int) -> bool:
        """Add a row to the section that is open, or to a new one; return whether its voice is new there."""
        if self._n_characters:
            self._write(SEPARATOR)
        section = self._open
        if section is None or not section.takes(row):
            self._close()
            self._section_sha256 = hashlib.sha256()
            section = self._open = _OpenSection(
                chapter=row.chapter, first=self._position, first_number=number, start=self._n_characters
            )
        section.n_rows += 1
        self._write(row.text)
        if row.speaker is not None:
            self._count(row.speaker, section)
        return row.voice is not None and row.voice not in section.voices

    def note_voice(self, voice: str, number: int, column: int) -> None:
        """Note the first place in the open section that names a voice."""
        assert self._open is not None
        self._open.voices[voice] = Mark(file=self._name, line=number, column=column)

    def pass_over(self, data: bytes, n: int) -> None:
        """Go on by `n` bytes or rows, whatever the form counts in, which hold this data."""
        self._section_sha256.update(data)
        self._position += n

    def complain(self, number: int, found: Iterable[Complaint]) -> None:
        """Note what is wrong with a row; of those after the first hundred problems only how many they are."""
        for complaint in found:
            if len(self._problems) == MOST_PROBLEMS:
                self._n_more += 1
                return
            where = Mark(file=self._name, line=number + complaint.lines, column=complaint.column)
            self._problems.append(Problem(where=str(where), what=complaint.what, hint=complaint.hint))

    def stop(self) -> DocumentError:
        """Return the error for a file of which the rest cannot be looked at."""
        return DocumentError(self._listed())

    def finish(self, file: Rows, sha256: str, metadata: Metadata) -> Table:
        """Return the table, or raise DocumentError with what is wrong with it."""
        self._close()
        if self._problems:
            raise self.stop()
        if not self._sections:
            raise refusal(self._name, "there is nothing to read aloud in it")
        return Table(
            file=file,
            name=self._name,
            sha256=sha256,
            text_sha256=self._text_sha256.hexdigest(),
            metadata=metadata,
            sections=tuple(self._sections),
            stretches=tuple(self._stretches),
        )

    def _write(self, text: str) -> None:
        self._n_characters += len(text)
        self._text_sha256.update(text.encode())

    def _count(self, speaker: str, section: "_OpenSection") -> None:
        # One text for all sections: a name may stand in each of them.
        speaker = self._speakers.setdefault(speaker, speaker)
        if len(self._speakers) > MAX_SPEAKERS:
            what = f"there are more than {MAX_SPEAKERS} speakers; what follows was not looked at"
            hint = "Is this the right column? Speakers are those who have voices in the manifest."
            raise DocumentError([*self._listed(), Problem(where=self._name, what=what, hint=hint)])
        section.speakers[speaker] = section.speakers.get(speaker, 0) + 1

    def _close(self) -> None:
        if self._open is None:
            return
        if len(self._sections) == MAX_SECTIONS:
            what = f"there are more than {MAX_SECTIONS} chapters; what follows was not looked at"
            hint = f"{self._unit}s of one chapter stand one after another, and each chapter becomes a file."
            raise DocumentError([*self._listed(), Problem(where=self._name, what=what, hint=hint)])
        self._sections.append(Section(title=self._open.title(self._unit), blocks=()))
        self._stretches.append(
            Stretch(
                first=self._open.first,
                n=self._position - self._open.first,
                digest=self._section_sha256.digest(),
                first_number=self._open.first_number,
                start=self._open.start,
                voices=self._open.voices,
                speakers=self._open.speakers,
            )
        )

    def _listed(self) -> list[Problem]:
        if not self._n_more:
            return self._problems
        unit = self._unit.lower()
        what = f"{self._n_more} more {f'{unit}s are' if self._n_more > 1 else f'{unit} is'} wrong"
        return [*self._problems, Problem(where=self._name, what=what)]


@dataclass(slots=True)
class _OpenSection:
    """The section to which rows are being added."""

    chapter: str | None
    first: int
    first_number: int
    start: int
    n_rows: int = 0
    voices: dict[str, Mark] = field(default_factory=dict)
    speakers: dict[str, int] = field(default_factory=dict)

    def title(self, unit: str) -> str:
        """Return the title of the chapter, or where it begins if its rows name none.

        Where it ends, no title says: if the table grows there, its chapters are called as they were.
        """
        return f"From {unit.lower()} {self.first_number}" if self.chapter is None else self.chapter

    def takes(self, row: Row) -> bool:
        """Say whether a row belongs to the same chapter."""
        return row.chapter == self.chapter and (self.chapter is not None or self.n_rows < ROWS_IN_A_SECTION)
