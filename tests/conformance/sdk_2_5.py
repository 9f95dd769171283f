"""SDK 2.5.1, of April 2026: v1 with JSON bodies, and dialect C of the sessions."""

import asyncio
import base64
import sys

from lmnt import APIStatusError, AsyncLmnt, Lmnt
from lmnt.lib import websocket_streaming
from showing import KEY, OTHER, SENTENCE, URL, VOICE, WRONG_KEY, close, shows
from sound import FRAME, RATE, decoded_samples, wav_samples

OWN_VOICE = sys.argv[1]

websocket_streaming.URL_STREAMING = f"{URL.replace('http', 'ws', 1)}/v1/ai/speech/stream"  # a constant there


def speech(client: Lmnt) -> None:
    for name, demuxer in (("mp3", "mp3"), ("aac", "aac"), ("webm", "webm"), ("ulaw", "wav")):
        with shows(5, f"generate returns {name}"):
            answer = client.speech.generate(
                text=SENTENCE, voice=VOICE, format=name, language="en", model="blizzard"
            )
            assert decoded_samples(answer.read(), demuxer) > RATE
    with shows(5, "generate returns PCM of integers and of floats, of the same length"):
        integers = client.speech.generate(text=SENTENCE, voice=VOICE, format="pcm_s16le", seed=1).read()
        floats = client.speech.generate(text=SENTENCE, voice=VOICE, format="pcm_f32le", seed=1).read()
        assert any(integers)
        assert 2 * len(integers) == len(floats)
    with shows(5, "generate_detailed returns audio, seed and durations"):
        answer = client.speech.generate_detailed(
            text=SENTENCE,
            voice=VOICE,
            format="wav",
            return_durations=True,
            seed=4,
            temperature=0.5,
            top_p=0.9,
        )
        assert answer.seed == 4
        last = answer.durations[-1]
        n_samples = wav_samples(base64.b64decode(answer.audio))
        assert close(last.start + last.duration, n_samples / RATE, 0.0126)
    with shows(5, "length and speed still travel in extra_body"):
        answer = client.speech.generate(text=SENTENCE, voice=VOICE, format="wav", extra_body={"length": 2.5})
        assert close(wav_samples(answer.read()), 60_000, FRAME)
    with shows(5, "convert gets a clear refusal"):
        error = error_of(lambda: client.speech.convert(audio=("a.wav", b"RIFF" + bytes(99)), voice=VOICE))
        assert "conver" in str(error).lower(), error


def voices_and_account(client: Lmnt) -> None:
    with shows(5, "voices: list, retrieve, update, delete"):
        assert VOICE in {voice.id for voice in client.voices.list(owner="system")}
        assert client.voices.retrieve(VOICE).id == VOICE
        assert client.voices.update(OWN_VOICE, name="Pier", starred=True).voice.name == "Pier"
        assert OWN_VOICE in {voice.id for voice in client.voices.list(starred="true")}
        assert client.voices.delete(OWN_VOICE).success is True
        assert error_of(lambda: client.voices.retrieve(OWN_VOICE)).status_code == 404
    with shows(5, "voices.create gets a clear refusal"):
        error = error_of(
            lambda: client.voices.create(name="Echo", enhance=False, files=[b"RIFF" + bytes(99)])
        )
        assert "clon" in str(error).lower(), error
    with shows(5, "the account has a plan and a usage, with professional_voices"):
        account = client.accounts.retrieve()
        assert account.plan.type
        assert account.plan.character_limit > 0
        assert isinstance(account.usage.characters, int)
        assert isinstance(account.usage.professional_voices, int)


def error_of(call) -> APIStatusError:
    """Return the error of a call that must fail."""
    try:
        call()
    except APIStatusError as error:
        return error
    raise AssertionError("it was not refused")


async def sessions(client: AsyncLmnt) -> None:
    with shows(5, "dialect C: audio, extras and the end, though the flags are texts"):
        session = await client.speech.sessions.create(
            voice=VOICE, format="pcm_s16le", sample_rate=16_000, return_extras=True
        )
        await session.append_text(f"{SENTENCE} {OTHER}")
        await session.finish()
        messages = [message async for message in session]
        seconds = sum(len(m.audio) for m in messages if m.type == "audio") / 2 / 16_000
        durations = [entry for m in messages if m.type == "extras" for entry in m.durations or []]
        assert "".join(text_of(entry) for entry in durations) == f"{SENTENCE} {OTHER}"
        assert close(sum(duration_of(entry) for entry in durations), seconds, 0.03), seconds
        assert session.websocket.close_code == 1000
    with shows(5, "dialect C: flush and reset are confirmed with their nonces"):
        session = await client.speech.sessions.create(voice=VOICE, format="pcm_s16le")
        await session.append_text("Wait for")
        assert await session.flush() == 1
        before = await until_complete(session, ("flush", 1))
        assert sum(map(len, before)) > RATE / 4
        await session.append_text("Nobody shall hear this, however long it may become in the end")
        assert await session.reset() == 2
        assert await until_complete(session, ("reset", 2)) == []
        await session.append_text("The tide.")
        await session.finish()
        messages = [message async for message in session]
        assert {message.type for message in messages} == {"audio"}
        n_samples = sum(len(message.audio) for message in messages) / 2
        assert RATE / 4 < n_samples < 2.5 * RATE, n_samples


async def until_complete(session, wanted: tuple[str, int]) -> list[bytes]:
    """Return the audio that comes before a confirmation."""
    audio = []
    async for message in session:
        if message.type == "audio":
            audio.append(message.audio)
        else:
            assert message.type == "complete", message
            assert (message.complete, message.nonce) == wanted, message
            return audio
    raise AssertionError("the session ended before the confirmation")


def text_of(entry) -> str:
    return entry["text"] if isinstance(entry, dict) else entry.text


def duration_of(entry) -> float:
    return entry["duration"] if isinstance(entry, dict) else entry.duration


async def asynchronously() -> None:
    async with AsyncLmnt(api_key=KEY, base_url=URL) as client:
        await sessions(client)
    async with AsyncLmnt(api_key=WRONG_KEY, base_url=URL) as client:
        with shows(3, "a wrong key is an error object in the session, which then ends"):
            session = await client.speech.sessions.create(voice=VOICE)
            [message] = [message async for message in session]
            assert message.type == "error"
            assert "key" in message.error.lower(), message


with Lmnt(api_key=KEY, base_url=URL) as client:
    speech(client)
    voices_and_account(client)
asyncio.run(asynchronously())
