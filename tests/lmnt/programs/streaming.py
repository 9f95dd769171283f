"""Speaks a text while it is still being written: one task appends, another one reads what is spoken already."""

# ruff: noqa: ASYNC230, PTH123, T201 - this is how people write programs for LMNT's own client

import asyncio
import os
from collections.abc import AsyncIterator

from aiohttp import WSMsgType

from batchtts.lmnt import Speech

STORY = (
    "Nobody in the harbour could say when the lighthouse had gone dark. "
    "The keeper had left a kettle on the stove, still warm. "
    "By the time the boats came home, somebody had lit a lamp in every window."
)


async def story() -> AsyncIterator[str]:
    """Tell the story a few letters at a time, as somebody who makes it up would."""
    for start in range(0, len(STORY), 7):
        yield STORY[start : start + 7]
        await asyncio.sleep(0)


async def read(connection) -> int:
    n_bytes = 0
    with open("streaming.mp3", "wb") as file:
        async for msg in connection:
            if msg.type == WSMsgType.CLOSE:
                break
            n_bytes += file.write(msg.data)
    return n_bytes


async def write(connection) -> None:
    async for words in story():
        await connection.append_text(words)
    await connection.finish()


async def main() -> None:
    speech = Speech(os.environ["LMNT_API_KEY"], base_url=os.environ["LMNT_BASE_URL"])
    voices = await speech.list_voices()
    connection = await speech.synthesize_streaming(next(iter(voices)))
    reading = asyncio.create_task(read(connection))
    writing = asyncio.create_task(write(connection))
    n_bytes = await reading
    await writing
    await speech.close()
    print(n_bytes)


if __name__ == "__main__":
    asyncio.run(main())
