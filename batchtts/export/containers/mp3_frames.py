"""MP3 as ffmpeg streams it: frames whose length follows from their header.

Headers and side information are those of ISO/IEC 11172-3, 2.4, and 13818-3, 2.4 (MPEG-2); MPEG-2.5 goes on below.
"""

from dataclasses import dataclass
from typing import Self

from batchtts.export.containers.streams import Reading

_HEADER_BYTES = 4
_MPEG_1, _MPEG_2 = 3, 2
_KBITS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {0: (11_025, 12_000, 8_000), _MPEG_2: (22_050, 24_000, 16_000), _MPEG_1: (44_100, 48_000, 32_000)}
_MONO = 3


@dataclass(frozen=True, slots=True)
class FrameHeader:
    """The first four bytes of a frame, and what they say."""

    data: bytes

    @classmethod
    def parsed(cls, data: bytes) -> Self | None:
        """Return the header that these bytes begin with, None if it is not one of a frame of layer III."""
        if len(data) < _HEADER_BYTES or data[0] != 0xFF or data[1] & 0xE6 != 0xE2:
            return None
        header = cls(bytes(data[:_HEADER_BYTES]))
        known = header._version in _RATES and data[2] >> 2 & 0b11 != 0b11
        return header if known and 0 < data[2] >> 4 < 15 else None

    @property
    def _version(self) -> int:
        return self.data[1] >> 3 & 0b11

    @property
    def is_mpeg_1(self) -> bool:
        """Return whether the rate is one of the higher three."""
        return self._version == _MPEG_1

    @property
    def sample_rate(self) -> int:
        """Return the samples in a second."""
        return _RATES[self._version][self.data[2] >> 2 & 0b11]

    @property
    def packet_samples(self) -> int:
        """Return the samples in a frame."""
        return 1152 if self.is_mpeg_1 else 576

    @property
    def kbits_per_second(self) -> int:
        """Return the rate of bits at which every frame would be as long as this one."""
        return _KBITS[self.is_mpeg_1][self.data[2] >> 4]

    @property
    def n_bytes(self) -> int:
        """Return the length of the frame, header and all."""
        padding = self.data[2] >> 1 & 1
        return self.packet_samples // 8 * self.kbits_per_second * 1000 // self.sample_rate + padding

    @property
    def is_protected(self) -> bool:
        """Return whether a checksum follows the header."""
        return not self.data[1] & 1

    @property
    def n_side_bytes(self) -> int:
        """Return the length of the side information."""
        mono = self.data[3] >> 6 == _MONO
        if self.is_mpeg_1:
            return 17 if mono else 32
        return 9 if mono else 17

    def like(self, other: "FrameHeader") -> bool:
        """Return whether both may be frames of one stream: the same version, rate and channels."""
        mono = _MONO << 6
        same_channels = (self.data[3] & mono == mono) == (other.data[3] & mono == mono)
        return (self._version, self.sample_rate) == (other._version, other.sample_rate) and same_channels

    def widened(self, n_bytes: int) -> "FrameHeader":
        """Return the header of a frame that holds so many bytes, without checksum or padding.

        Its rate of bits is the least that will do, and not below this one's.
        """
        for index in range(self.data[2] >> 4, len(_KBITS[self.is_mpeg_1])):
            header = FrameHeader(
                bytes([0xFF, self.data[1] | 1, index << 4 | self.data[2] & 0b1100, self.data[3]])
            )
            if header.n_bytes >= n_bytes:
                return header
        raise ValueError(f"no frame holds {n_bytes} bytes")


class Mp3Splitter:
    """Cuts a stream of MP3 frames into frames; one that tells of the stream (Xing, Info) is left out."""

    def __init__(self) -> None:
        self._reading = Reading("MP3")
        self._first: FrameHeader | None = None

    @property
    def config(self) -> bytes:
        """Return nothing: every frame says what it is."""
        return b""

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the frames that end in this piece.  Raises `StreamError`."""
        self._reading.add(piece)
        frames = []
        while data := self._reading.peek(_HEADER_BYTES):
            header = self._checked(data)
            frame = self._reading.take(header.n_bytes)
            if frame is None:
                break
            if self._first is None and _tells_of_the_stream(header, frame):
                continue
            self._first = self._first or header
            self._check_stands_alone(header, frame)
            frames.append(frame)
        return frames

    def finish(self) -> None:
        """Raise `StreamError` unless the stream ended with a frame."""
        self._reading.finish()
        if self._first is None:
            raise self._reading.error("it has no frame")

    def _checked(self, data: bytes) -> FrameHeader:
        header = FrameHeader.parsed(data)
        if header is None:
            raise self._reading.error("no MP3 frame begins")
        if self._first is not None and not header.like(self._first):
            raise self._reading.error("the rate or the channels change in the middle")
        return header

    def _check_stands_alone(self, header: FrameHeader, frame: bytes) -> None:
        """Raise unless the frame can be decoded behind any other: its main data begins in itself."""
        position = _HEADER_BYTES + 2 * header.is_protected
        if len(frame) < position + header.n_side_bytes:
            raise self._reading.error("a frame is too short for what it must hold")
        begins_before = (
            frame[position] << 1 | frame[position + 1] >> 7 if header.is_mpeg_1 else frame[position]
        )
        if begins_before:
            raise self._reading.error(
                "a frame needs bytes of those before it; it was encoded with a bit reservoir"
            )


def _tells_of_the_stream(header: FrameHeader, frame: bytes) -> bool:
    position = _HEADER_BYTES + 2 * header.is_protected + header.n_side_bytes
    return frame[position : position + 4] in (b"Xing", b"Info")
