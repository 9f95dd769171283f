"""Packs: tar files in which many takes lie one after the other, so that one sync of the disk serves many.

The format is the ustar interchange format of POSIX.1-2017 (pax, "ustar Interchange Format"), so that `tar xf`
gives every take back as a file.  Each member is a block of 512 bytes with its name and length, and then its
bytes, filled up to whole blocks.  Members differ in nothing but name, length and bytes, so a header is either what
`header` returns or it is none.

A pack only grows.  When it is full, or its run ends, it is sealed: it gets two empty blocks, the mark of the end,
and is read-only from then on.  A run that is killed leaves a pack without that mark, and perhaps a member of
which not all is there.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_IWUSR
from typing import BinaryIO

from batchtts.files import Workspace

MAX_PACK_BYTES = 256 << 20
"""A pack that would grow beyond this is sealed, and another begins; only a larger take has a larger pack."""

BLOCK = 512
END = bytes(2 * BLOCK)
READ_ONLY = 0o444

_PACK = re.compile(r"\d{6,}\.tar")
_NAME = re.compile(r"[0-9a-f]{64}\.[0-9]+\.[0-9a-f]{16}\.wav")
_LONGEST_NAME = 100
_MAGIC = b"ustar\x0000"
_MAGIC_AT = 257
_SIZE = slice(124, 136)
_SCANNED_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Member:
    """A take in a pack, by its header: `n_bytes` bytes that begin at offset `start`."""

    name: str
    start: int
    n_bytes: int

    @property
    def end(self) -> int:
        """Return the offset at which the next header stands."""
        return padded(self.start + self.n_bytes)


def padded(n_bytes: int) -> int:
    """Return the length filled up to whole blocks."""
    return -(-n_bytes // BLOCK) * BLOCK


def header(name: str, n_bytes: int) -> bytes:
    """Return the block that goes before a take: a regular file of nobody's, read-only, of no date.

    Raises `ValueError` for what is not the name of a take.
    """
    if not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise ValueError(f"{name!r} is not the name of a take")
    encoded, size = name.encode("ascii"), b"%011o" % n_bytes
    checksum = b"%06o\0 " % (_SUM + sum(encoded) + sum(size))
    return b"".join((encoded.ljust(_LONGEST_NAME, b"\0"), _OWNER, size, _DATE, checksum, _REST))


_OWNER = b"0000444\x000000000\x000000000\x00"
_DATE = b"\x0000000000000\x00"
_REST = (b"0" + bytes(100) + _MAGIC + bytes(64) + b"0000000\x000000000\x00").ljust(BLOCK - 156, b"\0")
_SUM = sum(_OWNER) + sum(_DATE) + sum(b" " * 8) + sum(_REST)
"""The sum of all bytes but those of name and length, that of the header itself counted as blanks."""


def pack_name(number: int) -> str:
    """Return the name of a pack."""
    return f"{number:06}.tar"


def pack_number(name: str) -> int | None:
    """Return the number of a pack, None for a file that is none."""
    number = int(name.partition(".")[0]) if _PACK.fullmatch(name) else None
    return number if number is not None and pack_name(number) == name else None


def packs(workspace: Workspace) -> list[Path]:
    """Return the packs of an output folder in the order in which they were begun."""
    if not workspace.takes.is_dir():
        return []
    numbers = {number: path for path in workspace.takes.iterdir() if (number := pack_number(path.name))}
    return [numbers[number] for number in sorted(numbers)]


def members(path: Path, start: int = 0) -> Iterator[Member]:
    """Yield the takes of a pack of which all bytes are there, from the first whole block at `start` on.

    Whether those bytes are what was written, only their hash can tell.  Where a header is damaged, its take is
    passed over, and so is what a kill left of the last one.
    """
    with path.open("rb", buffering=0) as stream:
        n_bytes = stream.seek(0, os.SEEK_END)
        position = padded(start)
        while position + BLOCK <= n_bytes:
            member = _member(stream, position)
            if member is not None and member.end <= n_bytes:
                yield member
                position = member.end
            else:
                position = _next_header(stream, position + BLOCK)


def seal(path: Path, start: int = 0) -> None:
    """End a pack that a killed run has left: nothing comes after its last whole take, and nothing ever will.

    What lies before `start` is known to be wanted, and is neither read nor cut off.  A pack that is sealed already
    is not touched.
    """
    status = path.stat()
    if not status.st_mode & S_IWUSR:
        return
    end = padded(start) if start <= status.st_size else 0
    for member in members(path, end):
        end = member.end
    with path.open("r+b") as stream:
        stream.seek(end)
        if stream.read(len(END) + 1) != END:  # a file system without modes shows every pack as writable
            stream.truncate(end)
            stream.seek(end)
            stream.write(END)
            stream.flush()
            os.fsync(stream.fileno())
    path.chmod(status.st_mode & READ_ONLY)


def _member(stream: BinaryIO, position: int) -> Member | None:
    """Return the member whose header stands at a position, None if there is none."""
    stream.seek(position)
    block = stream.read(BLOCK)
    name = block[:_LONGEST_NAME].rstrip(b"\0").decode("latin-1")
    size = block[_SIZE].rstrip(b"\0")
    if not _NAME.fullmatch(name) or not re.fullmatch(rb"[0-7]{11}", size):
        return None
    member = Member(name, position + BLOCK, int(size, 8))
    return member if block == header(name, member.n_bytes) else None


def _next_header(stream: BinaryIO, position: int) -> int:
    """Return where the next block stands that looks like a header, or the end of the file."""
    stream.seek(position)
    while data := stream.read(_SCANNED_BYTES):
        found = data.find(_MAGIC)
        while found >= 0:
            if found % BLOCK == _MAGIC_AT:
                return position + found - _MAGIC_AT
            found = data.find(_MAGIC, found + 1)
        position += len(data)
    return position
