"""Encoded chapters, kept to be joined anew when others have changed: a file for each, named by what went into it.

First come the packets, back to back; then their lengths in bytes, 32 bits each; then what belongs to them, as JSON;
then the hash of all this, how long the JSON is, and four letters.  So a file is written in one go, whatever the length
of the chapter.
"""

import hashlib
import json
import struct
import sys
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from batchtts.export.audiobook.coding import Coding
from batchtts.export.book import Packets
from batchtts.files import HashingFile, writing
from batchtts.model import canonical_json

ENDING = ".packets"
_MAGIC = b"BTPK"
_TRAILER = struct.Struct("<32sI4s")
_LENGTH, _LENGTH_BYTES = "I", 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """The packets of a chapter, its preroll included; `config` is what a decoder has to know."""

    path: Path
    config: bytes
    sizes: "array[int]" = field(repr=False)

    def packets(self, coding: Coding, *, is_first: bool) -> Packets:
        """Return the packets that become part of a file, in which the chapter is the first or not."""
        n_dropped = 0 if is_first and coding.keeps_preroll else coding.n_preroll
        return Packets(
            path=self.path, first_byte=sum(self.sizes[:n_dropped]), sizes=memoryview(self.sizes)[n_dropped:]
        )


class PacketWriter:
    """The file of an encoded chapter, as it is written."""

    def __init__(self, file: HashingFile, path: Path) -> None:
        """`path` is where the file will lie."""
        self._file, self._path = file, path
        self._sizes = array(_LENGTH)

    @property
    def n_packets(self) -> int:
        """Return how many packets there are so far."""
        return len(self._sizes)

    def add(self, packets: Iterable[bytes]) -> None:
        """Write further packets."""
        own = list(packets)
        self._file.write(b"".join(own))
        self._sizes.extend(map(len, own))

    def finish(self, config: bytes) -> Encoded:
        """Write what belongs to them; return what the file is, once it has its name."""
        about = canonical_json({"config": config.hex(), "n_packets": len(self._sizes)}).encode()
        self._file.write(_little_endian(self._sizes).tobytes() + about)
        self._file.write(_TRAILER.pack(bytes.fromhex(self._file.sha256), len(about), _MAGIC))
        return Encoded(path=self._path, config=config, sizes=self._sizes)


@contextmanager
def writing_packets(path: Path) -> Iterator[PacketWriter]:
    """Write the file of an encoded chapter; it has its name only when the block ends well."""
    with writing(path) as file:
        yield PacketWriter(file, path)


def load(path: Path) -> Encoded | None:
    """Return an encoded chapter, None if there is none, or one whose bytes have changed: it is encoded again then."""
    try:
        return _load(path)
    except (OSError, ValueError, KeyError, TypeError, struct.error):
        return None


def _load(path: Path) -> Encoded:
    with path.open("rb") as stream:
        end = stream.seek(-_TRAILER.size, 2)
        digest, n_about, magic = _TRAILER.unpack(stream.read())
        if magic != _MAGIC or _sha256(path, end) != digest:
            raise ValueError("it is no file of packets, or not what was written")
        stream.seek(end - n_about)
        form = json.loads(stream.read(n_about))
        n_sizes = form["n_packets"] * _LENGTH_BYTES
        stream.seek(end - n_about - n_sizes)
        sizes = _little_endian(array(_LENGTH, stream.read(n_sizes)))
    return Encoded(path=path, config=bytes.fromhex(form["config"]), sizes=sizes)


def _little_endian(sizes: "array[int]") -> "array[int]":
    """Return lengths as they lie in the file, or the other way round; an hour of AAC has 84,000 of them."""
    if sys.byteorder == "little":
        return sizes
    swapped = sizes[:]
    swapped.byteswap()
    return swapped


def _sha256(path: Path, n_bytes: int) -> bytes:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while n_bytes and (piece := stream.read(min(n_bytes, 1 << 20))):
            digest.update(piece)
            n_bytes -= len(piece)
    return digest.digest()
