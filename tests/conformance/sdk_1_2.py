"""SDK 1.2.0, of 2024: v1 with form bodies, and dialect B of the sessions."""

import asyncio
import sys
import tempfile

from lmnt.api import Speech, SpeechError, StreamError
from showing import KEY, OTHER, SENTENCE, URL, VOICE, WRONG_KEY, close, shows
from sound import FRAME, RATE, decoded_samples, is_mp3, wav_samples

OWN_VOICE = sys.argv[1]
"""A voice that belongs to the client, who may change and delete it."""


async def voices(speech: Speech) -> None:
    with shows(4, "list_voices returns a list, by owner and star"):
        everyone = await speech.list_voices()
        assert {voice["owner"] for voice in everyone} == {"system", "me"}
        for owner in ("system", "me"):
            some = await speech.list_voices(owner=owner)
            assert some == [voice for voice in everyone if voice["owner"] == owner]
        assert await speech.list_voices(starred=True) == [v for v in everyone if v["starred"]]
    with shows(4, "voice_info returns the entry of the list"):
        found = await speech.voice_info(VOICE)
        assert found == next(voice for voice in await speech.list_voices() if voice["id"] == VOICE)
    with shows(4, "update_voice changes what is given, and nothing else"):
        before = await speech.voice_info(OWN_VOICE)
        answer = await speech.update_voice(OWN_VOICE, name="Harbour", starred=True, description="slow")
        wanted = before | {"name": "Harbour", "starred": True, "description": "slow"}
        assert answer == {"voice": wanted}
        assert await speech.voice_info(OWN_VOICE) == wanted
    with shows(4, "unfreeze_voice returns the voice"):
        assert (await speech.unfreeze_voice(OWN_VOICE))["voice"]["id"] == OWN_VOICE
    with shows(4, "delete_voice says success, and the voice is gone"):
        assert await speech.delete_voice(OWN_VOICE) == {"success": True}
        assert (await error_of(speech.voice_info(OWN_VOICE))).status == 404


async def what_no_engine_can(speech: Speech) -> None:
    with (
        shows(4, "create_voice (multipart/mixed) gets a clear refusal"),
        tempfile.NamedTemporaryFile() as file,
    ):
        file.write(b"RIFF" + bytes(2_000))
        file.flush()
        error = await error_of(speech.create_voice("Echo", False, [file.name]))
        assert "clon" in error.message.lower(), error
        assert error.status in {400, 403, 501}, error.status
    with shows(4, "convert gets a clear refusal"):
        error = await error_of(speech.convert(b"RIFF" + bytes(2_000), VOICE, format="mp3"))
        assert "conver" in error.message.lower(), error
        assert error.status in {400, 403, 501}, error.status


async def error_of(call) -> SpeechError:
    """Return the error of a call that must fail."""
    try:
        await call
    except SpeechError as error:
        return error
    raise AssertionError("it was not refused")


async def speech_calls(speech: Speech) -> None:
    with shows(4, "synthesize returns mp3 by default"):
        answer = await speech.synthesize(SENTENCE, VOICE)
        assert answer.keys() == {"audio"}
        assert is_mp3(answer["audio"])
        assert decoded_samples(answer["audio"], "mp3") > RATE
    with shows(4, "synthesize takes everything that it can send"):
        options = {"seed": 9, "format": "wav", "speed": 1.5, "length": 3, "sample_rate": 16_000, "quality": 2}
        flags = {"return_durations": True, "return_seed": True, "language": "en", "conversational": True}
        answer = await speech.synthesize(SENTENCE, VOICE, **options, **flags)
        assert answer["seed"] == 9
        n_samples = wav_samples(answer["audio"], rate=16_000)
        assert close(n_samples, 48_000, FRAME), n_samples
        check_durations(answer["durations"], n_samples / 16_000)
    with shows(4, "durations are in seconds, and say every word"):
        answer = await speech.synthesize(f"{SENTENCE} {OTHER}", VOICE, format="wav", durations=True)
        check_durations(answer["durations"], wav_samples(answer["audio"]) / RATE)
        said = [entry["text"] for entry in answer["durations"]]
        assert said[0] == said[-1] == ""
        assert "".join(said) == f"{SENTENCE} {OTHER}", said
    with shows(4, "ulaw comes in a WAV file of 8 kHz"):
        answer = await speech.synthesize(SENTENCE, VOICE, format="ulaw")
        assert answer["audio"][:4] == b"RIFF"
        assert int.from_bytes(answer["audio"][20:22], "little") == 7, "not mu-law"
        assert int.from_bytes(answer["audio"][24:28], "little") == 8_000
    with shows(4, "account_info names plan and usage"):
        answer = await speech.account_info()
        assert {"type", "character_limit", "commercial_use_allowed"} <= answer["plan"].keys()
        assert answer["usage"]["characters"] > 0


def check_durations(entries: list[dict], seconds: float) -> None:
    """Assert that the entries tile so many seconds."""
    position = 0.0
    for entry in entries:
        assert entry.keys() == {"text", "start", "duration"}
        assert close(entry["start"], position, 0.002), entry
        position = entry["start"] + entry["duration"]
    assert close(position, seconds, 0.0126), (position, seconds)


async def streams(speech: Speech) -> None:
    with shows(4, "a session without extras is audio only"):
        connection = await speech.synthesize_streaming(VOICE, speed=1.1)
        await connection.append_text(SENTENCE)
        await connection.finish()
        pieces = [piece async for piece in connection]
        assert all(piece.keys() == {"audio"} for piece in pieces)
        assert decoded_samples(b"".join(piece["audio"] for piece in pieces), "mp3") > RATE
        assert connection.socket.close_code == 1000
    with shows(4, "with return_extras every piece has its durations, which start anew in each"):
        connection = await speech.synthesize_streaming(VOICE, return_extras=True, format="raw")
        await connection.append_text(f"{SENTENCE} {OTHER}")
        await connection.finish()
        entries, position = [], 0.0
        async for piece in connection:
            entries += [entry | {"start": position + entry["start"]} for entry in piece["durations"]]
            position += len(piece["audio"]) / 2 / RATE
        check_durations(entries, position)
        assert "".join(entry["text"] for entry in entries) == f"{SENTENCE} {OTHER}"
    with shows(4, "flush speaks what there is, and says that the buffer is empty"):
        connection = await speech.synthesize_streaming(VOICE, return_extras=True)
        await connection.append_text("Wait for")
        await connection.flush()
        async for piece in connection:
            if piece.get("buffer_empty"):
                break
        else:
            raise AssertionError("no piece had buffer_empty")
        await connection.append_text(" the tide.")
        await connection.finish()
        rest = [piece async for piece in connection]
        assert rest
        assert "tide" in "".join(entry["text"] for piece in rest for entry in piece["durations"])


async def refused() -> None:
    async with Speech(WRONG_KEY, base_url=URL) as speech:
        with shows(3, "a wrong key is a StreamError with a text"):
            connection = await speech.synthesize_streaming(VOICE)
            await connection.append_text(SENTENCE)
            await connection.finish()
            message = ""
            try:
                [piece async for piece in connection]
            except StreamError as error:
                message = error.message
            assert "key" in message.lower(), message
        with shows(3, "a wrong key is a SpeechError with a status and a text"):
            error = await error_of(speech.synthesize(SENTENCE, VOICE))
            assert error.status in {401, 403}
            assert "key" in error.message.lower(), error.message


async def main() -> None:
    async with Speech(KEY, base_url=URL) as speech:
        await voices(speech)
        await what_no_engine_can(speech)
        await speech_calls(speech)
        await streams(speech)
    await refused()


asyncio.run(main())
