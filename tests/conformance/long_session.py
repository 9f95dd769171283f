"""SDK 2.13.0 in a session of five minutes: its library refuses frames above 1 MiB, and then just stops reading."""

import asyncio
import time

from lmnt import AsyncLmnt
from showing import KEY, URL, VOICE, shows
from sound import RATE

LONG_TEXT = " ".join(
    f"In the year {1700 + year} the harbour was still a quiet place, as it is now." for year in range(90)
)
MAX_FRAME_BYTES = 1 << 20
SLOWEST_PONG_SECONDS = 5.0
"""The library gives up after 20 s."""


async def slowest_pong(socket, rendering: asyncio.Task) -> float:
    """Return the longest time that a ping went unanswered while audio arrived."""
    slowest = 0.0
    while not rendering.done():
        started = time.monotonic()
        await asyncio.wait(
            [asyncio.ensure_future(await socket.ping()), rendering], return_when="FIRST_COMPLETED"
        )
        slowest = max(slowest, time.monotonic() - started)
        await asyncio.sleep(0.05)
    return slowest


async def frames_of(session) -> list[int]:
    return [len(message.audio) async for message in session if message.type == "audio"]


async def main() -> None:
    slowest = None
    with shows(8, "more than five minutes in one session arrive whole, in frames of at most 1 MiB"):
        async with AsyncLmnt(api_key=KEY, base_url=URL) as client:
            session = await client.speech.sessions.create(voice=VOICE, format="pcm_s16le")
            await session.send_text(LONG_TEXT)
            await session.send_finish()
            reading = asyncio.create_task(frames_of(session))
            slowest = await slowest_pong(session.websocket, reading)
            frames = await reading
        assert session.websocket.close_code == 1000
        assert max(frames) <= MAX_FRAME_BYTES, max(frames)
        assert sum(frames) / 2 / RATE > 300, sum(frames) / 2 / RATE
    with shows(8, "pings of the session are answered while it is rendered"):
        assert slowest is not None
        assert slowest < SLOWEST_PONG_SECONDS, f"{slowest:.1f} s"


asyncio.run(main())
