"""SDK 0.2.1 in a crowd: many calls and sessions at once, and a render of five minutes among them."""

import asyncio
import time

import aiohttp
from lmnt.api import Speech
from showing import KEY, URL, VOICE, close, shows
from sound import FRAME, wav_samples

N_CLIENTS, N_EACH = 4, 30
"""120 calls and 120 sessions; one client of this SDK has no more than 100 connections."""

LONG_TEXT = " ".join(f"In the year {1700 + year} the harbour was still a quiet place." for year in range(80))
SLOWEST_PONG_SECONDS = 5.0
"""Clients that ping give up after 20 s."""


async def call(speech: Speech, number: int) -> int:
    return wav_samples(await speech.synthesize(f"Boat number {number}.", VOICE))


async def session(speech: Speech, number: int) -> int:
    connection = await speech.synthesize_streaming(VOICE)
    await connection.append_text(f"Boat number {number}.")
    await connection.finish()
    frames = [message.data async for message in connection]
    assert connection.socket.close_code == 1000, connection.socket.close_code
    return len(b"".join(frames))


async def crowd(clients: list[Speech]) -> None:
    n = N_CLIENTS * N_EACH
    with shows(8, f"{n} calls at once"):
        calls = [call(clients[number % N_CLIENTS], number) for number in range(n)]
        assert len(await asyncio.gather(*calls)) == n
    with shows(8, f"{n} sessions at once"):
        sessions = [session(clients[number % N_CLIENTS], number) for number in range(n)]
        assert min(await asyncio.gather(*sessions)) > 1_000
    with shows(8, f"{n // 2} calls among {n // 2} sessions"):
        calls = [call(clients[number % N_CLIENTS], number) for number in range(n // 2)]
        sessions = [session(clients[number % N_CLIENTS], number) for number in range(n // 2)]
        assert len(await asyncio.gather(*calls, *sessions)) == n // 2 * 2


async def five_minutes(speech: Speech) -> None:
    with shows(8, "length=300 gives five minutes to the sample, and durations that tile them"):
        assert len(LONG_TEXT) < 5_000
        answer = await speech.synthesize(LONG_TEXT, VOICE, length=300, durations=True)
        n_samples = wav_samples(bytes(answer["audio"]))
        assert close(n_samples, 300 * 24_000, FRAME), n_samples
        last = answer["durations"][-1]
        assert last["start"] + last["duration"] == n_samples


async def slowest_pong(rendering: asyncio.Task) -> float:
    """Return the longest time that a ping beside a render went unanswered."""
    slowest = 0.0
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{URL}/speech/beta/synthesize_streaming", autoping=False) as socket,
    ):
        await socket.send_json({"X-API-Key": KEY, "voice": VOICE})
        while not rendering.done():
            started = time.monotonic()
            await socket.ping()
            message = await socket.receive(timeout=30)
            assert message.type == aiohttp.WSMsgType.PONG, message
            slowest = max(slowest, time.monotonic() - started)
            await asyncio.sleep(0.05)
    return slowest


async def main() -> None:
    clients = [Speech(KEY, base_url=URL) for _ in range(N_CLIENTS)]
    with shows(8, "pings of a session are answered while another request is rendered"):
        rendering = asyncio.create_task(five_minutes(clients[0]))
        slowest = await slowest_pong(rendering)
        assert slowest < SLOWEST_PONG_SECONDS, f"{slowest:.1f} s"
    await rendering
    await crowd(clients)
    for speech in clients:
        await speech.close()


asyncio.run(main())
