"""What a narrator passes over in a page: hidden things, notes and references to them, page numbers, images."""

# ruff: noqa: SIM905 (vocabularies read better as running text than one word a line)

import re

from batchtts.documents.markup import Element, descendants, first, inner_text

_EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
_SILENT_ELEMENTS = frozenset(
    "head script style template nav audio video canvas svg img picture iframe object embed input button select"
    " textarea datalist noscript rt rp rtc map area meta link title base".split()
)
_SILENT_TYPES = frozenset(("noteref", "pagebreak", "biblioref", "annoref", "backlink"))
_NOTES = frozenset(
    ("footnote", "footnotes", "endnote", "endnotes", "rearnote", "rearnotes", "note", "annotation")
)
_SILENT_CLASSES = frozenset(
    "noteref footnote-ref fnanchor fnref pagenum pageno pagebreak page-number pg-boilerplate"
    " footnote-backref".split()
)
_NOTE_CLASSES = frozenset(("footnote", "footnotes", "endnote", "endnotes"))
_INVISIBLE_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_MAX_NOTE_MARK_CHARACTERS = 6
_NOTE_MARK = re.compile(r"\s*(?:[\[(]\s*(?:\d{1,3}|[a-z]|[*†‡§]+)\s*[\])]|[*†‡§]+)\s*")


def is_silent(element: Element, name: str, *, with_notes: bool) -> bool:
    """Say whether an element, of a local name, is passed over with all that is in it."""
    if name in _SILENT_ELEMENTS:
        return True
    if name == "sup" and _is_note_reference(element):
        return True
    if not element.attrib:
        return False
    return (
        _is_hidden(element)
        or not types(element).isdisjoint(_SILENT_TYPES)
        or not classes(element).isdisjoint(_SILENT_CLASSES)
        or (name == "a" and _is_note_reference(element))
        or (not with_notes and name != "body" and _is_note(element))
    )


def types(element: Element) -> frozenset[str]:
    """Return an element's structural types, without prefixes; roles of DPUB-ARIA count as types."""
    roles = element.get("role", "")
    written = element.get(_EPUB_TYPE) or element.get("epub:type") or ""
    if not roles and not written:
        return frozenset()
    names = [name.rpartition(":")[2] for name in written.lower().split()]
    return frozenset(
        [*names, *(role.removeprefix("doc-") for role in roles.split() if role.startswith("doc-"))]
    )


def classes(element: Element) -> frozenset[str]:
    """Return the names in an element's class attribute."""
    return frozenset(element.get("class", "").lower().split())


def _is_hidden(element: Element) -> bool:
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or _INVISIBLE_STYLE.search(element.get("style", "")) is not None
    )


def _is_note(element: Element) -> bool:
    return not types(element).isdisjoint(_NOTES) or not classes(element).isdisjoint(_NOTE_CLASSES)


def _is_note_reference(element: Element) -> bool:
    """Say whether an element is a raised or bracketed link to a note, and nothing else."""
    text = inner_text(element).strip()
    if len(text) > _MAX_NOTE_MARK_CHARACTERS or not any(
        "#" in a.get("href", "") for a in descendants(element, "a")
    ):
        return False
    return first(element, "sup") is not None or _NOTE_MARK.fullmatch(text) is not None
