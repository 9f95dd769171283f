"""A stream is one sound, however it was cut, and it begins before it ends."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest
from audio_sounds import RATE, Samples, at_rate, babble, decibels_between, decoded, lag, samples_of

from batchtts.audio.encoding import FORMATS, Encoder, default_rate, encode, open_encoder
from batchtts.audio.pcm import Pcm

SOUND = babble(2 * RATE + 137)
HALF_SECOND = RATE // 2
BARE = {"raw": "s16le", "pcm_s16le": "s16le", "pcm_f32le": "f32le", "ulaw": "mulaw"}
LATE = {
    "mp3": 1_105,
    "aac": 1_024,
}  # what these codecs begin with, and a stream cannot tell its reader to drop
TABLE = [(name, rate) for name in FORMATS for rate in (None, 8_000)]


async def stream(name: str, rate: int | None, cuts: tuple[int, ...] = ()) -> bytes:
    received: list[bytes] = []
    async with open_encoder(name, rate) as encoder, asyncio.TaskGroup() as group:
        group.create_task(read(encoder, received))
        for start, end in pairwise([0, *cuts, SOUND.n_samples]):
            await encoder.write(SOUND.slice(start, end))
        await encoder.finish()
    return b"".join(received)


async def read(encoder: Encoder, received: list[bytes]) -> None:
    received.extend([piece async for piece in encoder.pieces()])


def hear(data: bytes, name: str, rate: int) -> Samples:
    bare = ("-f", BARE[name], "-ar", str(rate), "-ac", "1") if name in BARE else ()
    return decoded(data, *bare, rate=48_000 if name == "webm" else rate)


@pytest.mark.parametrize(("name", "rate"), TABLE)
def test_a_stream_is_decoded_as_one_sound(name: str, rate: int | None) -> None:
    rate_heard = rate or default_rate(name)
    heard = hear(asyncio.run(stream(name, rate, (5_000, 20_000))), name, rate_heard)
    sound = at_rate(SOUND, 48_000 if name == "webm" else rate_heard)
    late = LATE.get(name, 0)
    assert lag(heard, sound) == late
    assert len(heard) >= late + len(sound) - 4
    assert decibels_between(heard, sound) == pytest.approx(0, abs=0.5)
    aligned = heard[late : late + len(sound)]
    assert np.corrcoef(aligned, sound[: len(aligned)])[0, 1] > 0.97


@pytest.mark.parametrize(("name", "rate"), TABLE)
@pytest.mark.parametrize("cuts", [(1, 2, 3, 300, 40_000), tuple(range(479, 48_000, 479))])
def test_where_the_samples_were_cut_makes_no_difference(
    name: str, rate: int | None, cuts: tuple[int, ...]
) -> None:
    assert asyncio.run(stream(name, rate, cuts)) == asyncio.run(stream(name, rate))


@pytest.mark.parametrize("name", FORMATS)
def test_the_first_bytes_come_while_text_is_still_awaited(name: str) -> None:
    async def first_piece() -> bytes:
        async with open_encoder(name) as encoder:
            await encoder.write(SOUND.slice(0, HALF_SECOND))
            received = b""
            async for piece in encoder.pieces():
                received += piece
                if len(received) > 700:  # more than a header
                    break
        return received

    assert len(asyncio.run(asyncio.wait_for(first_piece(), 10))) > 700


@pytest.mark.parametrize("name", ["pcm_s16le", "mp3", "pcm_f32le"])
def test_whoever_does_not_read_holds_up_whoever_writes(name: str) -> None:
    written = 0

    async def write_on() -> None:
        nonlocal written
        async with open_encoder(name) as encoder:
            while True:
                await encoder.write(SOUND)
                written += SOUND.n_samples

    with pytest.raises(TimeoutError):
        asyncio.run(asyncio.wait_for(write_on(), 1.0))
    assert written < 60 * RATE


def test_a_stream_of_mu_law_has_no_header() -> None:
    assert len(asyncio.run(stream("ulaw", 24_000))) == SOUND.n_samples


def test_a_stream_of_wav_says_that_it_is_endless() -> None:
    data = asyncio.run(stream("wav", None))
    assert data[:8] == b"RIFF\xff\xff\xff\xff"
    assert data[40:44] == b"\xff\xff\xff\xff"
    assert data[44:] == SOUND.data


def test_a_stream_of_mp3_has_no_header_of_a_file() -> None:
    assert asyncio.run(stream("mp3", None))[:2] == b"\xff\xf3"
    assert b"Info" not in asyncio.run(stream("mp3", None))


@pytest.mark.parametrize("name", FORMATS)
def test_a_stream_may_end_before_it_began(name: str) -> None:
    async def nothing() -> list[bytes]:
        received: list[bytes] = []
        async with open_encoder(name) as encoder:
            await encoder.finish()
            await read(encoder, received)
        return received

    assert len(b"".join(asyncio.run(nothing()))) < 1_000


@pytest.mark.parametrize("name", ["mp3", "raw"])
def test_samples_at_another_rate_are_refused(name: str) -> None:
    async def write() -> None:
        async with open_encoder(name) as encoder:
            await encoder.write(Pcm(b"\0\0", 8_000))

    with pytest.raises(ValueError, match="takes 24000 samples a second, not 8000"):
        asyncio.run(write())


def test_a_stream_can_take_samples_at_the_rate_of_an_engine() -> None:
    async def from_22_khz() -> bytes:
        received: list[bytes] = []
        async with open_encoder("raw", input_rate=22_050) as encoder, asyncio.TaskGroup() as group:
            group.create_task(read(encoder, received))
            await encoder.write(Pcm(SOUND.data, 22_050))
            await encoder.finish()
        return b"".join(received)

    assert len(asyncio.run(from_22_khz())) / 2 == pytest.approx(SOUND.n_samples * 24_000 / 22_050, abs=4)


def test_a_format_that_is_none_is_refused_before_anything_starts() -> None:
    with pytest.raises(ValueError, match="'flac' is no format"):
        open_encoder("flac")


def test_long_sounds_pass_bare_as_they_are() -> None:
    assert asyncio.run(stream("raw", None)) == asyncio.run(encode(SOUND, "raw"))
    assert np.array_equal(hear(asyncio.run(stream("pcm_f32le", None)), "pcm_f32le", RATE), samples_of(SOUND))
