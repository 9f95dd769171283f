"""Which sections of the documents become chapters.

Numbers count what is read aloud by default; a name is a title, an href or the end of an href, and may call
front and back matter in.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from batchtts.errors import Problem
from batchtts.job import Mark, Metadata, Selection, Source
from batchtts.model import Document, Section


class Outline(Protocol):
    """A document that may be too long to be held whole: its sections lack their blocks.

    Each is read when its turn comes, with `part`, which raises DocumentError; what has to be known before are
    the `voices` that its blocks name, each with the first place that does, and the `speakers`, each with how often.
    """

    @property
    def name(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def text_sha256(self) -> str: ...
    @property
    def metadata(self) -> Metadata: ...
    @property
    def sections(self) -> Sequence[Section]: ...
    def voices(self, index: int) -> Mapping[str, Mark]: ...
    def speakers(self, index: int) -> Mapping[str, int]: ...
    def part(self, index: int) -> Document: ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """A section that may be read aloud, and is unless a selection says otherwise; `index` counts from 0."""

    source: Source
    document: Document | Outline
    index: int
    aloud: bool

    @property
    def section(self) -> Section:
        """Return the section; that of an outline has no blocks."""
        return self.document.sections[self.index]

    def read(self) -> tuple[Document, Section]:
        """Return the section with its blocks, and the document whose text they are ranges of.

        Raises DocumentError if it was read from a file that is no longer what it was.
        """
        if isinstance(self.document, Document):
            return self.document, self.section
        part = self.document.part(self.index)
        return part, part.sections[0]

    def voices(self) -> Mapping[str, Mark | None]:
        """Return the voices that the blocks name, with a place if there is one that is not the manifest's."""
        if isinstance(self.document, Document):
            named = (block.settings.voice for block in self.section.blocks)
            return dict.fromkeys(name for name in named if name is not None)
        return self.document.voices(self.index)


def choose(
    candidates: Sequence[Candidate], selection: Selection, where: str
) -> tuple[list[Candidate], list[Problem]]:
    """Return what the selection calls for, in reading order, and what in it calls for nothing."""
    aloud = [candidate for candidate in candidates if candidate.aloud]
    if not selection.ranges and not selection.names:
        return aloud, []
    problems: list[Problem] = []
    wanted: set[int] = set()
    for first, last in selection.ranges:
        if last > len(aloud):
            problems.append(_beyond(first, last, len(aloud), where))
        wanted.update(id(candidate) for candidate in aloud[first - 1 : last])
    for name in selection.names:
        found = [
            chosen for chosen in candidates if answers_to(chosen.section.title, chosen.section.href, name)
        ]
        if not found:
            problems.append(_unknown(name, candidates, where))
        wanted.update(id(candidate) for candidate in found)
    return [replace(item, aloud=True) for item in candidates if id(item) in wanted], problems


def answers_to(title: str, href: str | None, name: str) -> bool:
    """Return whether a section goes by this name."""
    folded = name.strip().casefold()
    if title.casefold() == folded:
        return True
    return href is not None and (href == name or href.endswith(f"/{name}"))


def _beyond(first: int, last: int, n_aloud: int, where: str) -> Problem:
    asked = str(first) if first == last else f"{first}-{last}"
    return Problem(
        where=where,
        what=f"chapters: {asked} goes beyond the {n_aloud} chapters that are read aloud",
        hint="`batchtts plan` on the job without `chapters` lists them with their numbers.",
    )


def _unknown(name: str, candidates: Sequence[Candidate], where: str) -> Problem:
    titles = [candidate.section.title for candidate in candidates]
    near = difflib.get_close_matches(name, titles, n=1, cutoff=0.4)
    known = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(map(repr, titles[:12]))}"
    return Problem(
        where=where, what=f"chapters: no title or href is {name!r}", hint=f"{known[0].upper()}{known[1:]}"
    )
