"""A book's zip archive, trusted in nothing: names, sizes, encryption and damage are all checked."""

import lzma
import posixpath
import struct
import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from batchtts.documents.refusals import refusal

MAX_ENTRIES = 10_000
MAX_ENTRY_BYTES = 64 * 2**20
MAX_TOTAL_BYTES = 512 * 2**20
MAX_RATIO = 200
_RATIO_FREE_BYTES = 2**20  # small files of nothing but white space may well shrink further
_CHUNK_BYTES = 2**18
_ENCRYPTED = 0x1

_FETCH_AGAIN = "Fetch the book again; EPUBCheck names what is wrong with it."
_BOMB = (
    f"At most {MAX_ENTRY_BYTES // 2**20} MiB a file and {MAX_TOTAL_BYTES // 2**20} MiB in all are read, and files"
    f" over 1 MiB may not be packed more than {MAX_RATIO} times."
)

_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,  # a compression method that nothing here knows
    RuntimeError,  # encrypted
    ValueError,
    OverflowError,
    OSError,  # what bz2 says of damaged data, and a seek to nowhere
)


class Archive:
    """The files in a book, read on demand.  Every error is a DocumentError that names the file."""

    def __init__(self, path: Path, where: str) -> None:
        self.where = where
        self._n_bytes_read = 0
        try:
            self._zip = zipfile.ZipFile(path)
        except _DAMAGE as error:
            raise refusal(where, *_not_a_zip(path, error)) from error
        try:
            self._infos = self._checked_infos()
        except BaseException:
            self._zip.close()
            raise
        self._folded = {name.casefold(): name for name in self._infos}

    def __enter__(self) -> Self:
        """Return the archive, open."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._zip.close()

    def find(self, name: str) -> str | None:
        """Return the name under which the archive holds a file, whatever the case of its letters."""
        return name if name in self._infos else self._folded.get(name.casefold())

    def read(self, name: str, *, max_bytes: int = MAX_ENTRY_BYTES) -> bytes:
        """Return the bytes of a file, inflated no further than the limits allow."""
        info = self._infos[name]
        where = f"{self.where}: {name}"
        if info.flag_bits & _ENCRYPTED:
            raise refusal(where, "the file is encrypted", "Use a copy of the book without a password or DRM.")
        try:
            return self._inflate(info, where, max_bytes)
        except _DAMAGE as error:
            raise refusal(where, f"the file is damaged in the archive: {error}", _FETCH_AGAIN) from error

    def _inflate(self, info: zipfile.ZipInfo, where: str, max_bytes: int) -> bytes:
        # Sizes in the directory may lie, so what counts is what comes out.
        chunks: list[bytes] = []
        n_bytes = 0
        max_by_ratio = max(_RATIO_FREE_BYTES, MAX_RATIO * info.compress_size)
        with self._zip.open(info) as file:
            while chunk := file.read(_CHUNK_BYTES):
                chunks.append(chunk)
                n_bytes += len(chunk)
                self._n_bytes_read += len(chunk)
                if n_bytes > max_bytes or self._n_bytes_read > MAX_TOTAL_BYTES or n_bytes > max_by_ratio:
                    raise refusal(where, "the file grows beyond all measure when it is unpacked", _BOMB)
        return b"".join(chunks)

    def _checked_infos(self) -> dict[str, zipfile.ZipInfo]:
        infos = self._zip.infolist()
        if len(infos) > MAX_ENTRIES:
            raise refusal(
                self.where, f"it holds {len(infos)} files, more than the {MAX_ENTRIES} that a book may"
            )
        for info in infos:
            if _is_unsafe(info.orig_filename):
                raise refusal(
                    self.where,
                    f"it holds a file with an unsafe name: {info.orig_filename!r}",
                    "Names in a book may not be absolute, go up with .., or hold backslashes.",
                )
        return {info.filename: info for info in infos if not info.is_dir()}


def resolve(base: str, href: str) -> tuple[str, str] | None:
    """Return the file and the fragment that `href` in the file `base` points to; None if outside the book."""
    path, _, fragment = href.strip().partition("#")
    path = unquote(path)
    if not path:
        return base, unquote(fragment)
    if ":" in path.split("/", 1)[0] or path.startswith("/"):
        return None
    name = posixpath.normpath(posixpath.join(posixpath.dirname(base), path))
    return None if name.startswith("..") else (name, unquote(fragment))


def _is_unsafe(name: str) -> bool:
    return name.startswith("/") or "\\" in name or "\0" in name or name[1:2] == ":" or ".." in name.split("/")


def _not_a_zip(path: Path, error: Exception) -> tuple[str, str]:
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        return "the file is empty", _FETCH_AGAIN
    if start.startswith(b"PK"):
        return f"the archive is truncated or damaged: {error}", _FETCH_AGAIN
    return "this is not an EPUB: it is not a zip archive", "Check that the file is what its name says."
