"""Bytes become text: UTF-8, UTF-16 with a byte order mark, or a complaint that says where and what to do."""

import codecs
import re
from pathlib import PurePosixPath

from batchtts.documents.refusals import refusal

# The longest first: the mark of UTF-32 LE begins with that of UTF-16 LE.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NOT_TEXT = (
    (b"PK\x03\x04", "a zip archive", "An EPUB is one: if that is what it is, its name must end in .epub."),
    (b"%PDF-", "a PDF", "Convert it to text, Markdown, HTML or EPUB first."),
    (b"{\\rtf", "an RTF file", "Save it as plain text or HTML first."),
    (b"\xd0\xcf\x11\xe0", "an old Word file", "Save it as plain text or HTML first."),
)
_DECLARED = re.compile(
    rb"""\A\s*<\?xml[^>]*?\sencoding\s*=\s*["']([\w.:-]+)["']|<meta[^>]*?\scharset\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
_DECLARABLE = re.compile(r"ascii|utf|iso8859|latin|cp\d|mac|koi8|gb|big5|euc|shift|iso2022|tis|hz|johab|ptcp")


def decode(data: bytes, where: str) -> str:
    """Return the text of a file, or raise DocumentError with the line and column of what is not UTF-8."""
    refuse_other_formats(data, where)
    text = _decode(data, _marked_encoding(data) or "utf-8", where)
    if "\0" in text:
        line, column = _place(text[: text.index("\0")])
        raise refusal(
            f"{where}:{line}:{column}",
            "there is a NUL byte, so this is not a text file",
            "If it is UTF-16, save it with a byte order mark, or better as UTF-8.",
        )
    return text


def decode_markup(data: bytes, where: str) -> str:
    """Return the text of an XML or HTML file, which may declare an encoding of its own."""
    refuse_other_formats(data, where)
    encoding = _marked_encoding(data) or _declared_encoding(data, where) or "utf-8"
    return _decode(data, encoding, where)


def refuse_other_formats(data: bytes, where: str) -> None:
    """Raise DocumentError if the bytes are those of a format that only passes for text."""
    for signature, what, hint in _NOT_TEXT:
        if data.startswith(signature):
            raise refusal(where, f"this is {what}, whatever its name says", hint)


def _marked_encoding(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _MARKS if data.startswith(mark)), None)


def _declared_encoding(data: bytes, where: str) -> str | None:
    found = _DECLARED.search(data[:1024])
    if found is None:
        return None
    declared = (found[1] or found[2]).decode("ascii")
    try:
        encoding = codecs.lookup(declared).name
    except (LookupError, ValueError):
        encoding = ""
    # What declares UTF-16 in readable bytes is not UTF-16.
    if encoding.startswith(("utf-16", "utf-32")):
        return None
    # Codecs that are not for text (base64, zlib ...) are found by the same look-up.
    if not _DECLARABLE.match(encoding.replace("_", "").replace("-", "")):
        raise refusal(
            where, f"it declares the encoding {declared!r}, which is not known", "Save it as UTF-8."
        )
    return encoding


def _decode(data: bytes, encoding: str, where: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode(encoding, errors="replace"))
        name = {"utf-8": "UTF-8"}.get(encoding, encoding.upper())
        raise refusal(
            f"{where}:{line}:{column}",
            f"this is not {name} (byte 0x{data[error.start]:02X} at line {line}, column {column})",
            _hint(data, where) if encoding == "utf-8" else "Save it as UTF-8.",
        ) from error


def _place(before: str) -> tuple[int, int]:
    """Return line and column, from 1, of what follows `before`."""
    lines = before.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return len(lines), len(lines[-1]) + 1


def _hint(data: bytes, where: str) -> str:
    encoding, name = _likely_encoding(data)
    file = PurePosixPath(where).name
    return f"It may be {name}; convert it with `iconv -f {encoding} -t UTF-8 {file}`, or save it as UTF-8."


def _likely_encoding(data: bytes) -> tuple[str, str]:
    """Guess what a text that is not UTF-8 is: Windows-1252 unless its bytes cannot be."""
    if data[:2000].count(0) > 100:
        return "UTF-16", "UTF-16 without a byte order mark"
    if any(byte in data for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")):
        return "WINDOWS-1251", "an encoding for another script, such as Windows-1251 or Shift_JIS"
    return "WINDOWS-1252", "Windows-1252, which old editors for Western European languages write"
