"""Boxes, pages, frames and checksums, piece by piece."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.export.containers.boxes import Box, counted, full_box, mdat_header
from batchtts.export.containers.crc16 import Crc16, crc16
from batchtts.export.containers.languages import three_letters
from batchtts.export.containers.marks import clipped, scaled
from batchtts.export.containers.mp3_frames import FrameHeader
from batchtts.export.containers.ogg_pages import (
    MAX_SEGMENTS,
    PageReader,
    PageWriter,
    checksum,
    lacing,
    packed,
)
from batchtts.export.containers.streams import Reading

NAMES = st.sampled_from([b"moov", b"trak", b"free"])
TREES = st.recursive(
    st.binary(max_size=40),
    lambda inner: st.builds(lambda name, parts: Box(name, *parts), NAMES, st.lists(inner, max_size=4)),
)


@given(TREES.filter(lambda tree: isinstance(tree, Box)))
def test_a_box_is_as_long_as_it_says(box: Box) -> None:
    data = b"".join(box.pieces())
    assert len(data) == box.n_bytes == struct.unpack_from(">I", data)[0]


def test_boxes_begin_with_what_their_kind_demands() -> None:
    assert b"".join(full_box(b"full", 1, 2, b"x").pieces()) == b"\0\0\0\x0dfull\1\0\0\2x"
    assert b"".join(counted(b"many", 3).pieces()) == b"\0\0\0\x10many" + bytes(4) + b"\0\0\0\3"
    assert mdat_header(1 << 33, wide=True) == b"\0\0\0\1mdat" + struct.pack(">Q", (1 << 33) + 16)


def slow_checksum(data: bytes) -> int:
    """Divide bit by bit, as RFC 3533 tells it."""
    value = 0
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = value << 1 ^ (0x104C11DB7 if value >> 31 else 0)
    return value


@given(st.binary(max_size=400))
def test_the_fast_checksum_of_pages_is_the_slow_one(data: bytes) -> None:
    assert checksum(data) == slow_checksum(data)


@given(st.lists(st.binary(max_size=70_000), max_size=4))
def test_a_stream_folded_onto_itself_has_the_same_checksum(pieces: list[bytes]) -> None:
    folded = Crc16()
    for piece in pieces:
        folded.update(piece)
    assert folded.value == crc16(b"".join(pieces))


def test_the_checksum_of_lame_is_the_known_one() -> None:
    assert crc16(b"123456789") == 0xBB3D


@given(st.lists(st.integers(0, 5_000), max_size=200), st.integers(1, 60))
def test_packets_are_put_on_pages_whole_and_in_order(sizes: list[int], n_packets: int) -> None:
    pages = list(packed(sizes, n_packets))
    assert [number for first, after, _ in pages for number in range(first, after)] == list(range(len(sizes)))
    for first, after, segments in pages:
        assert 0 < after - first <= n_packets
        assert len(segments) <= MAX_SEGMENTS
        assert segments == b"".join(map(lacing, sizes[first:after]))


@given(st.binary(max_size=200_000))
def test_a_packet_comes_out_of_its_pages(packet: bytes) -> None:
    data = b"".join(PageWriter(serial=5).pages(packet))
    pages = list(PageReader(Reading("Ogg")).feed(data))
    pieces = [piece for page in pages for piece in page.pieces]
    assert b"".join(piece for piece, _ in pieces) == packet
    assert [ends for _, ends in pieces] == [False] * (len(pieces) - 1) + [True]


@given(st.text(), st.integers(0, 40))
def test_a_title_is_clipped_between_characters(title: str, n_bytes: int) -> None:
    short = clipped(title, n_bytes)
    assert len(short) <= n_bytes
    assert title.startswith(short.decode())
    assert len(title.encode()) > n_bytes or short.decode() == title


@given(
    st.integers(0, 1 << 40), st.sampled_from([16_000, 22_050, 44_100]), st.sampled_from([1000, 10_000_000])
)
def test_a_time_is_rounded_to_the_nearest(n_samples: int, rate: int, units: int) -> None:
    assert abs(scaled(n_samples, rate, units) * rate - n_samples * units) * 2 <= rate


@pytest.mark.parametrize(
    ("tag", "letters"),
    [
        ("en", "eng"),
        ("de-AT", "deu"),
        ("pt_BR", "por"),
        ("gsw", "gsw"),
        ("GRC-x", "grc"),
        (None, "und"),
        ("xx", "und"),
        ("", "und"),
    ],
)
def test_a_language_has_three_letters(tag: str | None, letters: str) -> None:
    assert three_letters(tag) == letters


@given(st.binary(min_size=4, max_size=4))
def test_a_frame_header_is_understood_or_none(data: bytes) -> None:
    header = FrameHeader.parsed(data)
    if header is not None:
        assert header.n_bytes > 4
        assert header.sample_rate in (8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000)
