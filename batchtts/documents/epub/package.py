"""The package document (OPF): what a book is called, which pages it has, and in which order.

Source: EPUB 3.3, section 5; Open Packaging Format 2.0.1 for the attributes of EPUB 2.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from batchtts.documents.characters import collapse
from batchtts.documents.epub.archive import Archive, resolve
from batchtts.documents.epub.blurb import plain_text
from batchtts.documents.markup import Element, children, descendants, first, inner_text, local_name, parse_xml
from batchtts.documents.refusals import refusal
from batchtts.errors import DocumentError, Problem
from batchtts.job import Metadata

PAGE_TYPES = frozenset(("application/xhtml+xml", "text/html", "text/x-oeb1-document", "application/xml"))
_NCX_TYPE = "application/x-dtbncx+xml"
_OPF = "{http://www.idpf.org/2007/opf}"
# What audio files can hold as a cover; others (SVG) would have to be drawn first.
_COVER_SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
# Some tools write the year 101 where they know none.
_YEAR = re.compile(r"[1-9][0-9]{3}(?![0-9])")
_PUBLISHED = ("original-publication", "publication", "")
"""The events of EPUB 2 that give a book its year, the best first; EPUB 3 has one date, and no event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A file of the book, by its name in the archive; None if it is not in there."""

    id: str
    href: str
    name: str | None
    media_type: str
    properties: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SpineItem:
    """A page in reading order; what is not linear is read only on request."""

    name: str
    is_linear: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What the package document says; `guide` maps names of pages to their types."""

    metadata: Metadata
    spine: tuple[SpineItem, ...]
    navigation: str | None
    ncx: str | None
    guide: Mapping[str, frozenset[str]]


def read_package(archive: Archive, name: str) -> Package:
    """Return what the package document says, or raise DocumentError with everything that it lacks."""
    where = f"{archive.where}: {name}"
    root = parse_xml(archive.read(name), where)
    items = {item.id: item for item in _items(archive, root, name)}
    spine = first(root, "spine")
    if spine is None:
        raise refusal(where, "it has no spine, so the reading order is not known")
    pages = _spine(spine, items, where)
    ncx = items.get(spine.get("toc", "")) or next(
        (item for item in items.values() if item.media_type == _NCX_TYPE), None
    )
    navigation = next((item for item in items.values() if "nav" in item.properties), None)
    return Package(
        metadata=_metadata(archive, root, items),
        spine=pages,
        navigation=navigation.name if navigation else None,
        ncx=ncx.name if ncx else None,
        guide=_guide(root, name),
    )


def _items(archive: Archive, root: Element, base: str) -> Iterator[Item]:
    manifest = first(root, "manifest")
    for item in descendants(manifest, "item") if manifest is not None else ():
        href = item.get("href", "")
        target = resolve(base, href)
        yield Item(
            id=item.get("id", ""),
            href=href,
            # Some tools leave percent-encoding in the archive's own names.
            name=(archive.find(target[0]) or archive.find(_as_written(base, href))) if target else None,
            media_type=item.get("media-type", "").strip().lower(),
            properties=frozenset(item.get("properties", "").split()),
        )


def _as_written(base: str, href: str) -> str:
    folder = base.rpartition("/")[0]
    return f"{folder}/{href}" if folder else href


def _spine(spine: Element, items: Mapping[str, Item], where: str) -> tuple[SpineItem, ...]:
    pages: list[SpineItem] = []
    problems: list[Problem] = []
    for reference in descendants(spine, "itemref"):
        at = f"{where}:{reference.sourceline}"
        item = items.get(reference.get("idref", ""))
        if item is None:
            problems.append(
                Problem(where=at, what=f"the spine names {reference.get('idref')!r}, which is no item")
            )
        elif item.media_type and item.media_type not in PAGE_TYPES:
            continue  # an image or a drawing: nothing to read
        elif item.name is None:
            what = f"the page {item.href!r} is not in the book"
            problems.append(
                Problem(where=at, what=what, hint="The archive may be incomplete: fetch the book again.")
            )
        else:
            pages.append(SpineItem(name=item.name, is_linear=reference.get("linear") != "no"))
    if problems:
        raise DocumentError(problems)
    if not pages:
        raise refusal(where, "its spine is empty, so there is nothing to read")
    return tuple(pages)


def _metadata(archive: Archive, root: Element, items: Mapping[str, Item]) -> Metadata:
    element = first(root, "metadata")
    if element is None:
        return Metadata()
    refinements = _refinements(element)
    titles = [
        (title.get("id", ""), text) for title in descendants(element, "title") if (text := _text(title))
    ]
    main = next((text for id_, text in titles if refinements.get((id_, "title-type")) == "main"), None)
    languages = (text for language in descendants(element, "language") if (text := _text(language)))
    return Metadata(
        title=main or next((text for _, text in titles), None),
        author=", ".join(_authors(element, refinements)) or None,
        year=_year(element),
        description=_description(element),
        language=next(languages, None),
        cover=_cover(archive, element, items),
    )


def _refinements(metadata: Element) -> dict[tuple[str, str], str]:
    """Return what EPUB 3 metas say about other elements, by the id and the property."""
    return {
        (refines.removeprefix("#"), meta.get("property", "")): _text(meta)
        for meta in descendants(metadata, "meta")
        if (refines := meta.get("refines"))
    }


def _authors(metadata: Element, refinements: Mapping[tuple[str, str], str]) -> list[str]:
    """Return the names of the creators that are authors; of all creators, if none says so."""
    creators = [
        (
            refinements.get((creator.get("id", ""), "role")) or creator.get(f"{_OPF}role"),
            text,
        )
        for creator in descendants(metadata, "creator")
        if (text := _text(creator))
    ]
    authors = [name for role, name in creators if role in ("aut", None)]
    return list(dict.fromkeys(authors or [name for _, name in creators]))


def _year(metadata: Element) -> str | None:
    """Return the year in which the book was published, if a date says so."""
    years: dict[str, str] = {}
    for date in descendants(metadata, "date"):
        if found := _YEAR.match(_text(date)):
            years.setdefault(date.get(f"{_OPF}event", "").strip().lower(), found[0])
    return next((years[event] for event in _PUBLISHED if event in years), None)


def _description(metadata: Element) -> str | None:
    texts = (plain_text(inner_text(description)) for description in descendants(metadata, "description"))
    return next((text for text in texts if text), None)


def _cover(archive: Archive, metadata: Element, items: Mapping[str, Item]) -> bytes | None:
    """Return the image on the cover; if none is of a kind that audio files can hold, one of another kind."""
    marked = [item for item in items.values() if "cover-image" in item.properties]
    named = [meta.get("content", "") for meta in descendants(metadata, "meta") if meta.get("name") == "cover"]
    marked += [items[id_] for id_ in named if id_ in items]
    other = None
    for item in marked:
        if item.name is not None and item.media_type.startswith("image/"):
            image = archive.read(item.name)
            if image.startswith(_COVER_SIGNATURES):
                return image
            other = other or image or None
    return other


def _guide(root: Element, base: str) -> dict[str, frozenset[str]]:
    guide = first(root, "guide")
    types: dict[str, frozenset[str]] = {}
    for reference in children(guide) if guide is not None else ():
        target = resolve(base, reference.get("href", ""))
        if local_name(reference) == "reference" and target and not target[1]:
            types[target[0]] = types.get(target[0], frozenset()) | {reference.get("type", "").lower()}
    return types


def _text(element: Element) -> str:
    return collapse(inner_text(element))
