"""What all rows of a dataset share, or all chapters of a book: what it is called, who speaks, whose it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from batchtts.alignment import Level
from batchtts.export.utterance import Speaker
from batchtts.job import Dataset, Metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A job as exports see it; `name` is good for files and folders.

    `level` is the coarsest of all alignments, None where no take tells.  `engines` are those that spoke, each
    with its version and identity; `documents` are the hashes of the sources by their names, and `sources`
    where those are that are files.  `n_planned` counts the segments of the plan.  `extra` are the columns of
    the user's own: `string`, `int64`, `float64` or `bool`, by name.  `synthetic` is the sentence that says
    what the voices are.
    """

    name: str
    metadata: Metadata
    language: str
    speakers: tuple[Speaker, ...]
    engines: tuple[tuple[str, str, str], ...]
    documents: Mapping[str, str]
    sources: Mapping[str, Path] = field(default_factory=dict)
    n_planned: int
    level: Level | None
    extra: Mapping[str, str] = field(default_factory=dict)
    dataset: Dataset = field(default_factory=Dataset)
    synthetic: str = ""

    @property
    def title(self) -> str:
        """Return its title, or its name if it has none."""
        return self.metadata.title or self.name
