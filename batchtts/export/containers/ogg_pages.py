"""Ogg pages (RFC 3533), written and read."""

import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchtts.export.containers.streams import Reading

MAX_SEGMENTS = 255
"""How many lacing values a page has at most; each stands for up to 255 bytes."""

NO_PACKET_ENDS = 0xFFFF_FFFF_FFFF_FFFF
CONTINUED, FIRST, LAST = 1, 2, 4
_HEADER = struct.Struct("<4sBBQIIIB")
_CAPTURE = b"OggS"
_CHECKSUM = slice(22, 26)
_BACKWARDS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


def checksum(page: bytes) -> int:
    """Return the CRC of a page in which those four bytes are zero (RFC 3533, 6: polynomial 0x04c11db7).

    It is the CRC-32 of zlib with the bits of every byte the other way round, which begins with ones and
    inverts its result; so the fast one serves.
    """
    mirrored = zlib.crc32(page.translate(_BACKWARDS), 0xFFFF_FFFF) ^ 0xFFFF_FFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(_BACKWARDS), "big")


def lacing(n_bytes: int) -> bytes:
    """Return how the length of a packet is written: 255 until less than that is left."""
    return b"\xff" * (n_bytes // 255) + bytes([n_bytes % 255])


class PageWriter:
    """The pages of one logical stream, one after another."""

    def __init__(self, serial: int) -> None:
        self._serial = serial
        self._number = 0

    def page(self, segments: bytes, body: bytes, *, position: int, flags: int = 0) -> bytes:
        """Return the next page; `position` is the granule position, `flags` of the three above."""
        number, self._number = self._number, self._number + 1
        head = _HEADER.pack(_CAPTURE, 0, flags, position, self._serial, number, 0, len(segments))
        page = head + segments + body
        return page[: _CHECKSUM.start] + checksum(page).to_bytes(4, "little") + page[_CHECKSUM.stop :]

    def pages(self, packet: bytes, *, flags: int = 0) -> Iterator[bytes]:
        """Yield a packet of the header on pages of its own, as many as it takes."""
        segments = lacing(len(packet))
        for first in range(0, len(segments), MAX_SEGMENTS):
            row = segments[first : first + MAX_SEGMENTS]
            ends = first + MAX_SEGMENTS >= len(segments)
            body = packet[first * 255 : (first + MAX_SEGMENTS) * 255]
            yield self.page(
                row, body, position=0 if ends else NO_PACKET_ENDS, flags=flags | (CONTINUED if first else 0)
            )


@dataclass(frozen=True, slots=True)
class Page:
    """One page that was read."""

    flags: int
    serial: int
    number: int
    segments: bytes
    body: bytes

    @property
    def pieces(self) -> Iterator[tuple[bytes, bool]]:
        """Yield the packets and parts of packets on the page, and of each whether it ends here."""
        start = n_bytes = 0
        for length in self.segments:
            n_bytes += length
            if length < 255:
                yield self.body[start : start + n_bytes], True
                start, n_bytes = start + n_bytes, 0
        if n_bytes:
            yield self.body[start:], False


class PageReader:
    """Cuts a stream into pages, each checked by itself."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def feed(self, piece: bytes) -> Iterator[Page]:
        """Yield the pages that end in this piece.  Raises `StreamError`."""
        self._reading.add(piece)
        while (n_bytes := self._n_bytes()) and (data := self._reading.take(n_bytes)):
            yield self._checked(data)

    def _n_bytes(self) -> int:
        """Return the length of the next page, 0 while that is not known."""
        head = self._reading.peek(_HEADER.size)
        if head is None:
            return 0
        if head[:5] != _CAPTURE + b"\0":
            raise self._reading.error("no Ogg page begins")
        n_head = _HEADER.size + head[-1]
        head = self._reading.peek(n_head)
        return n_head + sum(head[_HEADER.size :]) if head else 0

    def _checked(self, data: bytes) -> Page:
        _, _, flags, _, serial, number, found, n_segments = _HEADER.unpack_from(data)
        if checksum(data[: _CHECKSUM.start] + bytes(4) + data[_CHECKSUM.stop :]) != found:
            raise self._reading.error("the page before has a checksum that does not fit")
        n_head = _HEADER.size + n_segments
        return Page(flags, serial, number, data[_HEADER.size : n_head], data[n_head:])


class OggSplitter:
    """Cuts a stream of Opus in Ogg (RFC 7845) into bare packets."""

    def __init__(self) -> None:
        self._reading = Reading("Opus")
        self._pages = PageReader(self._reading)
        self._serial: int | None = None
        self._n_pages = 0
        self._n_packets = 0
        self._begun = bytearray()
        self._ended = False
        self._config = b""

    @property
    def config(self) -> bytes:
        """Return the OpusHead, empty before the first page."""
        return self._config

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the packets of sound that end in this piece.  Raises `StreamError`."""
        return [packet for page in self._pages.feed(piece) for packet in self._packets(page)]

    def finish(self) -> None:
        """Raise `StreamError` unless the stream was whole."""
        self._reading.finish()
        if not self._ended or self._begun:
            raise self._reading.error("it is cut off: its last page is missing")
        if self._n_packets < 3:
            raise self._reading.error("it has no packet of sound")

    def _packets(self, page: Page) -> Iterator[bytes]:
        self._check_order(page)
        for piece, ends in page.pieces:
            self._begun += piece
            if ends:
                packet = bytes(self._begun)
                self._begun.clear()
                self._n_packets += 1
                if self._is_sound(packet):
                    yield packet

    def _check_order(self, page: Page) -> None:
        if self._ended:
            raise self._reading.error("a page follows the last one")
        self._serial = page.serial if self._serial is None else self._serial
        if (page.serial, page.number) != (self._serial, self._n_pages):
            raise self._reading.error("a page is missing, or one of another stream lies between")
        if bool(page.flags & CONTINUED) != bool(self._begun):
            raise self._reading.error("a packet that goes on over two pages has only one of its parts")
        self._n_pages += 1
        self._ended = bool(page.flags & LAST)

    def _is_sound(self, packet: bytes) -> bool:
        """Return whether a packet holds sound; take what the first says, pass over the second."""
        if self._n_packets == 1:
            if packet[:8] != b"OpusHead" or len(packet) < 19:
                raise self._reading.error("its first packet is not an OpusHead")
            self._config = packet
        elif self._n_packets == 2 and packet[:8] != b"OpusTags":
            raise self._reading.error("its second packet is not an OpusTags")
        elif self._n_packets > 2 and not packet:
            raise self._reading.error("a packet is empty")
        return self._n_packets > 2


def packed(sizes: Sequence[int], n_packets: int) -> Iterator[tuple[int, int, bytes]]:
    """Yield how packets are put on pages, whole: the first, the one behind the last, and the lacing values.

    A page has at most `n_packets`, and fewer where the lacing values would not fit.
    """
    first, segments = 0, bytearray()
    for number, size in enumerate(sizes):
        row = lacing(size)
        if number - first == n_packets or len(segments) + len(row) > MAX_SEGMENTS:
            yield first, number, bytes(segments)
            first, segments = number, bytearray()
        segments += row
    if segments:
        yield first, len(sizes), bytes(segments)
