"""The package document, with what overlays need added to it and nothing else changed."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

from batchtts.export.readalong.epub.markup import Page, read_page
from batchtts.export.readalong.epub.overlay import seconds
from batchtts.export.readalong.escaping import escaped, quoted

ACTIVE = "-epub-media-overlay-active"
"""The class of what is heard just now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """A file that comes into the book; `path` is as the package document names it."""

    id: str
    path: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    """A page and its overlay: the path of the page from the package document on, and how long it lasts."""

    page: str
    overlay: Added
    microseconds: int


def with_overlays(
    data: bytes, overlaid: Sequence[Overlaid], others: Sequence[Added], narrators: Sequence[str]
) -> bytes:
    """Return the package document with overlays for pages, and other files that they need."""
    opf = read_page(data)
    ids = {each.page: each.overlay.id for each in overlaid}
    insertions: list[tuple[int, bytes]] = []
    for item in opf.named("item"):
        page = posixpath.normpath(unquote(item.attributes.get("href", "")))
        if (overlay := ids.get(page)) is not None:
            last = item.start[1]
            place = last - 2 if data[last - 2 : last] == b"/>" else last - 1
            insertions.append((place, f' media-overlay="{quoted(overlay)}"'.encode()))
    prefix = _prefix(opf)
    metadata, manifest = next(opf.named("metadata")), next(opf.named("manifest"))
    metas = "".join(
        f"<{prefix}meta {attributes}>{escaped(text)}</{prefix}meta>\n"
        for attributes, text in _metas(opf, overlaid, narrators)
    )
    insertions.append((metadata.end[0], metas.encode()))
    items = "".join(
        f'<{prefix}item id="{quoted(each.id)}" href="{quoted(each.path)}" media-type="{quoted(each.media_type)}"/>\n'
        for each in (*(own.overlay for own in overlaid), *others)
    )
    insertions.append((manifest.end[0], items.encode()))
    pieces, position = [], 0
    for place, text in sorted(insertions):
        pieces += [data[position:place], text]
        position = place
    return b"".join([*pieces, data[position:]])


def _prefix(opf: Page) -> str:
    """Return what goes before the names of elements, such as `opf:`; mostly nothing."""
    first, last = next(opf.named("manifest")).start
    name = opf.data[first + 1 : last].split()[0].decode().rstrip("/>")
    prefix, colon, _ = name.rpartition(":")
    return f"{prefix}{colon}"


def _metas(opf: Page, overlaid: Sequence[Overlaid], narrators: Sequence[str]) -> Iterator[tuple[str, str]]:
    for each in overlaid:
        yield f'property="media:duration" refines="#{quoted(each.overlay.id)}"', seconds(each.microseconds)
    yield 'property="media:duration"', seconds(sum(each.microseconds for each in overlaid))
    yield 'property="media:active-class"', ACTIVE
    for narrator in narrators:
        yield 'property="media:narrator"', narrator
    there = _told(opf)
    for name, value in (
        ("schema:accessMode", "textual"),
        ("schema:accessMode", "auditory"),
        ("schema:accessModeSufficient", "textual"),
        ("schema:accessibilityFeature", "synchronizedAudioText"),
        ("schema:accessibilityHazard", "none"),
    ):
        is_new = (name, value) not in there and not (
            name.endswith("Hazard") and any(each == name for each, _ in there)
        )
        if is_new:
            yield f'property="{name}"', value


def _told(opf: Page) -> set[tuple[str, str]]:
    """Return the properties that the package document tells, with their values."""
    texts: Mapping[int, str] = {run.parent: run.text.strip() for run in opf.runs}
    return {
        (element.attributes["property"], texts.get(number, ""))
        for number, element in enumerate(opf.elements)
        if element.name == "meta" and "property" in element.attributes
    }
