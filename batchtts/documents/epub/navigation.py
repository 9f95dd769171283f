"""The table of contents of a book: an EPUB 3 navigation document, or the NCX of EPUB 2.

Sources: EPUB 3.3, section 7; DAISY/NISO Z39.86-2005, section 8.4, for the NCX.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from batchtts.documents import silence
from batchtts.documents.characters import collapse
from batchtts.documents.epub.archive import Archive, resolve
from batchtts.documents.epub.package import Package
from batchtts.documents.markup import (
    Element,
    children,
    descendants,
    first,
    inner_text,
    local_name,
    parse_page,
    parse_xml,
)
from batchtts.documents.narration import plain_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the table of contents; `parents` are the lines that it stands under, outermost first."""

    title: str
    name: str | None
    fragment: str
    parents: tuple["Entry", ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Navigation:
    """The table of contents, flat and in its own order, and what the landmarks say that pages are."""

    entries: tuple[Entry, ...] = ()
    landmarks: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_navigation(archive: Archive, package: Package) -> Navigation:
    """Return a book's table of contents; it is empty if the book has none."""
    entries: tuple[Entry, ...] = ()
    landmarks: dict[str, frozenset[str]] = {}
    if package.navigation is not None:
        root = parse_page(archive.read(package.navigation), f"{archive.where}: {package.navigation}")
        entries = tuple(_contents(root, package.navigation))
        landmarks = _landmarks(root, package.navigation)
    if not entries and package.ncx is not None:
        root = parse_xml(archive.read(package.ncx), f"{archive.where}: {package.ncx}")
        entries = tuple(_nav_points(first(root, "navmap"), package.ncx, ()))
    return Navigation(entries=entries, landmarks=landmarks)


def _navs(root: Element, kind: str) -> Iterator[Element]:
    return (nav for nav in descendants(root, "nav") if kind in silence.types(nav))


def _contents(root: Element, base: str) -> Iterator[Entry]:
    for nav in _navs(root, "toc"):
        ordered = first(nav, "ol")
        if ordered is not None:
            yield from _lines(ordered, base, ())


def _lines(ordered: Element, base: str, parents: tuple[Entry, ...]) -> Iterator[Entry]:
    for item in children(ordered):
        label = next((child for child in children(item) if local_name(child) in ("a", "span")), None)
        below = next((child for child in children(item) if local_name(child) == "ol"), None)
        inner = parents
        if label is not None:
            entry = _entry(plain_text(label), label.get("href"), base, parents)
            yield entry
            inner = (*parents, entry)
        if below is not None:
            yield from _lines(below, base, inner)


def _nav_points(element: Element | None, base: str, parents: tuple[Entry, ...]) -> Iterator[Entry]:
    for point in children(element) if element is not None else ():
        if local_name(point) != "navpoint":
            continue
        parts = {local_name(child): child for child in children(point)}
        label, content = parts.get("navlabel"), parts.get("content")
        title = collapse(inner_text(label)) if label is not None else ""
        entry = _entry(title, content.get("src") if content is not None else None, base, parents)
        yield entry
        yield from _nav_points(point, base, (*parents, entry))


def _entry(title: str, href: str | None, base: str, parents: tuple[Entry, ...]) -> Entry:
    name, fragment = (resolve(base, href) if href else None) or (None, "")
    return Entry(title=title, name=name, fragment=fragment, parents=parents)


def _landmarks(root: Element, base: str) -> dict[str, frozenset[str]]:
    types: dict[str, frozenset[str]] = {}
    for nav in _navs(root, "landmarks"):
        for link in descendants(nav, "a"):
            target = resolve(base, link.get("href", ""))
            if target and not target[1]:
                types[target[0]] = types.get(target[0], frozenset()) | silence.types(link)
    return types
