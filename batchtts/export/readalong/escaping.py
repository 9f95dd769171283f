"""Text as markup that is read as that very text."""

from html import escape


def escaped(text: str) -> str:
    """Return a text as it stands in HTML; a carriage return is named, since parsers make a line feed of a bare one."""
    return escape(text, quote=False).replace("\r", "&#13;")


def quoted(text: str) -> str:
    """Return a text as it stands in an attribute, between double quotes."""
    return escape(text, quote=True).replace("\r", "&#13;").replace("\n", "&#10;").replace("\t", "&#9;")
