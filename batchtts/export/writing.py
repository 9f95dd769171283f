"""What every export is: it is given what there is, piece by piece, and writes its folder."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from batchtts.export.corpus import Corpus
from batchtts.export.folder import ExportFolder
from batchtts.export.timed import TimedChapter
from batchtts.export.utterance import Utterance
from batchtts.job import Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where an export goes, what it is of, and the options that its format was given.

    `scratch` is a folder for what formats that are written at once have in common; it is gone when all are
    written.
    """

    folder: ExportFolder
    corpus: Corpus
    scratch: Path
    options: Mapping[str, Scalar] = field(default_factory=dict)


class ChapterWriter(Protocol):
    """Writes alignments and books to read along: it is given the chapters, in order."""

    def add(self, chapter: TimedChapter) -> None:
        """Take in the next chapter."""

    def finish(self) -> None:
        """Write what follows the last one."""


class UtteranceWriter(Protocol):
    """Writes a dataset: it is given the rows, in the order of the plan."""

    def add(self, utterance: Utterance) -> None:
        """Take in the next row."""

    def finish(self) -> None:
        """Write what follows the last one."""
