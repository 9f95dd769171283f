"""Speech in stretches, and the bytes of a stream that belong to them."""

import asyncio

import pytest

from batchtts.audio.encoding import default_rate, open_encoder
from batchtts.audio.pcm import Pcm
from batchtts.engine import Speech
from batchtts.engines.tone import ToneEngine
from batchtts.server.sessions.meters import meter_of
from batchtts.server.sessions.stretches import LONGEST, SHORTEST, cut
from batchtts.server.speaking import Speaker, Utterance

TEXTS = [
    "No.",
    "One two, three. ",
    "Hottentottenstottertrottelmutterattentäterlattengitterwetterkotterbeutelratte!",
    "Every morning the ferryman counted the herons, and every evening he counted them again.",
]


def speak(text: str) -> Speech:
    return asyncio.run(Speaker(ToneEngine()).speak(Utterance(text=text, voice="hum")))


@pytest.mark.parametrize("text", TEXTS)
def test_stretches_tile_the_speech_and_share_out_its_text(text: str) -> None:
    speech = speak(text)
    stretches = cut(speech, text, start=300, is_last=True)
    bounds = [300] + [stretch.end for stretch in stretches]
    assert [stretch.start for stretch in stretches] == bounds[:-1]
    assert bounds[-1] == 300 + speech.audio.n_samples
    assert "".join(span.text for stretch in stretches for span in stretch.spans) == text
    assert all(stretch.start <= span.start <= stretch.end for stretch in stretches for span in stretch.spans)
    assert [stretch.is_last for stretch in stretches] == [False] * (len(stretches) - 1) + [True]


@pytest.mark.parametrize("text", TEXTS)
def test_no_stretch_is_too_long_for_a_frame(text: str) -> None:
    stretches = cut(speak(text), text, start=0, is_last=False)
    assert all(SHORTEST <= stretch.end - stretch.start <= LONGEST for stretch in stretches)


STREAMS = [
    (name, rate) for name in ("mp3", "ulaw", "webm", "raw", "pcm_f32le") for rate in (8_000, 16_000, 24_000)
]


@pytest.mark.parametrize(("name", "rate"), STREAMS)
def test_a_stream_comes_as_far_as_its_meter_promises(name: str, rate: int) -> None:
    audio = Pcm(speak(TEXTS[3]).audio.data[: 2 * 24_000 * 4], 24_000)

    async def offsets() -> tuple[list[int], int]:
        meter, found, n_bytes = meter_of(name, rate), [], 0
        async with open_encoder(name, rate) as encoder:
            pieces = encoder.pieces()
            for end in range(12_000, audio.n_samples + 1, 12_000):  # without more input it must come this far
                await encoder.write(audio.slice(end - 12_000, end))
                while (offset := meter.offset(end)) is None:
                    data = await anext(pieces)
                    meter.read(data)
                    n_bytes += len(data)
                found.append(offset)
            await encoder.finish()
            n_bytes += sum([len(data) async for data in pieces])
        return found, n_bytes

    found, n_bytes = asyncio.run(offsets())
    assert found == sorted(found)
    assert found[-1] >= 0.8 * n_bytes


def test_a_stream_that_ended_keeps_nothing_back() -> None:
    meter = meter_of("ulaw", default_rate("ulaw"))
    meter.read(bytes(8_000))
    assert meter.offset(24_000, ended=True) == 8_000
    assert meter.offset(24_000) != 8_000


def test_the_clusters_of_webm_are_found_however_its_bytes_arrive() -> None:
    async def encoded() -> bytes:
        async with open_encoder("webm") as encoder:
            await encoder.write(audio)
            await encoder.finish()
            return b"".join([data async for data in encoder.pieces()])

    audio = speak(TEXTS[1]).audio
    stream = asyncio.run(encoded())
    whole, bytewise = meter_of("webm", 24_000), meter_of("webm", 24_000)
    whole.read(stream)
    for index in range(len(stream)):
        bytewise.read(stream[index : index + 1])
    ends = range(0, audio.n_samples, 2_400)
    assert [whole.offset(end) for end in ends] == [bytewise.offset(end) for end in ends]
    assert stream[whole.offset(12_000) or 0 :].startswith(b"\x1f\x43\xb6\x75")
