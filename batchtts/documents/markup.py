"""XML and HTML become element trees, safely: no entities, no network, no bottomless nesting (lxml lives here)."""

import html.entities
import re
from collections.abc import Iterator
from typing import Any, TypeAlias

from lxml import etree

from batchtts.documents.decoding import decode_markup
from batchtts.documents.refusals import refusal
from batchtts.errors import DocumentError

Element: TypeAlias = etree._Element

MAX_DEPTH = 200
MAX_TAGS = 2_000_000

_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*\?>")
_ENTITY_DECLARATION = re.compile(r"\A(?>\s+|<\?.*?\?>|<!--.*?-->)*+<!DOCTYPE[^\[>]*\[.*?<!ENTITY", re.DOTALL)
_REFERENCE = re.compile(r"&([A-Za-z][A-Za-z0-9]*);")
_XML_ENTITIES = frozenset(("amp", "lt", "gt", "quot", "apos"))
# HTML knows no empty elements but its own: <title/> would swallow the whole page.
_EMPTY_ELEMENT = re.compile(
    r"<(a|b|i|em|strong|p|div|span|section|title|script|style|td|li)((?:\s[^<>]*)?)/>", re.IGNORECASE
)
_CONTROL = re.compile(r"[\x00-\x08\x0B\x0C\x0E-\x1F]")


def parse_xml(data: bytes, where: str) -> Element:
    """Return the root of an XML document, or raise DocumentError with the line that is wrong."""
    text = _prepared(data, where)
    try:
        return _checked(etree.fromstring(text.encode(), _xml_parser()), where)
    except etree.XMLSyntaxError as error:
        raise _complaint(error, where, "it is not well-formed XML") from error


def parse_page(data: bytes, where: str) -> Element:
    """Return the root of an XHTML page; one that is not well-formed is read as a browser reads HTML."""
    text = _prepared(data, where)
    try:
        return _checked(etree.fromstring(text.encode(), _xml_parser()), where)
    except etree.XMLSyntaxError:
        return _parse_html(_EMPTY_ELEMENT.sub(r"<\1\2></\1>", text), where)


def parse_html(data: bytes, where: str) -> Element:
    """Return the root of an HTML page, or raise DocumentError."""
    return _parse_html(_prepared(data, where), where)


def local_name(element: Element) -> str:
    """Return an element's name without its namespace, in lower case; "" for what is no element."""
    tag: object = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def inner_text(element: Element) -> str:
    """Return all text in an element, as it is written."""
    return "".join(str(text) for text in element.itertext())


def source_line(element: Element) -> int | None:
    """Return the line of the source on which an element stands, from 1."""
    line: object = element.sourceline
    return line if isinstance(line, int) else None


def children(element: Element) -> Iterator[Element]:
    """Return the elements in an element; comments and the like are not."""
    return (child for child in element if local_name(child))


def descendants(element: Element, name: str) -> Iterator[Element]:
    """Return the elements below an element (and itself) that have a local name, in document order."""
    return (found for found in element.iter() if local_name(found) == name)


def first(element: Element, name: str) -> Element | None:
    """Return the first element below an element that has a local name."""
    return next(descendants(element, name), None)


def _xml_parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


def _parse_html(text: str, where: str) -> Element:
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    # libxml2 takes a control character for the end of the page.
    data = _CONTROL.sub(" ", text).encode(errors="replace")
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _complaint(error, where, "it cannot be read as HTML") from error
    if root is None:
        raise refusal(where, "there is no element in it")
    _refuse_cut_short(parser, where)
    return _checked(root, where)


def _refuse_cut_short(parser: etree.HTMLParser, where: str) -> None:
    """Raise DocumentError if the parser gave up on the way; it keeps what it has, and says so only here."""
    for entry in parser.error_log:
        if entry.level_name == "FATAL":
            raise refusal(f"{where}:{entry.line}", f"it cannot be read as HTML: {entry.message.strip()}")


def _prepared(data: bytes, where: str) -> str:
    """Return the text of a page ready to be parsed: HTML's named characters are spelled out."""
    text = decode_markup(data, where)
    if _ENTITY_DECLARATION.match(text):
        raise refusal(
            where,
            "it declares entities of its own, which can grow without bound or fetch files",
            "Remove the <!ENTITY ...> declarations, and write out what they stand for.",
        )
    if text.count("<") > MAX_TAGS:
        raise refusal(where, f"it has more than {MAX_TAGS} tags", "Split the page into several.")
    # The parser is given UTF-8, so what the page declares no longer holds.
    text = _DECLARATION.sub(lambda found: "\n" * found[0].count("\n"), text)
    return _REFERENCE.sub(_spell_out, text) if "&" in text else text


def _spell_out(reference: re.Match[str]) -> str:
    if reference[1] in _XML_ENTITIES:
        return reference[0]
    characters = html.entities.html5.get(f"{reference[1]};", reference[0])
    return "".join(f"&#{ord(character)};" for character in characters) if characters in "<>&" else characters


def _checked(root: Element, where: str) -> Element:
    """Return the root, or raise DocumentError if elements are nested deeper than any book nests them."""
    internal: Any = root.getroottree().docinfo.internalDTD  # its stub is incomplete
    if internal is not None and any(True for _ in internal.iterentities()):
        raise refusal(where, "it declares entities of its own", "Write out what they stand for.")
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise refusal(f"{where}:{element.sourceline}", f"elements are nested more than {MAX_DEPTH} deep")
    return root


def _complaint(error: etree.XMLSyntaxError, where: str, what: str) -> DocumentError:
    place = f"{where}:{error.lineno}" if error.lineno else where
    return refusal(place, f"{what}: {error.msg or 'it is empty'}")
