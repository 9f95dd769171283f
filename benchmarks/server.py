"""What the server adds to its engine: time to the first audio of a session, and throughput of many clients.

The engine alone, the server and the clients are processes of their own, and the two sides take turns.

    python -m benchmarks.server              measure everything
    python -m benchmarks.server engine       speak the lists of texts that come on standard input, one JSON a line,
                                             each list N_CLIENTS texts at a time; print the seconds that each took
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from statistics import median

import aiohttp

from batchtts.engine import Engine, SpeechRequest
from batchtts.engines.registry import open_engine
from batchtts.lmnt import wire
from benchmarks.measuring import BATCHTTS, PYTHON, hold, reach

ENGINE, VOICE = "hibari", "heart"
KEY = "any"
FIRST_AUDIO_RATIO = 1.5
THROUGHPUT_RATIO = 0.9
N_CLIENTS = 8
N_SENTENCES = 24
N_TEXTS = 96
ROUNDS = 3
FORMATS = ("pcm_s16le", "mp3")

_TEXT = "On the {} morning of that winter the harbour master wrote down the wind, the tide and the ships."
_LISTENING = re.compile(r"http://\S+")


def texts(n_texts: int, numbers: Iterator[int] = count(1)) -> list[str]:  # noqa: B008 - no text is used twice
    """Return texts of one sentence each that nobody has asked for before."""
    return [_TEXT.format(f"{next(numbers)}th") for _ in range(n_texts)]


class EngineAlone:
    """The engine in a process of its own, with nothing around it."""

    def __init__(self) -> None:
        """Start it."""
        command = [PYTHON, "-m", "benchmarks.server", "engine"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def seconds(self, spoken: Sequence[str]) -> float:
        """Return how long it takes for these texts."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(spoken) + "\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def stop(self) -> None:
        """End it."""
        self._process.communicate()


async def speak_lists() -> None:
    """Be the engine alone."""
    async with open_engine(ENGINE, {}) as engine:
        while line := await asyncio.to_thread(sys.stdin.readline):
            started = time.perf_counter()
            await _speak_all(engine, json.loads(line))
            print(time.perf_counter() - started, flush=True)


async def _speak_all(engine: Engine, spoken: Sequence[str]) -> None:
    shared = iter(spoken)

    async def work() -> None:
        for text in shared:
            await engine.synthesize(SpeechRequest(text=text, voice=VOICE))

    async with asyncio.TaskGroup() as group:
        for _ in range(N_CLIENTS):
            group.create_task(work())


@contextmanager
def serving() -> Iterator[str]:
    """Run `batchtts serve` while the block lasts; yield its address."""
    command = [*BATCHTTS, "serve", "--engine", ENGINE, "--port", "0"]
    server = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env={**os.environ}
    )
    assert server.stdout is not None
    found = _LISTENING.search(server.stdout.readline())
    assert found is not None
    try:
        yield found[0]
    finally:
        server.terminate()
        server.communicate()


async def first_audio_seconds(url: str, text: str, format_name: str) -> float:
    """Return how long after its text the first audio of a session comes; the session is open before."""
    opening = {wire.KEY_HEADER: KEY, "voice": VOICE, "format": format_name}
    async with aiohttp.ClientSession() as http, http.ws_connect(url + wire.V1_STREAM) as socket:
        await socket.send_json(opening)
        await asyncio.sleep(0.2)  # people speak, and chat services write, later than that
        started = time.perf_counter()
        await socket.send_json({"text": f"{text} {text}"})
        message = await socket.receive(timeout=60)
        seconds = time.perf_counter() - started
        assert message.type is aiohttp.WSMsgType.BINARY, message
        await socket.send_json({"eof": True})
        async for _ in socket:
            pass
    return seconds


async def clients_seconds(url: str, spoken: Sequence[str]) -> float:
    """Return how long `N_CLIENTS` clients take for these texts."""
    shared = iter(spoken)

    async def work(http: aiohttp.ClientSession) -> None:
        for text in shared:
            form = {"text": text, "voice": VOICE, "format": "wav"}
            async with http.post(url + wire.BETA_SYNTHESIZE, data=form) as answer:
                answer.raise_for_status()
                await answer.read()

    async with aiohttp.ClientSession(headers={wire.KEY_HEADER: KEY}) as http:
        started = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(N_CLIENTS):
                group.create_task(work(http))
        return time.perf_counter() - started


def compare_first_audio(url: str, engine: EngineAlone, format_name: str) -> bool:
    """Let the engine speak a sentence, then the server another one of the same length, again and again."""
    pairs = [
        (engine.seconds([text]), asyncio.run(first_audio_seconds(url, other, format_name)))
        for text, other in zip(texts(N_SENTENCES), texts(N_SENTENCES), strict=True)
    ]
    alone, served = (1_000 * median(side) for side in zip(*pairs, strict=True))
    print(f"first sentence: {alone:.0f} ms by the engine, {served:.0f} ms to the first {format_name}")
    ratio = median(served / alone for alone, served in pairs)
    return hold(f"time to first audio of a session ({format_name}) / engine alone", ratio, FIRST_AUDIO_RATIO)


def compare_throughput(url: str, engine: EngineAlone) -> bool:
    """Let the engine and the clients speak lists of texts in turns."""
    ratios = []
    for _ in range(ROUNDS):
        alone = engine.seconds(texts(N_TEXTS))
        served = asyncio.run(clients_seconds(url, texts(N_TEXTS)))
        print(f"{N_TEXTS} texts, {N_CLIENTS} at once: {alone:.2f} s alone, {served:.2f} s served", flush=True)
        ratios.append(alone / served)
    name = f"throughput of {N_CLIENTS} clients / engine alone"
    return reach(name, median(ratios), THROUGHPUT_RATIO)


def main() -> None:
    """Do what the command line says."""
    if sys.argv[1:] == ["engine"]:
        asyncio.run(speak_lists())
        return
    engine = EngineAlone()
    with serving() as url:
        engine.seconds(texts(N_CLIENTS))
        asyncio.run(clients_seconds(url, texts(N_CLIENTS)))  # now both models are loaded
        held = [compare_first_audio(url, engine, name) for name in FORMATS]
        held.append(compare_throughput(url, engine))
    engine.stop()
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
