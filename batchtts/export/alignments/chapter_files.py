"""What all alignments have in common: each is a file for each chapter, which is called as the chapter is."""

from abc import ABC, abstractmethod
from typing import ClassVar

from batchtts.export.timed import TimedChapter
from batchtts.export.writing import Target


class ChapterFiles(ABC):
    """Writes the files; a format says how they end, and what is in them."""

    ending: ClassVar[str]

    def __init__(self, target: Target) -> None:
        self.target = target

    def add(self, chapter: TimedChapter) -> None:
        """Write the file of a chapter."""
        self.target.folder.write(f"{chapter.slug}.{self.ending}", self.text(chapter).encode())

    def finish(self) -> None:  # noqa: B027  no format has anything to add
        """Write nothing more."""

    @abstractmethod
    def text(self, chapter: TimedChapter) -> str:
        """Return what is in the file of a chapter."""

    def note_change(self, id_: str, before: str, after: str, why: str, *, field: str = "text") -> None:
        """List a segment whose text, or another field, the format cannot hold as it is, if this is one."""
        if after != before:
            self.target.folder.note_change(id_, field=field, before=before, after=after, why=why)
