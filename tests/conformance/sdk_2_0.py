"""SDK 2.0.0, of July 2025: v1 with JSON bodies, and dialect B of the sessions with its extras."""

import asyncio
import base64

from lmnt import AsyncLmnt, Lmnt
from lmnt.lib import websocket_streaming
from showing import KEY, OTHER, SENTENCE, URL, VOICE, WRONG_KEY, close, shows
from sound import RATE, decoded_samples, wav_samples

websocket_streaming.URL_STREAMING = f"{URL.replace('http', 'ws', 1)}/v1/ai/speech/stream"  # a constant there


def rest(client: Lmnt) -> None:
    with shows(5, "generate returns the bytes of mp3 by default"):
        assert decoded_samples(client.speech.generate(text=SENTENCE, voice=VOICE).read(), "mp3") > RATE
    with shows(5, "generate_detailed returns audio, seed and durations"):
        answer = client.speech.generate_detailed(
            text=SENTENCE, voice=VOICE, format="wav", return_durations=True, seed=4, sample_rate=16_000
        )
        n_samples = wav_samples(base64.b64decode(answer.audio), rate=16_000)
        assert answer.seed == 4
        last = answer.durations[-1]
        assert close(last.start + last.duration, n_samples / 16_000, 0.0126)
    with shows(5, "the voices are listed"):
        assert VOICE in {voice.id for voice in client.voices.list()}


async def sessions() -> None:
    async with AsyncLmnt(api_key=KEY, base_url=URL) as client:
        with shows(5, "dialect B: extras come in pairs with their audio, though the flags are texts"):
            session = await client.speech.sessions.create(
                voice=VOICE, format="raw", sample_rate=16_000, return_extras=True
            )
            await session.append_text(f"{SENTENCE} {OTHER}")
            await session.finish()
            pieces = [piece async for piece in session]
            entries = [entry for piece in pieces for entry in piece.durations or []]
            assert "".join(entry.text for entry in entries) == f"{SENTENCE} {OTHER}"
            seconds = sum(len(piece.audio) for piece in pieces) / 2 / 16_000
            assert close(sum(entry.duration for entry in entries), seconds, 0.0126), seconds
        with shows(5, "dialect B: flush empties the buffer, and the session goes on"):
            session = await client.speech.sessions.create(voice=VOICE, return_extras=True)
            await session.append_text("Wait for")
            await session.flush()
            async for piece in session:
                if piece.buffer_empty:
                    break
            else:
                raise AssertionError("no piece had buffer_empty")
            await session.append_text(" the tide.")
            await session.finish()
            assert [piece async for piece in session]
    async with AsyncLmnt(api_key=WRONG_KEY, base_url=URL) as client:
        with shows(3, "a wrong key ends the session with a ValueError that says so"):
            session = await client.speech.sessions.create(voice=VOICE)
            message = ""
            try:
                [piece async for piece in session]
            except ValueError as error:
                message = str(error)
            assert "key" in message.lower(), message


rest(Lmnt(api_key=KEY, base_url=URL))
asyncio.run(sessions())
