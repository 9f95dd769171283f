"""Which sections of the documents become chapters.

Numbers count what is read aloud by default; a name is a title, an href or the end of an href, and may call
front and back matter in.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from batchtts.errors import Problem
from batchtts.job import Selection, Source
from batchtts.model import Document, Section


@dataclass(frozen=True, slots=True)
class Candidate:
    """A section that may be read aloud, and is unless a selection says otherwise."""

    source: Source
    document: Document
    section: Section
    aloud: bool


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
