"""A page of HTML on its own becomes a document, its headings its chapters."""

from dataclasses import dataclass

from batchtts.documents.chapters import Cut, cut_at_headings
from batchtts.documents.characters import collapse
from batchtts.documents.markup import Element, descendants, first, inner_text, parse_html, parse_page
from batchtts.documents.narration import narrate
from batchtts.job import Metadata

_XML_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class Page:
    """A page in chapters, and what its head says about it."""

    cut: Cut
    metadata: Metadata


def read_html(data: bytes, where: str, fallback: str) -> Page:
    """Return the chapters of a page; `fallback` is the title of one that has none, in its head or text."""
    is_xml = where.lower().endswith(".xhtml") or data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")
    root = parse_page(data, where) if is_xml else parse_html(data, where)
    title = _title(root)
    body = first(root, "body")
    narration = narrate(root if body is None else body, href=None)
    cut = cut_at_headings(narration.passages, title or fallback)
    metadata = Metadata(
        title=title or cut.title,
        author=_named_meta(root, "author"),
        language=root.get("lang") or root.get(_XML_LANGUAGE),
    )
    return Page(cut=cut, metadata=metadata)


def _title(root: Element) -> str | None:
    element = first(root, "title")
    return collapse(inner_text(element)) or None if element is not None else None


def _named_meta(root: Element, name: str) -> str | None:
    found = (
        meta.get("content", "") for meta in descendants(root, "meta") if meta.get("name", "").lower() == name
    )
    return next((text for content in found if (text := collapse(content))), None)
