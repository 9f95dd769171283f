"""Bare packets are cut out of what ffmpeg streams, however it comes in."""

import itertools
from collections.abc import Sequence
from contextlib import suppress

import pytest
from export_containers_books import Codec, aac, encoded, mp3, opus, speech
from hypothesis import given
from hypothesis import strategies as st

from batchtts.export.containers.adts import AdtsSplitter
from batchtts.export.containers.mp3_frames import Mp3Splitter
from batchtts.export.containers.ogg_pages import FIRST, LAST, OggSplitter, PageWriter, lacing
from batchtts.export.containers.streams import Splitter, StreamError

CODECS = [aac(24_000), mp3(24_000), mp3(44_100, "-q:a", "4"), opus()]
SPLITTERS = [AdtsSplitter, Mp3Splitter, OggSplitter]


def stream_of(codec: Codec) -> bytes:
    return encoded(codec, speech(codec.sample_rate, 1).tobytes())[0]


def split_whole(splitter: Splitter, data: bytes) -> Sequence[bytes]:
    packets = splitter.feed(data)
    splitter.finish()
    return packets


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: f"{codec.name}-{codec.sample_rate}")
@given(cuts=st.lists(st.integers(0, 20_000), max_size=30))
def test_packets_do_not_depend_on_how_a_stream_is_cut(codec: Codec, cuts: list[int]) -> None:
    stream, whole, config = encoded(codec, speech(codec.sample_rate, 1).tobytes())
    splitter = codec.splitter()
    edges = [0, *sorted(cuts), len(stream)]
    packets = [packet for a, b in itertools.pairwise(edges) for packet in splitter.feed(stream[a:b])]
    splitter.finish()
    assert (tuple(packets), splitter.config) == (whole, config)


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: f"{codec.name}-{codec.sample_rate}")
def test_every_packet_but_the_priming_holds_its_samples(codec: Codec) -> None:
    sound = speech(codec.sample_rate, 1)
    _, packets, _ = encoded(codec, sound.tobytes())
    n_needed = -(-(codec.n_priming + len(sound)) // codec.packet_samples)
    assert n_needed <= len(packets) <= n_needed + 1


@pytest.mark.parametrize("codec", CODECS[:2] + CODECS[3:], ids=lambda codec: codec.name)
@pytest.mark.parametrize("n_missing", [1, 7, 100])
def test_a_stream_that_was_cut_off_is_refused(codec: Codec, n_missing: int) -> None:
    splitter = codec.splitter()
    splitter.feed(stream_of(codec)[:-n_missing])
    with pytest.raises(StreamError, match="cut off"):
        splitter.finish()


@pytest.mark.parametrize("kind", SPLITTERS)
def test_a_stream_of_nothing_is_refused(kind: type[Splitter]) -> None:
    with pytest.raises(StreamError):
        kind().finish()


@pytest.mark.parametrize("kind", SPLITTERS)
@given(
    data=st.binary(max_size=300),
    begins=st.sampled_from([b"", b"\xff\xf1\x58", b"\xff\xf3", b"OggS\0", b"ID3"]),
)
def test_anything_else_is_refused_or_waited_for_but_never_breaks_the_reader(
    kind: type[Splitter], data: bytes, begins: bytes
) -> None:
    with suppress(StreamError):
        assert split_whole(kind(), begins + data)


@given(at=st.integers(0, 9_000), bit=st.integers(0, 7))
def test_one_wrong_bit_in_a_page_is_found(at: int, bit: int) -> None:
    broken = bytearray(stream_of(opus()))
    broken[at % len(broken)] ^= 1 << bit
    with pytest.raises(StreamError):
        split_whole(OggSplitter(), bytes(broken))


@pytest.mark.parametrize(
    ("frame", "what"),
    [
        ("fff11840017ffc00000000", "profile 0"),
        ("fff1744000fffc", "rate 13"),
        ("fff15800017ffc00000000", "0 channels"),
        ("fff15840017ffd00000000", "more than one packet"),
        ("fff15840001ffc", "is empty"),
        ("fff35840017ffc00000000", "no ADTS frame begins"),
    ],
)
def test_a_frame_that_is_not_what_was_asked_for_is_named(frame: str, what: str) -> None:
    with pytest.raises(StreamError, match=what):
        AdtsSplitter().feed(bytes.fromhex(frame))


def test_a_checksum_in_a_frame_of_aac_is_no_part_of_the_packet() -> None:
    assert AdtsSplitter().feed(bytes.fromhex("fff05840019ffc") + b"cc" + b"abc") == [b"abc"]


@pytest.mark.parametrize("frame", ["fffb00c4", "fffbf0c4", "fffb0cc4", "fffdb0c4", "ffeb50c4", "49443303"])
def test_what_is_no_frame_of_mp3_is_refused(frame: str) -> None:
    splitter = Mp3Splitter()
    with pytest.raises(StreamError, match="no MP3 frame begins"):
        splitter.feed(bytes.fromhex(frame))


def test_an_mp3_whose_rate_changes_is_refused() -> None:
    splitter = Mp3Splitter()
    splitter.feed(stream_of(mp3(24_000)))
    with pytest.raises(StreamError, match="change in the middle"):
        splitter.feed(stream_of(mp3(44_100)))


@pytest.mark.parametrize(
    ("packets", "what"),
    [
        ([b"OpusTags" + bytes(20)], "not an OpusHead"),
        ([b"OpusHead" + bytes(11), b"OpusHead" + bytes(11)], "not an OpusTags"),
        ([b"OpusHead" + bytes(11), b"OpusTags", b""], "a packet is empty"),
        ([b"OpusHead" + bytes(11), b"OpusTags"], "no packet of sound"),
    ],
)
def test_a_stream_of_ogg_that_is_not_opus_is_refused(packets: list[bytes], what: str) -> None:
    writer = PageWriter(serial=7)
    pages = [
        writer.page(lacing(len(packet)), packet, position=0, flags=LAST if number == len(packets) else 0)
        for number, packet in enumerate(packets, 1)
    ]
    with pytest.raises(StreamError, match=what):
        split_whole(OggSplitter(), b"".join(pages))


def test_pages_behind_the_last_and_halves_of_packets_are_refused() -> None:
    head = b"OpusHead" + bytes(11)
    ended, halved = PageWriter(serial=7), PageWriter(serial=7)
    behind = [ended.page(lacing(19), head, position=0, flags=LAST), ended.page(lacing(1), b"x", position=0)]
    halves = [halved.page(b"\xff", bytes(255), position=0), halved.page(lacing(1), b"x", position=0)]
    for pages, what in ((behind, "follows the last"), (halves, "only one of its parts")):
        with pytest.raises(StreamError, match=what):
            OggSplitter().feed(b"".join(pages))


def test_an_mp3_that_shares_bytes_between_its_frames_is_refused() -> None:
    with_reservoir = mp3(24_000, "-b:a", "32k")
    options = tuple(
        "1" if before == "-reservoir" else own
        for before, own in itertools.pairwise(("", *with_reservoir.options))
    )
    codec = Codec(
        name="mp3",
        sample_rate=24_000,
        packet_samples=576,
        n_priming=1105,
        n_preroll=4,
        n_pad=2,
        options=options,
    )
    with pytest.raises(StreamError, match="bit reservoir"):
        encoded(codec, speech(24_000, 1).tobytes())


def test_a_frame_that_tells_of_an_mp3_is_left_out() -> None:
    codec = mp3(24_000)
    frame = bytearray(encoded(codec, speech(24_000, 1).tobytes())[1][0])
    frame[13:17] = b"Info"
    splitter = Mp3Splitter()
    assert splitter.feed(bytes(frame)) == []
    assert len(splitter.feed(stream_of(codec))) == len(encoded(codec, speech(24_000, 1).tobytes())[1])


def test_a_rate_that_changes_is_refused() -> None:
    splitter = AdtsSplitter()
    splitter.feed(stream_of(aac(24_000)))
    with pytest.raises(StreamError, match="change in the middle"):
        splitter.feed(stream_of(aac(16_000)))


@pytest.mark.parametrize("left_out", [1, 2, 3])
def test_a_missing_page_is_found(left_out: int) -> None:
    writer = PageWriter(serial=7)
    pages = [
        *writer.pages(b"OpusHead" + bytes(11), flags=FIRST),
        *writer.pages(b"OpusTags" + bytes(70_000)),
        writer.page(lacing(3), b"abc", position=960),
        writer.page(lacing(3), b"abc", position=1920, flags=LAST),
    ]
    assert len(OggSplitter().feed(b"".join(pages))) == 2
    del pages[left_out]
    with pytest.raises(StreamError, match="missing"):
        OggSplitter().feed(b"".join(pages))
