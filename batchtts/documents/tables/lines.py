"""The lines of a file, one after the other, with what is known of them so far; and the bytes of a stretch of them."""

import codecs
import hashlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from batchtts.documents.decoding import refuse_other_formats
from batchtts.documents.refusals import refusal
from batchtts.documents.tables.complaints import Complaint
from batchtts.documents.tables.table import Stretch, has_changed

MAX_LINE_BYTES = 2**20

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotUtf8(ValueError):
    """A line is not UTF-8; `complaint` says where."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.what)
        self.complaint = complaint


class LineTooLong(ValueError):
    """A line is too long to be read; `complaint` says so."""

    def __init__(self, hint: str) -> None:
        what = f"this line has more than {MAX_LINE_BYTES // 2**20} MiB; what follows was not looked at"
        super().__init__(what)
        self.complaint = Complaint(1, what, hint)


class Lines:
    """Yields the lines of a file as bytes, without a byte order mark, and counts and hashes them.

    `mark_bytes` is how long the mark was.  `long_hint` is said of a line that is too long to be read.
    """

    def __init__(self, file: IO[bytes], name: str, long_hint: str) -> None:
        self.n_lines = 0
        self.mark_bytes = 0
        self._file = file
        self._name = name
        self._long_hint = long_hint
        self._sha256 = hashlib.sha256()

    @property
    def sha256(self) -> str:
        """Return the hash of all bytes so far."""
        return self._sha256.hexdigest()

    def __iter__(self) -> Iterator[bytes]:
        """Raise `LineTooLong` for a line that is, and DocumentError for what is no text at all."""
        for raw in iter(partial(self._file.readline, MAX_LINE_BYTES + 1), b""):
            self.n_lines += 1
            self._sha256.update(raw)
            if len(raw) > MAX_LINE_BYTES:
                raise LineTooLong(self._long_hint)
            yield self._begin(raw) if self.n_lines == 1 else raw

    def _begin(self, raw: bytes) -> bytes:
        refuse_other_formats(raw, self._name)
        if raw.startswith(_UTF_16):
            raise refusal(f"{self._name}:1:1", "this is UTF-16", "Save the file as UTF-8.")
        if raw.startswith(codecs.BOM_UTF8):
            self.mark_bytes = len(codecs.BOM_UTF8)
        return raw[self.mark_bytes :]


def decoded(raw: bytes) -> str:
    """Return a line as text, or raise `NotUtf8`."""
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        column = len(raw[: error.start].decode()) + 1
        what = f"this is not UTF-8 (byte 0x{raw[error.start]:02X})"
        raise NotUtf8(Complaint(column, what, "Save the file as UTF-8.")) from error


def bytes_of(path: Path, name: str, stretch: Stretch) -> bytes:
    """Return the bytes of a stretch; raise DocumentError if they are not those of which the outline was made."""
    try:
        with path.open("rb") as file:
            file.seek(stretch.first)
            data = file.read(stretch.n)
    except OSError as error:
        raise refusal(name, f"it cannot be read: {error.strerror or error}") from error
    if hashlib.sha256(data).digest() != stretch.digest:
        raise has_changed(name, stretch)
    return data
