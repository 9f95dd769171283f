"""Opus in Ogg (RFC 7845), with chapters and a cover as comments.

The granule position of a page counts samples at 48 kHz, with those that a decoder drops at the beginning; that of
the last page says where the sound ends within its last packet.
"""

import struct
import zlib
from base64 import b64encode
from collections.abc import Iterator, Sequence

from batchtts.export.book import ChapterMark, Packets, Tags, Track
from batchtts.export.containers import sources, vorbis_comment
from batchtts.export.containers.marks import check
from batchtts.export.containers.ogg_pages import FIRST, LAST, PageWriter, packed
from batchtts.export.containers.sources import Sink

_SAMPLE_RATE = 48_000
_PRE_SKIP = slice(10, 12)


def write(out: Sink, track: Track, marks: Sequence[ChapterMark], tags: Tags) -> None:
    """Write a book; the same values give the same bytes.

    Raises `ValueError` where marks or packets do not fit the sound, and `StreamError` where a file of packets is
    too short.
    """
    check(marks, track.n_samples)
    if track.sample_rate != _SAMPLE_RATE:
        raise ValueError(f"Opus has 48000 samples a second, not {track.sample_rate}")
    packets = sources.needed(track)
    head = (
        track.config[: _PRE_SKIP.start] + struct.pack("<H", track.n_priming) + track.config[_PRE_SKIP.stop :]
    )
    comments = _comments(tags, marks)
    writer = PageWriter(serial=zlib.crc32(head + comments))
    for page in (*writer.pages(head, flags=FIRST), *writer.pages(comments)):
        out.write(page)
    for page in _pages(writer, track, packets):
        out.write(page)


def _comments(tags: Tags, marks: Sequence[ChapterMark]) -> bytes:
    picture = (
        [("METADATA_BLOCK_PICTURE", b64encode(vorbis_comment.picture(tags.cover)).decode())]
        if tags.cover
        else []
    )
    return b"OpusTags" + vorbis_comment.comments(tags, marks, _SAMPLE_RATE, picture)


def _pages(writer: PageWriter, track: Track, packets: Sequence[Packets]) -> Iterator[bytes]:
    """Yield the pages of the sound.  Each chapter begins a page, so that seeking there finds its first packet."""
    end = track.n_priming + track.n_samples
    position = 0
    for some in packets:
        rows = list(packed(some.sizes, _SAMPLE_RATE // track.packet_samples))
        bodies = sources.runs(some, [sum(some.sizes[first:after]) for first, after, _ in rows])
        for (first, after, segments), body in zip(rows, bodies, strict=True):
            position = min(end, position + (after - first) * track.packet_samples)
            yield writer.page(segments, body, position=position, flags=LAST if position == end else 0)
