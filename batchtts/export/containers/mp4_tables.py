"""Tracks of an MP4 file: how long their samples are, where they lie, and when they are heard.

ISO/IEC 14496-12, 8.3 to 8.9, for sound; for chapters the text media of Apple's QuickTime File Format, which players
read as chapters where another track refers to it with `chap`.
"""

import struct
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from batchtts.export.containers.boxes import U32, Box, counted, full_box
from batchtts.export.containers.sources import Sizes

UNITY = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
"""The matrix that leaves a picture as it is."""

_ENABLED_IN_MOVIE = 3
_DISABLED = 0
_EMPTY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What the tables tell of a track: in the terms of MP4 a packet is a sample, and bytes lie in chunks.

    `durations` are pairs of how many and how long; a chunk holds `per_chunk` samples, the last what is left.
    `offsets` are those of the chunks in the media, which begins at `media_start` in the file.
    """

    sizes: Sizes = field(repr=False)
    durations: Sequence[tuple[int, int]]
    per_chunk: int
    offsets: Sequence[int] = field(repr=False)
    media_start: int
    wide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Which part of a track's media is heard, and when that begins; the first in units of the media."""

    media_time: int
    duration: int
    delay: int = 0


def movie_header(time_scale: int, duration: int, n_tracks: int) -> Box:
    """Return the box that tells of the whole; no box tells a date."""
    head, next_track = struct.pack(">IH10x", 0x10000, 0x100), struct.pack(">I", n_tracks + 1)
    return _timed(b"mvhd", 0, (0, 0, time_scale), duration, head, UNITY, bytes(24), next_track)


def track_header(number: int, duration: int, *, is_sound: bool) -> Box:
    """Return the box that tells of one track.  One of chapters is not enabled: no player shows it by itself."""
    flags = _ENABLED_IN_MOVIE if is_sound else _DISABLED
    rest = struct.pack(">8x2H2H", 0, 0, 0x100 if is_sound else 0, 0)
    return _timed(b"tkhd", flags, (0, 0, number, 0), duration, rest, UNITY, bytes(8))


def media_header(time_scale: int, duration: int, language: str) -> Box:
    """Return the box that tells of a track's units and its language, three letters."""
    packed = 0
    for letter in language:
        packed = packed << 5 | ord(letter) - 0x60
    return _timed(b"mdhd", 0, (0, 0, time_scale), duration, struct.pack(">HH", packed, 0))


def handler(kind: bytes) -> Box:
    """Return the box that tells what a track is."""
    return full_box(b"hdlr", 0, 0, struct.pack(">4x4s12x", kind), b"\0")


def edits(edit: Edit) -> Box:
    """Return the edit list of a track: after a delay, if any, so much of its media."""
    entries = [(edit.duration, edit.media_time)]
    if edit.delay:
        entries.insert(0, (edit.delay, _EMPTY))
    wide = any(value > U32 >> 1 for entry in entries for value in entry)
    row = struct.Struct(">QqI" if wide else ">IiI")
    rows = b"".join(row.pack(duration, media_time, 0x10000) for duration, media_time in entries)
    return Box(b"edts", full_box(b"elst", int(wide), 0, struct.pack(">I", len(entries)), rows))


def sample_table(description: Box, samples: Samples, *groups: Box) -> Box:
    """Return the tables of a track; `groups` of its samples follow them."""
    durations = b"".join(struct.pack(">II", *pair) for pair in samples.durations)
    return Box(
        b"stbl",
        counted(b"stsd", 1, description),
        counted(b"stts", len(samples.durations), durations),
        _samples_to_chunks(samples),
        full_box(b"stsz", 0, 0, struct.pack(">II", 0, len(samples.sizes)), _big_endian(samples.sizes)),
        _chunk_offsets(samples),
        *groups,
    )


def media_information(header: Box, table: Box) -> Box:
    """Return what the media of a track is, and that it lies in this file."""
    in_this_file = full_box(b"url ", 0, 1)
    return Box(b"minf", header, Box(b"dinf", counted(b"dref", 1, in_this_file)), table)


def _timed(name: bytes, flags: int, before: tuple[int, ...], duration: int, *after: bytes) -> Box:
    """Return a box whose dates and duration have 64 bits where the duration needs them.

    `before` are the two dates and what stands between them and the duration.
    """
    wide = duration > U32
    dates, others = before[:2], before[2:]
    head = struct.pack(
        f">2{'Q' if wide else 'I'}{len(others)}I{'Q' if wide else 'I'}", *dates, *others, duration
    )
    return full_box(name, int(wide), flags, head, *after)


def _samples_to_chunks(samples: Samples) -> Box:
    whole, left = divmod(len(samples.sizes), samples.per_chunk)
    rows = [(1, samples.per_chunk, 1)] if whole else []
    if left:
        rows.append((whole + 1, left, 1))
    return counted(b"stsc", len(rows), b"".join(struct.pack(">III", *row) for row in rows))


def _chunk_offsets(samples: Samples) -> Box:
    name, code = (b"co64", "Q") if samples.wide else (b"stco", "I")
    offsets = array(code, (samples.media_start + offset for offset in samples.offsets))
    return counted(name, len(offsets), _big_endian(offsets))


def _big_endian(values: Sizes) -> memoryview:
    if sys.byteorder == "little":
        values = values[:]
        values.byteswap()
    return memoryview(values).cast("B")
