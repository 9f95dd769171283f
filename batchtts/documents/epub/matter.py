"""Which sections of a book are read aloud by default: its body, and of its front and back matter, the prose.

Asked in this order: the types of the section itself (EPUB 3 structural semantics), the general division that
it says it is in, landmarks and guide, and for books without any of these its title and the name of its file.
"""

# ruff: noqa: SIM905 (vocabularies read better as running text than one word a line)

import re
from dataclasses import dataclass

from batchtts.documents.labels import is_chapter_heading
from batchtts.model import Matter

_SPOKEN = frozenset(
    "abstract afterword chapter conclusion epilogue foreword interlude introduction novella part postscript"
    " preamble preface prologue short-story volume division".split()
)
_UNSPOKEN = frozenset(
    "acknowledgments acknowledgements appendix bibliography colophon contributors copyright-page cover"
    " credits dedication endnotes epigraph errata footnotes frontispiece fulltitle glossary halftitle"
    " halftitlepage imprimatur imprint index keywords landmarks loa loi lot lov other-credits page-list"
    " rearnotes revision-history seriespage title-page titlepage toc toc-brief notes rights".split()
)
_BACK = frozenset(
    "acknowledgments acknowledgements appendix bibliography colophon endnotes footnotes glossary index loi"
    " notes rearnotes".split()
)
_NOTES = frozenset(("endnotes", "footnotes", "rearnotes", "notes"))

_UNSPOKEN_TITLE = re.compile(
    r"(?:cover(?: page)?|(?:half[- ]?)?title[- ]?page|half[- ]?title|(?:table of )?contents|copyright(?: .*)?"
    r"|imprint|colophon|uncopyright|dedication|(?:list of )?(?:illustrations|figures|tables|maps)|index"
    r"|(?:select(?:ed)? )?bibliography|acknowledge?ments?|(?:end|foot)?notes|glossary|credits|back cover"
    r"|about the (?:author|authors|publisher|translator|editor|illustrator)s?|also by .*|by the same author"
    r"|(?:other )?(?:books|titles|works|novels) by .*|praise for .*|(?:advance )?praise|newsletter(?: .*)?"
    r"|transcriber[’']?s? notes?|advertisements?|permissions|(?:the )?full project gutenberg licen[cs]e)[.:]?",
    re.IGNORECASE,
)
_BACK_TITLE = re.compile(
    r"index|.*bibliography|acknow.*|.*notes.*|glossary|back cover|about the .*|also by .*|colophon|.*licen[cs]e",
    re.IGNORECASE,
)
_UNSPOKEN_STEM = re.compile(
    r"(?:.*[-_.])?(?:cover(?:page)?|half[-_]?title(?:[-_]?page)?|title[-_]?page|copyright(?:page)?|toc|contents|colophon"
    r"|imprint|dedication|ded|cop|tp|cvi|abouttheauthor|about-?author|ata|adc|alsoby)[-_.]?\d{0,3}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a book says of a section: its types, those that landmarks and guide give its page, its names."""

    types: frozenset[str]
    landmarks: frozenset[str]
    title: str
    stem: str


def decide(evidence: Evidence) -> Matter:
    """Return the matter of a section; what nothing speaks against is body."""
    general = {"frontmatter": Matter.FRONT, "bodymatter": Matter.BODY, "backmatter": Matter.BACK}
    if unspoken := evidence.types & _UNSPOKEN:
        return Matter.BACK if "backmatter" in evidence.types else _side(unspoken)
    if evidence.types & _SPOKEN or is_chapter_heading(evidence.title):
        return Matter.BODY
    for name, matter in general.items():
        if name in evidence.types:
            return matter
    # Of landmarks and guide, only what they take out is trusted: "text" often marks the title page.
    if unspoken := evidence.landmarks & _UNSPOKEN:
        return _side(unspoken)
    if _UNSPOKEN_TITLE.fullmatch(evidence.title.strip()):
        return Matter.BACK if _BACK_TITLE.fullmatch(evidence.title.strip()) else Matter.FRONT
    return Matter.FRONT if _UNSPOKEN_STEM.fullmatch(evidence.stem) else Matter.BODY


def _side(unspoken: frozenset[str]) -> Matter:
    return Matter.BACK if unspoken & _BACK else Matter.FRONT


def spoken_types(types: frozenset[str]) -> frozenset[str]:
    """Return those of a section's types that say which kind of prose it is: a preface, a chapter."""
    return types & _SPOKEN


def are_notes(types: frozenset[str]) -> bool:
    """Say whether a page is nothing but notes, which are read if the page is asked for."""
    return not types.isdisjoint(_NOTES)
