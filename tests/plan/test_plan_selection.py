"""Which sections of documents become chapters."""

from pathlib import Path

import pytest

from batchtts.job import Mark, Selection, Source
from batchtts.model import Document, Matter, Section
from batchtts.plan.selection import Candidate, choose

MARK = Mark(file="job.yaml", line=1, column=1)
SOURCE = Source(folder=Path(), mark=MARK, pattern="book.epub")
SECTIONS = [
    ("Preface", Matter.FRONT, "text/preface.xhtml"),
    ("One", Matter.BODY, "text/one.xhtml"),
    ("Two", Matter.BODY, "text/two.xhtml"),
    ("Three", Matter.BODY, "text/three.xhtml"),
    ("Notes", Matter.BACK, "text/notes.xhtml"),
]


def candidates() -> list[Candidate]:
    sections = tuple(
        Section(title=title, blocks=(), matter=matter, href=href) for title, matter, href in SECTIONS
    )
    document = Document(name="book.epub", sha256="0", text="", text_sha256="0", sections=sections, anchors=())
    return [
        Candidate(SOURCE, document, index, aloud=section.matter is Matter.BODY)
        for index, section in enumerate(document.sections)
    ]


def chosen(*, ranges: tuple[tuple[int, int], ...] = (), names: tuple[str, ...] = ()) -> list[str]:
    found, problems = choose(candidates(), Selection(ranges=ranges, names=names), "job.yaml")
    assert problems == []
    assert all(candidate.aloud for candidate in found)
    return [candidate.section.title for candidate in found]


@pytest.mark.parametrize(
    ("ranges", "names", "titles"),
    [
        ((), (), ["One", "Two", "Three"]),
        (((1, 1),), (), ["One"]),
        (((2, 3),), (), ["Two", "Three"]),
        (((3, 3), (1, 1)), (), ["One", "Three"]),
        (((1, 2), (2, 3)), (), ["One", "Two", "Three"]),
        ((), ("Two",), ["Two"]),
        ((), (" two ",), ["Two"]),
        ((), ("text/two.xhtml",), ["Two"]),
        ((), ("two.xhtml",), ["Two"]),
        ((), ("Preface",), ["Preface"]),
        (((1, 1),), ("notes.xhtml",), ["One", "Notes"]),
        (((1, 1),), ("One",), ["One"]),
    ],
)
def test_numbers_count_what_is_read_aloud_and_names_call_in_anything(
    ranges: tuple[tuple[int, int], ...], names: tuple[str, ...], titles: list[str]
) -> None:
    assert chosen(ranges=ranges, names=names) == titles


@pytest.mark.parametrize(
    ("selection", "what", "hint"),
    [
        (
            Selection(ranges=((4, 4),)),
            "chapters: 4 goes beyond the 3 chapters that are read aloud",
            "lists them",
        ),
        (
            Selection(ranges=((2, 9),)),
            "chapters: 2-9 goes beyond the 3 chapters that are read aloud",
            "lists them",
        ),
        (Selection(names=("Thre",)), "chapters: no title or href is 'Thre'", "Did you mean 'Three'?"),
        (Selection(names=("xyzzy",)), "chapters: no title or href is 'xyzzy'", "There are 'Preface', 'One'"),
        (Selection(names=("wo.xhtml",)), "chapters: no title or href is 'wo.xhtml'", ""),
    ],
    ids=str,
)
def test_what_calls_for_nothing_is_named(selection: Selection, what: str, hint: str) -> None:
    _, [problem] = choose(candidates(), selection, "job.yaml")
    assert (problem.where, problem.what) == ("job.yaml", what)
    assert hint in (problem.hint or "")


def test_all_that_calls_for_nothing_is_named_at_once() -> None:
    _, problems = choose(candidates(), Selection(ranges=((7, 7), (1, 8)), names=("a", "b")), "job.yaml")
    assert len(problems) == 4
