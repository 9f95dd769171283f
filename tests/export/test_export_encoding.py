"""A chapter becomes packets: as many as were asked for, the same every time, whatever becomes of ffmpeg."""

import asyncio
from pathlib import Path

import numpy as np
import pytest
from export_values import chapter

from batchtts.audio.ffmpeg import FfmpegError, convert
from batchtts.audio.resampling import reading
from batchtts.engine import SpeechRequest
from batchtts.engines.registry import open_engine
from batchtts.export.audiobook.coding import PACKED_RATES, Coding, coding_of
from batchtts.export.audiobook.encoding import encode, in_thread
from batchtts.export.audiobook.packets import load
from batchtts.export.audiobook.placement import MasteredChapter, lay_out, length
from batchtts.export.audiobook.sound import MasterChanged, Treated, mastered


def encoded(folder: Path, own: MasteredChapter, coding: Coding, name: str = "own") -> Path:
    path = folder / f"{name}.packets"
    sound = in_thread(mastered(folder / own.audio.path, own, Treated()))
    asyncio.run(encode(sound, own, coding, path))
    return path


@pytest.mark.parametrize("file_format", ["m4b", "mp3", "opus"])
@pytest.mark.parametrize("n_samples", [1, 24_001, 61_440])
def test_a_chapter_has_the_packets_that_its_place_needs(
    tmp_path: Path, file_format: str, n_samples: int
) -> None:
    own = chapter(tmp_path, 1, n_samples)
    coding = coding_of(file_format, {own.sample_rate}, master="none")
    found = load(encoded(tmp_path, own, coding))
    assert found is not None
    [place] = lay_out([own], coding)
    assert len(found.sizes) == coding.n_preroll + coding.n_packets(place.n_samples)
    behind = found.packets(coding, is_first=False)
    assert len(behind.sizes) * coding.packet_samples >= place.n_samples + coding.n_delay
    assert behind.first_byte == sum(found.sizes[: coding.n_preroll])
    assert found.packets(coding, is_first=True).first_byte == (
        0 if file_format == "opus" else behind.first_byte
    )


@pytest.mark.parametrize("file_format", ["m4b", "mp3", "opus"])
def test_the_same_chapter_gives_the_same_bytes(tmp_path: Path, file_format: str) -> None:
    own = chapter(tmp_path, 1, 30_000)
    coding = coding_of(file_format, {own.sample_rate}, master="acx")
    first, second = (encoded(tmp_path, own, coding, name).read_bytes() for name in ("one", "two"))
    assert first == second


def test_aac_makes_no_clicks_in_speech() -> None:
    text = "It loses five minutes today and twenty tomorrow, and on Wednesday it gains ten to make you hope."
    coding = coding_of("m4b", {24_000}, master="none")

    async def heard() -> tuple[bytes, bytes]:
        async with open_engine("hibari", {"threads": 1}) as engine:
            speech = await engine.synthesize(SpeechRequest(text=text, voice="heart"))
        packets = await convert(speech.audio.data, reading(24_000), coding.options)
        return speech.audio.data, await convert(packets, ("-f", "aac"), ("-f", "s16le"))

    spoken, decoded = (np.frombuffer(data, "<i2").astype(int) for data in asyncio.run(heard()))
    differences = np.abs(decoded[coding.n_delay :][: len(spoken)] - spoken)
    assert differences.max() < 0.2 * np.abs(spoken).max()  # 0.11; with noise in the place of bands 0.33


def test_packets_whose_bytes_have_changed_are_not_used(tmp_path: Path) -> None:
    own = chapter(tmp_path, 1, 5_000)
    path = encoded(tmp_path, own, coding_of("m4b", {own.sample_rate}, master="none"))
    data = path.read_bytes()
    changed = [
        data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :] for at in (0, data.index(b'"config":"') + 10)
    ]
    for own_data in (*changed, data[:-5], b""):
        path.write_bytes(own_data)
        assert load(path) is None
    assert load(tmp_path / "nowhere") is None


def test_a_master_that_has_changed_is_not_encoded(tmp_path: Path) -> None:
    own = chapter(tmp_path, 1, 5_000)
    path = tmp_path / own.audio.path
    path.write_bytes(path.read_bytes()[:-2] + b"\1\1")
    with pytest.raises(MasterChanged, match="not what was stitched"):
        encoded(tmp_path, own, coding_of("mp3", {own.sample_rate}, master="none"))
    assert not list(tmp_path.glob("own*"))


def test_what_ffmpeg_refuses_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    own = chapter(tmp_path, 1, 5_000)
    broken = Coding(codec="aac", sample_rate=24_000, options=("-c:a", "no_such_encoder", "-f", "adts"))
    with pytest.raises(FfmpegError, match="no_such_encoder"):
        encoded(tmp_path, own, broken)
    assert not list(tmp_path.glob("own*"))


@pytest.mark.parametrize("rate", PACKED_RATES)
@pytest.mark.parametrize("file_format", ["m4b", "mp3"])
def test_every_rate_of_an_engine_can_be_encoded(tmp_path: Path, file_format: str, rate: int) -> None:
    own = chapter(tmp_path, 1, rate // 4, rate=rate)
    coding = coding_of(file_format, {rate}, master="none")
    assert coding.sample_rate == rate
    assert load(encoded(tmp_path, own, coding)) is not None


@pytest.mark.parametrize(
    ("file_format", "rates", "master", "rate", "bits"),
    [
        ("m4b", {24_000}, "none", 24_000, 64_000),
        ("m4b", {22_050, 16_000}, "podcast", 22_050, 64_000),
        ("m4b", {20_000}, "none", 22_050, 64_000),
        ("m4b", {96_000}, "none", 48_000, 64_000),
        ("mp3", {24_000}, "podcast", 24_000, 96_000),
        ("mp3", {24_000}, "acx", 44_100, 192_000),
        ("mp3", {96_000}, "none", 48_000, 96_000),
        ("opus", {24_000}, "acx", 48_000, 32_000),
        ("flac", {24_000}, "acx", 24_000, None),
        ("wav", {16_000, 24_000}, "none", 24_000, None),
    ],
)
def test_each_format_has_the_rates_that_publishers_use(
    file_format: str, rates: set[int], master: str, rate: int, bits: int | None
) -> None:
    coding = coding_of(file_format, rates, master=master)
    assert (coding.sample_rate, coding.bits_per_second) == (rate, bits)


def test_rates_are_sorted_so_that_the_next_one_is_found() -> None:
    assert list(PACKED_RATES) == sorted(PACKED_RATES)


def test_chapters_last_whole_packets_but_for_the_last(tmp_path: Path) -> None:
    chapters = [
        chapter(tmp_path, number, n_samples) for number, n_samples in ((1, 1_000), (2, 2_048), (3, 5))
    ]
    coding = coding_of("m4b", {24_000}, master="none")
    places = lay_out(chapters, coding)
    assert [(place.start, place.n_samples, place.n_lasting) for place in places] == [
        (0, 1_000, 2 * 1_024),
        (2_048, 2_048, 3 * 1_024),
        (5_120, 5, 5),
    ]
    assert length(places) == 5_125
    lossless = lay_out(chapters, coding_of("flac", {24_000}, master="none"))
    assert [place.start for place in lossless] == [0, 1_000, 3_048]
