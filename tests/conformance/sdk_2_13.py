"""SDK 2.13.0, of June 2026: API version 1.2, and dialect D of the sessions."""

import asyncio
import base64
import sys

from lmnt import APIStatusError, AsyncLmnt, AuthenticationError, Lmnt, NotFoundError, PermissionDeniedError
from showing import KEY, OTHER, SENTENCE, URL, VOICE, WRONG_KEY, close, shows
from sound import RATE, decoded_samples, wav_samples

OWN_VOICE = sys.argv[1]


def speech(client: Lmnt) -> None:
    with shows(6, "generate returns mp3 by default, and wav"):
        assert decoded_samples(client.speech.generate(text=SENTENCE, voice=VOICE).read(), "mp3") > RATE
        assert wav_samples(client.speech.generate(text=SENTENCE, voice=VOICE, format="wav").read()) > RATE
    with shows(6, "with_streaming_response hands over the same audio in pieces"):
        asked = {"text": SENTENCE, "voice": VOICE, "format": "pcm_s16le", "extra_body": {"seed": 5}}
        whole = client.speech.generate(**asked).read()
        with client.speech.with_streaming_response.generate(**asked) as answer:
            assert b"".join(answer.iter_bytes(4_096)) == whole
    with shows(6, "generate_detailed(return_timestamps=True) tiles the audio"):
        answer = client.speech.generate_detailed(
            text=SENTENCE,
            voice=VOICE,
            format="wav",
            return_timestamps=True,
            sample_rate=16_000,
            language="en",
        )
        n_samples = wav_samples(base64.b64decode(answer.audio), rate=16_000)
        check_timestamps([entry.model_dump() for entry in answer.timestamps], n_samples / 16_000, SENTENCE)
    with shows(6, "every answer has a request-id"):
        answer = client.speech.with_raw_response.generate(text=SENTENCE, voice=VOICE)
        assert answer.headers["request-id"]


def check_timestamps(entries: list[dict], seconds: float, text: str) -> None:
    """Assert that the entries tile so many seconds, and say the text."""
    position = 0.0
    for entry in entries:
        assert close(entry["start"], position, 0.002), entry
        position = entry["start"] + entry["duration"]
    assert close(position, seconds, 0.0126), (position, seconds)
    assert "".join(entry["text"] for entry in entries) == text


def voices_and_account(client: Lmnt) -> None:
    with shows(6, "voices: list, retrieve, update, and delete with an empty body"):
        assert VOICE in {voice.id for voice in client.voices.list(owner="system")}
        assert client.voices.retrieve(VOICE).id == VOICE
        changed = client.voices.update(OWN_VOICE, name="Quay", tags=["calm", "low"]).voice
        assert (changed.name, changed.tags) == ("Quay", ["calm", "low"])
        assert client.voices.delete(OWN_VOICE).success is True
        assert isinstance(error_of(lambda: client.voices.retrieve(OWN_VOICE)), NotFoundError)
    with shows(6, "voices.create gets a clear refusal"):
        error = error_of(
            lambda: client.voices.create(name="Echo", file=("a.wav", b"RIFF" + bytes(99)), tags=["a"])
        )
        assert "clon" in error.body["error"]["message"].lower(), error
        assert error.type == "permission_error" or error.status_code != 403
    with shows(6, "the account has a plan and a usage"):
        account = client.accounts.retrieve()
        assert account.plan.type
        assert isinstance(account.usage.characters, int)


def error_of(call) -> APIStatusError:
    """Return the error of a call that must fail."""
    try:
        call()
    except APIStatusError as error:
        return error
    raise AssertionError("it was not refused")


async def sessions(client: AsyncLmnt) -> None:
    with shows(6, "a session is ready first, ends with 1000, and its timestamps add up"):
        session = await client.speech.sessions.create(
            voice=VOICE, format="pcm_s16le", sample_rate=24_000, return_timestamps=True, language="en"
        )
        await session.send_text(f"{SENTENCE} {OTHER[:9]}")
        await session.send_text(OTHER[9:])
        await session.send_finish()
        messages = [message async for message in session]
        assert messages[0].type == "ready"
        assert session.request_id
        seconds = sum(len(m.audio) for m in messages if m.type == "audio") / 2 / RATE
        entries = [entry for m in messages if m.type == "timestamps" for entry in m.timestamps]
        check_timestamps(
            [entry if isinstance(entry, dict) else entry.model_dump() for entry in entries],
            seconds,
            f"{SENTENCE} {OTHER}",
        )
        assert session.websocket.close_code == 1000
    with shows(6, "flush and reset are confirmed with their nonces"):
        session = await client.speech.sessions.create(voice=VOICE, format="pcm_s16le")
        await session.send_text("Wait for")
        assert await session.send_flush() == 1
        assert await until(session, "flush_complete", 1) > RATE / 4
        await session.send_text("Nobody shall hear this, however long it may become in the end")
        assert await session.send_reset() == 2
        assert await until(session, "reset_complete", 2) == 0
        await session.send_text("The tide.")
        await session.send_finish()
        messages = [message async for message in session]
        n_samples = sum(len(message.audio) for message in messages) / 2
        assert RATE / 4 < n_samples < 2.5 * RATE, n_samples
    with shows(6, "a session of mp3 is one file"):
        session = await client.speech.sessions.create(voice=VOICE)
        await session.send_text(f"{SENTENCE} {OTHER}")
        await session.send_finish()
        audio = b"".join([message.audio async for message in session if message.type == "audio"])
        assert decoded_samples(audio, "mp3") > 2 * RATE


async def until(session, kind: str, nonce: int) -> float:
    """Return how many samples come before a confirmation."""
    n_bytes = 0
    async for message in session:
        if message.type == "audio":
            n_bytes += len(message.audio)
        elif message.type != "ready":
            assert (message.type, message.nonce) == (kind, nonce), message
            return n_bytes / 2
    raise AssertionError("the session ended before the confirmation")


def refused() -> None:
    with shows(
        3, "a wrong key is a PermissionDeniedError or an AuthenticationError, with type and request id"
    ):
        error = error_of(
            lambda: Lmnt(api_key=WRONG_KEY, base_url=URL).speech.generate(text=SENTENCE, voice=VOICE)
        )
        assert isinstance(error, PermissionDeniedError | AuthenticationError), error
        assert error.type in {"permission_error", "authentication_error"}, error.type
        assert error.request_id


async def asynchronously() -> None:
    async with AsyncLmnt(api_key=KEY, base_url=URL) as client:
        await sessions(client)
    async with AsyncLmnt(api_key=WRONG_KEY, base_url=URL) as client:
        with shows(3, "a wrong key is an error object in the session, which then ends"):
            session = await client.speech.sessions.create(voice=VOICE)
            messages = [message async for message in session]
            error = messages[-1]
            assert error.type == "error"
            assert error.error.type in {"permission_error", "authentication_error"}, error
            assert "key" in error.error.message.lower()
            assert error.request_id


with Lmnt(api_key=KEY, base_url=URL) as client:
    speech(client)
    voices_and_account(client)
refused()
asyncio.run(asynchronously())
