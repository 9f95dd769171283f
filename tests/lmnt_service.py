"""A service on loopback that answers as a test says, and hears what it is asked."""

import asyncio
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from typing import TypeVar

from aiohttp import web

from batchtts.audio import wav
from batchtts.audio.pcm import Pcm
from batchtts.engines.lmnt import open_engine
from batchtts.engines.lmnt.engine import LmntEngine

T = TypeVar("T")
KEY = "a-key-that-nobody-may-see"
VOICES = {"lily": {"name": "Lily", "gender": "female"}, "amy": {"name": "Amy", "gender": "female"}}


def recording(n_samples: int = 6_000, sample_rate: int = 24_000, *, seed: str = "") -> bytes:
    """Return a WAV file that another seed makes another."""
    noise = hashlib.sha256(seed.encode()).digest()
    return wav.encode(Pcm((noise * (n_samples // 16 + 1))[: 2 * n_samples], sample_rate))


def multipart(frames: object, phonemes: object, audio: bytes) -> web.Response:
    """Return a beta answer with durations: three parts, known by their places."""
    parts = [(b"application/json", json.dumps(part).encode()) for part in (frames, phonemes)]
    body = b"".join(
        b"--b\r\nContent-Type: %s\r\n\r\n%s\r\n" % part for part in [*parts, (b"audio/wav", audio)]
    )
    return web.Response(body=body + b"--b--\r\n", headers={"Content-Type": "multipart/form-data; boundary=b"})


def spoken(text: str) -> web.Response:
    """Return an answer in which every word of a text takes 20 frames."""
    n_words = len(text.split())
    phonemes = [symbol for word in range(n_words) for symbol in ("a", " ")][:-1]
    frames = [20 if symbol == "a" else 0 for symbol in phonemes]
    return multipart(frames, phonemes, recording(n_words * 6_000, seed=text))


class Service:
    """Answers the requests for speech in order, and then as `spoken` does.

    `forms` holds what they said, `keys` who they said they are; `n_listed` counts requests for the voices, which are
    answered with `voices_status`.
    """

    def __init__(self, *answers: web.Response, voices_status: int = 200) -> None:
        self._answers = list(answers)
        self._voices_status = voices_status
        self.forms: list[dict[str, str]] = []
        self.keys: set[str | None] = set()
        self.n_listed = 0

    def say(self, answer: web.Response) -> None:
        """Answer the next request for speech with this."""
        self._answers.append(answer)

    async def voices(self, request: web.Request) -> web.Response:
        self.n_listed += 1
        if self._voices_status != 200:
            return web.json_response({"error": "no"}, status=self._voices_status)
        if "v1" in request.path:
            return web.json_response(
                [{"id": id_, **voice, "state": "ready"} for id_, voice in VOICES.items()]
            )
        return web.json_response({"voices": VOICES})

    async def speak(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers.get("X-API-Key"))
        form = await request.json() if request.content_type == "application/json" else await request.post()
        self.forms.append({name: form[name] for name in form})
        return self._answers.pop(0) if self._answers else spoken(self.forms[-1]["text"])

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/speech/beta/voices", self.voices)
        app.router.add_get("/v1/ai/voice/list", self.voices)
        app.router.add_post("/speech/beta/synthesize", self.speak)
        app.router.add_post("/v1/ai/speech", self.speak)
        return app


def with_engine(
    service: Service, use: Callable[[LmntEngine], Awaitable[T]], *, settings: Sequence[tuple[str, str]] = ()
) -> T:
    """Open an engine that asks this service, and return what `use` makes of it."""

    async def go() -> T:
        async with served(service) as url, open_engine({"base_url": url, **dict(settings)}) as engine:
            return await use(engine)

    return asyncio.run(go())


@asynccontextmanager
async def served(service: Service) -> AsyncIterator[str]:
    """Serve in this event loop while the block lasts, and yield the address."""
    runner = web.AppRunner(service.app())
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@contextmanager
def served_in_thread(service: Service) -> Iterator[str]:
    """Serve in a thread of its own while the block lasts, for programs that block."""
    started: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        async with served(service) as url:
            stop = asyncio.Event()
            started.set_result((url, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    url, loop, stop = started.result(timeout=30)
    try:
        yield url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=30)
