"""The book before it is read aloud: its files, and which segments are on which of its pages."""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from batchtts.export.timed import TimedChapter, TimedSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenPage:
    """A page and what is spoken of it, in order; the paths of the segments are those on this page."""

    name: str
    segments: Sequence[tuple[TimedChapter, TimedSegment]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Volume:
    """An EPUB 3: its files by their names in the archive, that of the package document, and its spoken pages."""

    files: Mapping[str, bytes]
    package: str
    pages: Sequence[SpokenPage]

    @property
    def root(self) -> str:
        """Return the folder from which on the package document names its files."""
        return posixpath.dirname(self.package)

    def name_of(self, path: str) -> str:
        """Return how a file is called in the archive that the package document names so."""
        return posixpath.join(self.root, path)
