"""Boxes, of which an MP4 file consists (ISO/IEC 14496-12, 4.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

U32 = 0xFFFF_FFFF
HEADER_BYTES = 8


class Box:
    """A box with bytes and other boxes in it.  Nothing in it is copied until it is written."""

    def __init__(self, name: bytes, *parts: bytes | memoryview | Box) -> None:
        """`name` has four bytes."""
        self._name, self._parts = name, parts
        self.n_bytes: int = HEADER_BYTES + sum(
            part.n_bytes if isinstance(part, Box) else len(part) for part in parts
        )

    def pieces(self) -> Iterator[bytes | memoryview]:
        """Yield the bytes of the box."""
        yield self.n_bytes.to_bytes(4, "big") + self._name
        for part in self._parts:
            if isinstance(part, Box):
                yield from part.pieces()
            else:
                yield part


def full_box(name: bytes, version: int, flags: int, *parts: bytes | memoryview | Box) -> Box:
    """Return a box that begins with a version and flags."""
    return Box(name, struct.pack(">I", version << 24 | flags), *parts)


def counted(name: bytes, n_entries: int, *parts: bytes | memoryview | Box) -> Box:
    """Return a box of version 0 that begins with the number of its entries."""
    return full_box(name, 0, 0, n_entries.to_bytes(4, "big"), *parts)


def mdat_header(n_bytes: int, *, wide: bool) -> bytes:
    """Return what stands before so many bytes of media; `wide` where 32 bits may not count them."""
    if wide:
        return struct.pack(">I4sQ", 1, b"mdat", 2 * HEADER_BYTES + n_bytes)
    return struct.pack(">I4s", HEADER_BYTES + n_bytes, b"mdat")
