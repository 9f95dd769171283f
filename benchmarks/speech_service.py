"""A service that speaks LMNT's v1 on loopback: each answer comes after 50 ms, with 100 KB of WAV and its word times.

    python -m benchmarks.speech_service     serve until standard input ends; print the address first

No two answers are the same, since the engine `lmnt` does not believe a service that says the same to different
texts.  They differ in three samples, so that an answer costs next to nothing.
"""

import asyncio
import json
import subprocess
import sys
import time
from array import array
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from math import pi, sin
from typing import Any

from aiohttp import web

from batchtts.audio import wav
from batchtts.audio.pcm import Pcm
from batchtts.lmnt import wire
from benchmarks.measuring import PYTHON

LATENCY_SECONDS = 0.050
BODY_BYTES = 100_000
VOICE = "shanti"

_N_SAMPLES = (BODY_BYTES - 44) // 2
_TAIL = 6_000
_MARK_AT = 30_000
"""The byte of the samples at which three of them tell an answer from all others."""

_LOUDNESS = 1_000
"""The three samples are numbers in the base of this."""


class Voice:
    """Says everything in the same hum, spread evenly over the words."""

    def __init__(self) -> None:
        """Prepare what all answers share: the WAV file as base64, before and after the mark."""
        hum = array("h", (round(6_000 * sin(2 * pi * n / 120)) for n in range(_N_SAMPLES - _TAIL)))
        recording = wav.encode(Pcm(hum.tobytes() + bytes(2 * _TAIL), wire.SAMPLE_RATE))
        assert len(recording) == BODY_BYTES
        self._before = b64encode(recording[:_MARK_AT])
        self._after = b64encode(recording[_MARK_AT + 6 :])
        self._numbers = count()

    def answer(self, text: str) -> bytes:
        """Return the JSON of an answer."""
        number = next(self._numbers)
        mark = array("h", (number // _LOUDNESS**power % _LOUDNESS for power in range(3)))
        head = json.dumps({"seed": 0, "timestamps": _timestamps(text)}).removesuffix("}").encode()
        return b"".join((head, b', "audio": "', self._before, b64encode(mark.tobytes()), self._after, b'"}'))


def _timestamps(text: str) -> list[dict[str, Any]]:
    words = text.split(" ")
    seconds = (_N_SAMPLES - _TAIL) / wire.SAMPLE_RATE / len(words)
    parts: list[dict[str, Any]] = []
    for index, word in enumerate(words):
        if index:
            parts.append({"text": " ", "start": round(index * seconds, 6), "duration": 0.0})
        parts.append({"text": word, "start": round(index * seconds, 6), "duration": round(seconds, 6)})
    return parts


def app() -> web.Application:
    """Return the service: its voices, and speech that takes as long as it takes."""
    voice = Voice()

    async def speak(request: web.Request) -> web.Response:
        started = time.perf_counter()
        answer = voice.answer(json.loads(await request.read())["text"])
        await asyncio.sleep(max(0.0, started + LATENCY_SECONDS - time.perf_counter()))
        return web.Response(body=answer, content_type="application/json")

    async def voices(request: web.Request) -> web.Response:
        del request
        return web.json_response([{"id": VOICE, "name": "Shanti", "gender": "female", "state": "ready"}])

    served = web.Application()
    served.router.add_post(wire.V1_SPEECH, speak)
    served.router.add_get(wire.V1_VOICES, voices)
    return served


async def serve() -> None:
    """Serve at a free port until standard input ends."""
    runner = web.AppRunner(app(), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1_024).start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
        await asyncio.to_thread(sys.stdin.read)
    finally:
        await runner.cleanup()


@contextmanager
def serving() -> Iterator[str]:
    """Serve in a process of its own while the block lasts; yield the address."""
    command = [PYTHON, "-m", "benchmarks.speech_service"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield server.stdout.readline().strip()
        server.stdin.close()


if __name__ == "__main__":
    asyncio.run(serve())
