"""What the frames of an MP3 file say of it, without decoding any."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from batchtts.errors import GateFailed
from batchtts.export.containers.mp3_frames import FrameHeader

_HEADER_BYTES = 4
_TAG_BYTES = 10
_MONO = 0b11
_MADE_ANEW = "Delete it; a run makes it anew."


@dataclass(frozen=True, slots=True, kw_only=True)
class Mp3Facts:
    """Rate, channels, and the least and the highest rate of bits of a frame."""

    sample_rate: int
    n_channels: int
    least_kbits: int
    most_kbits: int


def read(path: Path) -> Mp3Facts:
    """Read the header of each frame; a first one that only tells of the stream does not count.

    Raises `GateFailed` if the file is not made of MP3 frames, and `FileNotFoundError`.
    """
    with path.open("rb") as stream:
        _skip_tag(stream)
        first = _next(stream, path)
        if first is None:
            raise GateFailed(f"{path.name}: there is no MP3 frame", hint=_MADE_ANEW)
        if _tells_of_the_stream(stream, first):
            first = _next(stream, path) or first
        least = most = first.kbits_per_second
        while (frame := _next(stream, path)) is not None:
            if not frame.like(first):
                raise GateFailed(
                    f"{path.name}: its frames have several rates, or numbers of channels", hint=_MADE_ANEW
                )
            least, most = min(least, frame.kbits_per_second), max(most, frame.kbits_per_second)
    n_channels = 1 if first.data[3] >> 6 == _MONO else 2
    return Mp3Facts(sample_rate=first.sample_rate, n_channels=n_channels, least_kbits=least, most_kbits=most)


def _skip_tag(stream: BinaryIO) -> None:
    """Go on behind an ID3v2 tag, if there is one (id3.org, 3.1: a length of four times seven bits)."""
    tag = stream.read(_TAG_BYTES)
    n_bytes = 0
    if len(tag) == _TAG_BYTES and tag[:3] == b"ID3":
        for byte in tag[6:]:
            n_bytes = n_bytes << 7 | byte & 0x7F
        n_bytes += _TAG_BYTES
    stream.seek(n_bytes)


def _next(stream: BinaryIO, path: Path) -> FrameHeader | None:
    """Return the header of the next frame and go on behind that; None at the end, or at an ID3v1 tag."""
    place = stream.tell()
    data = stream.read(_HEADER_BYTES)
    if not data or data[:3] == b"TAG":
        return None
    header = FrameHeader.parsed(data)
    if header is None:
        raise GateFailed(f"{path.name}: no MP3 frame begins at byte {place}", hint=_MADE_ANEW)
    stream.seek(place + header.n_bytes)
    return header


def _tells_of_the_stream(stream: BinaryIO, header: FrameHeader) -> bool:
    """Return whether the frame that was just passed is one of Xing's or LAME's."""
    behind = stream.tell()
    stream.seek(behind - header.n_bytes + _HEADER_BYTES + header.n_side_bytes + 2 * header.is_protected)
    name = stream.read(4)
    stream.seek(behind)
    return name in (b"Xing", b"Info")
