"""The encoding of a manifest: bytes become text."""

import codecs

from batchtts.manifest.review import Review

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def decode(data: bytes, review: Review) -> str | None:
    """Return the text of UTF-8, or of UTF-16 with a byte order mark; None, and a complaint, if neither."""
    mark, name = next(((m, n) for m, n in _BYTE_ORDER_MARKS if data.startswith(m)), (b"", "utf-8"))
    body = data[len(mark) :]
    try:
        return body.decode(name)
    except UnicodeDecodeError as error:
        before = body[: error.start].decode(name, errors="replace")
        what = f"byte 0x{body[error.start]:02x} is not {'UTF-16' if '16' in name else 'UTF-8'}"
        review.complain_at(*position(before, len(before)), what, hint="Save the manifest as UTF-8.")
        return None


def position(text: str, offset: int) -> tuple[int, int]:
    """Return line and column, from 1, of the character at `offset`."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
