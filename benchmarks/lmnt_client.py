"""What the LMNT client costs: its requests beside those of a bare aiohttp loop, at the same server.

The server answers every request after 50 ms with 100 KB; it is a process of its own, and so is every measurement.
The two loops take turns, and the median of their ratios counts.

    python -m benchmarks.lmnt_client                      measure everything
    python -m benchmarks.lmnt_client serve                serve until standard input ends; print the address first
    python -m benchmarks.lmnt_client ask LOOP URL CONCURRENCY REQUESTS    LOOP is bare or ours; print figures as JSON
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from statistics import median

import aiohttp

from batchtts.audio import wav
from batchtts.audio.pcm import Pcm
from batchtts.lmnt import Speech, Timeout, wire
from benchmarks.measuring import PYTHON, hold, reach

LATENCY_SECONDS = 0.050
BODY_BYTES = 100_000
RATE_RATIO = 0.95
CPU_RATIO = 1 / RATE_RATIO
MEMORY_RATIO = 1.05

REQUESTS = {1: 160, 16: 1_200, 64: 3_000, 256: 4_000}
"""How many requests a measurement makes, by how many are under way at once."""

ROUNDS = 5
MEMORY_REQUESTS, MEMORY_CONCURRENCY = 20_000, 64
WARM_UP = 0.1
"""The share of the requests after which memory has settled."""

TEXT = "The tide turned an hour before the boats came home, and the harbour lay as still as glass. "
VOICE = "shanti"
HEADER_END = b"\r\n\r\n"

Ask = Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One measurement: requests a second, CPU milliseconds for each, and memory in MB early and at the end."""

    rate: float
    cpu_ms: float
    early_mb: float
    end_mb: float


class Answering(asyncio.Protocol):
    """Answers every request alike, as cheaply as can be, so that the client is what is measured."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each request that is whole."""
        self._received += data
        while (n_bytes := _request_bytes(self._received)) is not None:
            self._received = self._received[n_bytes:]
            asyncio.get_running_loop().call_later(LATENCY_SECONDS, self._respond)

    def _respond(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(self._answer)


def _request_bytes(received: bytes) -> int | None:
    """Return how long the first request is, None if it is not whole yet."""
    end = received.find(HEADER_END)
    if end < 0:
        return None
    for line in received[:end].split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            n_bytes = end + len(HEADER_END) + int(value)
            return n_bytes if len(received) >= n_bytes else None
    return end + len(HEADER_END)


async def serve() -> None:
    """Serve at a free port until standard input ends."""
    body = wav.encode(Pcm(os.urandom(BODY_BYTES - 44), wire.SAMPLE_RATE))
    assert len(body) == BODY_BYTES
    head = f"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: {len(body)}\r\n\r\n"
    answering = partial(Answering, head.encode() + body)
    server = await asyncio.get_running_loop().create_server(answering, "127.0.0.1", 0, backlog=1_024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)


async def ask_bare(url: str, concurrency: int, n_requests: int) -> Figures:
    """Ask with nothing but aiohttp: the same form, the same limits of time, the whole body."""
    connector = aiohttp.TCPConnector(limit=concurrency)
    limits = Timeout()
    timeout = aiohttp.ClientTimeout(
        total=limits.total_seconds, connect=limits.connect_seconds, sock_read=limits.idle_seconds
    )
    form = {"text": TEXT, "voice": VOICE, "seed": "0", "format": "wav", "speed": "1.0"}
    headers = {wire.KEY_HEADER: "k"}
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def ask() -> bytes:
            async with session.post(url + wire.BETA_SYNTHESIZE, data=form, headers=headers) as answer:
                answer.raise_for_status()
                return await answer.read()

        return await _ask_all(ask, concurrency, n_requests)


async def ask_ours(url: str, concurrency: int, n_requests: int) -> Figures:
    """Ask with our client, with its limits and checks as they are by default."""
    async with Speech("k", base_url=url, max_concurrency=concurrency) as speech:

        async def ask() -> bytes:
            return await speech.synthesize(TEXT, VOICE)

        return await _ask_all(ask, concurrency, n_requests)


LOOPS: Mapping[str, Callable[[str, int, int], Coroutine[None, None, Figures]]] = {
    "bare": ask_bare,
    "ours": ask_ours,
}


async def _ask_all(ask: Ask, concurrency: int, n_requests: int) -> Figures:
    numbers = iter(range(n_requests))
    early_mb = 0.0

    async def work() -> None:
        nonlocal early_mb
        for number in numbers:
            assert len(await ask()) == BODY_BYTES
            if number == round(n_requests * WARM_UP):
                early_mb = _memory_mb()

    started, cpu = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(work())
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    return Figures(
        rate=n_requests / seconds,
        cpu_ms=1_000 * cpu_seconds / n_requests,
        early_mb=early_mb,
        end_mb=_memory_mb(),
    )


def _memory_mb() -> float:
    """Return how much of this process is in memory, as Linux tells it."""
    n_pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return n_pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@contextmanager
def serving() -> Iterator[str]:
    """Serve in a process of its own while the block lasts; yield the address."""
    command = [PYTHON, "-m", "benchmarks.lmnt_client", "serve"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield server.stdout.readline().strip()
        server.stdin.close()


def measured(loop: str, url: str, concurrency: int, n_requests: int) -> Figures:
    """Ask in a process of its own."""
    arguments = [loop, url, str(concurrency), str(n_requests)]
    command = [PYTHON, "-m", "benchmarks.lmnt_client", "ask", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr[-2000:]}")
    return Figures(**json.loads(done.stdout))


def compare(url: str, concurrency: int) -> bool:
    """Let the loops take turns; return whether ours is within both limits."""
    n_requests = REQUESTS[concurrency]
    pairs = [
        (measured("bare", url, concurrency, n_requests), measured("ours", url, concurrency, n_requests))
        for _ in range(ROUNDS)
    ]
    bare, ours = (
        Figures(**{name: median(asdict(one)[name] for one in side) for name in asdict(side[0])})
        for side in zip(*pairs, strict=True)
    )
    print(
        f"{concurrency} at once: bare {bare.rate:.0f} requests/s, {bare.cpu_ms:.3f} ms CPU each;"
        f" ours {ours.rate:.0f} and {ours.cpu_ms:.3f} ms",
        flush=True,
    )
    rate = median(ours.rate / bare.rate for bare, ours in pairs)
    cpu = median(ours.cpu_ms / bare.cpu_ms for bare, ours in pairs)
    name = f"{concurrency} at once, ours / bare aiohttp"
    return all(
        [reach(f"{name}, requests/s", rate, RATE_RATIO), hold(f"{name}, CPU a request", cpu, CPU_RATIO)]
    )


def main() -> None:
    """Do what the command line says."""
    if sys.argv[1:] == ["serve"]:
        asyncio.run(serve())
        return
    if sys.argv[1:2] == ["ask"]:
        loop, url, concurrency, n_requests = sys.argv[2:]
        print(json.dumps(asdict(asyncio.run(LOOPS[loop](url, int(concurrency), int(n_requests))))))
        return
    with serving() as url:
        held = [compare(url, concurrency) for concurrency in REQUESTS]
        memory = measured("ours", url, MEMORY_CONCURRENCY, MEMORY_REQUESTS)
    name = f"memory after {MEMORY_REQUESTS} requests / after {round(MEMORY_REQUESTS * WARM_UP)}"
    held.append(hold(name, memory.end_mb / memory.early_mb, MEMORY_RATIO))
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
