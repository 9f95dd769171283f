"""Which sections of the documents become chapters.

Numbers count what is read aloud by default; a name is a title, an href or the end of an href, and may call
front and back matter in.
"""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from batchtts.errors import Problem
from batchtts.model import Document, Matter, Section, Selection, Source


@dataclass(frozen=True, slots=True)
class Chosen:
    """A section that is read aloud, with the document and the manifest entry that it comes from."""

    source: Source
    document: Document
    section: Section


def choose(
    candidates: Sequence[Chosen], selection: Selection, where: str
) -> tuple[list[Chosen], list[Problem]]:
    """Return what the selection calls for, in reading order, and what in it calls for nothing."""
    aloud = [chosen for chosen in candidates if chosen.section.matter is Matter.BODY]
    if not selection.ranges and not selection.names:
        return aloud, []
    problems: list[Problem] = []
    wanted: set[int] = set()
    for first, last in selection.ranges:
        if last > len(aloud):
            problems.append(_beyond(first, last, len(aloud), where))
        wanted.update(id(chosen.section) for chosen in aloud[first - 1 : last])
    for name in selection.names:
        found = [
            chosen for chosen in candidates if answers_to(chosen.section.title, chosen.section.href, name)
        ]
        if not found:
            problems.append(_unknown(name, candidates, where))
        wanted.update(id(chosen.section) for chosen in found)
    return [chosen for chosen in candidates if id(chosen.section) in wanted], problems


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


def _unknown(name: str, candidates: Sequence[Chosen], where: str) -> Problem:
    titles = [chosen.section.title for chosen in candidates]
    near = difflib.get_close_matches(name, titles, n=1, cutoff=0.4)
    known = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(map(repr, titles[:12]))}"
    return Problem(
        where=where, what=f"chapters: no title or href is {name!r}", hint=f"{known[0].upper()}{known[1:]}"
    )
