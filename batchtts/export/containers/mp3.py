"""MP3, as players want it: an ID3 tag, a first frame that tells of the stream, then the frames.

That frame is silent to decoders that do not know it.  Xing's part tells how long the stream is and where to seek; the
part of LAME (Mp3 Info Tag, revision 1) how many samples the encoder put before and behind the sound, at constant
rates too, so that a player drops them.
"""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from batchtts.export.book import ChapterMark, Packets, Tags, Track
from batchtts.export.containers import id3, sources
from batchtts.export.containers.crc16 import Crc16, crc16
from batchtts.export.containers.marks import check
from batchtts.export.containers.mp3_frames import FrameHeader
from batchtts.export.containers.sources import Sink
from batchtts.export.containers.streams import StreamError

DECODER_DELAY = 529
"""How many samples later than it was given to an encoder of no delay a decoder gives a sound."""

_MAX_DELAY = 0xFFF
_HEADER_BYTES = 4
_XING_BYTES, _LAME_BYTES = 120, 36
_ALL_PARTS = 0xF
_N_SEEK_POINTS = 100
_CONSTANT, _VARIABLE = 1, 4
_ENCODER = b"LAME3.100"
_MAX_KBITS = 255


def write(out: Sink, track: Track, marks: Sequence[ChapterMark], tags: Tags) -> None:
    """Write a book; the same values give the same bytes.  What `track` tells of is read twice.

    Raises `ValueError` where marks or packets do not fit the sound, and `StreamError` where a file of packets is
    too short.
    """
    check(marks, track.n_samples)
    packets = sources.needed(track)
    out.write(id3.tag(tags, marks, track.sample_rate))
    out.write(_info_frame(track, packets))
    for stretch in _stretches(packets):
        out.write(stretch)


def _info_frame(track: Track, packets: Sequence[Packets]) -> bytes:
    """Return the frame that tells of the stream."""
    first = _first_header(packets)
    header = first.widened(_HEADER_BYTES + first.n_side_bytes + _XING_BYTES + _LAME_BYTES)
    stream = _Stream.measured(track, packets, header.n_bytes)
    before = header.data + bytes(header.n_side_bytes) + _xing(stream) + _lame(stream, first.kbits_per_second)
    return (before + struct.pack(">H", crc16(before))).ljust(header.n_bytes, b"\0")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stream:
    """What the first frame tells; `n_bytes` counts that frame itself."""

    n_frames: int
    n_bytes: int
    is_constant: bool
    seek_points: bytes
    n_before: int
    n_behind: int
    checksum: int

    @classmethod
    def measured(cls, track: Track, packets: Sequence[Packets], n_first: int) -> "_Stream":
        sizes = sources.sizes_of(packets)
        n_before = track.n_priming - DECODER_DELAY
        n_behind = len(sizes) * track.packet_samples - n_before - track.n_samples
        if not 0 <= n_before <= _MAX_DELAY or n_behind > _MAX_DELAY:
            raise ValueError(f"an MP3 cannot say that {track.n_priming} samples come before the sound")
        checksum = Crc16()
        for stretch in _stretches(packets):
            checksum.update(stretch)
        return cls(
            n_frames=len(sizes),
            n_bytes=n_first + sum(sizes),
            is_constant=max(sizes) - min(sizes) <= 1,
            seek_points=_seek_points(sizes, n_first),
            n_before=n_before,
            n_behind=n_behind,
            checksum=checksum.value,
        )


def _seek_points(sizes: sources.Sizes, n_first: int) -> bytes:
    """Return where the hundredths of the time begin, in 256ths of the bytes."""
    wanted = [len(sizes) * point // _N_SEEK_POINTS for point in range(_N_SEEK_POINTS)]
    total = n_first + sum(sizes)
    points, position, done = bytearray(), n_first, 0
    for number in wanted:
        position += sum(sizes[done:number])
        done = number
        points.append(min(255, position * 256 // total))
    return bytes(points)


def _xing(stream: _Stream) -> bytes:
    name = b"Info" if stream.is_constant else b"Xing"
    head = struct.pack(">4sIII", name, _ALL_PARTS, stream.n_frames, stream.n_bytes & 0xFFFF_FFFF)
    return head + stream.seek_points + bytes(4)


def _lame(stream: _Stream, kbits_per_second: int) -> bytes:
    """Return the part of LAME up to its own checksum: no gain is told, nor what the encoder was set to."""
    method = _CONSTANT if stream.is_constant else _VARIABLE
    delays = (stream.n_before << 12 | stream.n_behind).to_bytes(3, "big")
    return b"".join(
        (
            _ENCODER,
            bytes([method]),
            bytes(10),  # lowpass, peak, gains, noise shaping
            bytes([min(kbits_per_second, _MAX_KBITS)]),
            delays,
            bytes(4),  # source, gain of the stream, preset
            struct.pack(">IH", stream.n_bytes & 0xFFFF_FFFF, stream.checksum),
        )
    )


def _first_header(packets: Sequence[Packets]) -> FrameHeader:
    [data] = sources.runs(packets[0], packets[0].sizes[:1])
    header = FrameHeader.parsed(data)
    if header is None:
        raise StreamError(
            f"{packets[0].path}: no MP3 frame begins at byte {packets[0].first_byte}",
            hint="Delete the file; the next run encodes the chapter again.",
        )
    return header


def _stretches(packets: Sequence[Packets]) -> Iterator[bytes]:
    for some in packets:
        yield from sources.stretches(some)
