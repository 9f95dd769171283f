"""What a book says that it is about: often a page of HTML, packed into one element of the package document."""

import re

from batchtts.documents.characters import collapse
from batchtts.documents.markup import Element, local_name, parse_html
from batchtts.errors import DocumentError

_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(?:#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")
_EMPTY_LINES = re.compile(r"\n\s*\n")
_NOT_SHOWN = frozenset(("head", "script", "style", "template"))
_BLOCKS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "figcaption"),
        *("figure", "footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p"),
        *("pre", "section", "table", "td", "th", "tr", "ul"),
    )
)


def plain_text(written: str) -> str:
    """Return a description as plain text, with an empty line between paragraphs; "" if there is nothing in it.

    What the package document unpacks to may be HTML, whose elements then become paragraphs.
    """
    if _MARKUP.search(written):
        try:
            # The mark says that it is UTF-8, whatever the page that was packed in here says of itself.
            page = f"\ufeff{written}".encode(errors="replace")
            paragraphs = _paragraphs(parse_html(page, "dc:description"))
        except DocumentError:  # nothing but tags, or a trap; what a book is about is not worth refusing it
            return ""
    else:
        paragraphs = _EMPTY_LINES.split(written)
    return "\n\n".join(filter(None, map(collapse, paragraphs)))


def _paragraphs(root: Element) -> list[str]:
    """Return the stretches of text between the edges of blocks."""
    paragraphs = [""]

    def visit(element: Element) -> None:
        is_block = local_name(element) in _BLOCKS
        if is_block:
            paragraphs.append("")
        if local_name(element) not in _NOT_SHOWN:
            paragraphs[-1] += str(element.text or "")
            for child in element:
                visit(child)
        if is_block:
            paragraphs.append("")
        paragraphs[-1] += str(element.tail or "")

    visit(root)
    return paragraphs
