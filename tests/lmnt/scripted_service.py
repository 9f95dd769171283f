"""A service on loopback that says what it is told to say, and keeps what it was asked."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from batchtts.audio import wav
from batchtts.audio.pcm import Pcm
from batchtts.lmnt import Speech

KEY = "sk-not-for-anybody-0123"


@dataclass(frozen=True, kw_only=True)
class Received:
    """A request as it came in."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer; with `cut_after`, the connection is lost after so many bytes of the body."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        if self.cut_after is None:
            return web.Response(status=self.status, body=self.body, headers=self.headers)
        response = web.StreamResponse(status=self.status, headers=self.headers)
        response.content_length = len(self.body)
        await response.prepare(request)
        await response.write(self.body[: self.cut_after])
        assert request.transport is not None
        request.transport.close()
        return response


Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]
Streaming = Callable[[web.WebSocketResponse, list[dict[str, Any]]], Awaitable[None]]


async def hang_up(request: web.Request) -> web.StreamResponse:
    """Lose the connection without any answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


class ScriptedService:
    """Gives its answers in order, the last one again and again; streams follow `stream`."""

    def __init__(self, answers: tuple[Answering, ...], stream: Streaming | None) -> None:
        self.url = ""
        self.requests: list[Received] = []
        self.said: list[dict[str, Any]] = []
        self._answers = list(answers)
        self._stream = stream

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.requests.append(
            Received(method=request.method, path=request.path_qs, headers=dict(request.headers), body=body)
        )
        if request.headers.get("Upgrade", "").lower() == "websocket" and self._stream is not None:
            socket = web.WebSocketResponse()
            await socket.prepare(request)
            await self._stream(socket, self.said)
            return socket
        return await (self._answers.pop(0) if len(self._answers) > 1 else self._answers[0])(request)


@asynccontextmanager
async def serving(*answers: Answering, stream: Streaming | None = None) -> AsyncIterator[ScriptedService]:
    """Run a service on a free port."""
    service = ScriptedService(answers or (Reply(status=500),), stream)
    app = web.Application(client_max_size=64 << 20)
    app.router.add_route("*", "/{path:.*}", service.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0]
    service.url = f"http://{host}:{port}"
    try:
        yield service
    finally:
        await runner.cleanup()


def play(
    scenario: Callable[[Speech], Awaitable[Any]],
    *answers: Answering,
    stream: Streaming | None = None,
    **settings: Any,
) -> tuple[Any, ScriptedService]:
    """Return what a scenario with a client returns, and the service with what it was asked.

    Whatever is left open complains when it is collected, which fails the test.
    """

    async def playing() -> tuple[Any, ScriptedService]:
        async with (
            serving(*answers, stream=stream) as service,
            Speech(KEY, base_url=service.url, **settings) as speech,
        ):
            return await scenario(speech), service

    outcome = asyncio.run(playing())
    gc.collect()
    return outcome


async def listen(socket: web.WebSocketResponse, said: list[dict[str, Any]]) -> None:
    """Note what the client says, until it says that no more text follows."""
    async for message in socket:
        assert message.type is WSMsgType.TEXT
        said.append(json.loads(message.data))
        if "eof" in said[-1] or said[-1].get("type") == "finish":
            return


def wav_of(n_samples: int, sample_rate: int = 24_000) -> bytes:
    """Return silence as a WAV file."""
    return wav.encode(Pcm(bytes(2 * n_samples), sample_rate))


def mp3_of(n_frames: int) -> bytes:
    """Return frames of 96 kbps, mono, 24 kHz: 288 bytes each, of which only the headers mean anything."""
    return (b"\xff\xf3\xa4\xc0" + bytes(284)) * n_frames


def parts(*bodies: tuple[str, bytes], boundary: str = "bnd42", subtype: str = "form-data") -> Reply:
    """Return a multipart answer of parts with these types and bodies."""
    body = b"".join(
        b"--%b\r\nContent-Type: %b\r\n\r\n%b\r\n" % (boundary.encode(), kind.encode(), part)
        for kind, part in bodies
    )
    return Reply(
        body=body + f"--{boundary}--\r\n".encode(),
        headers={"Content-Type": f'multipart/{subtype}; boundary="{boundary}"'},
    )


def spoken(frames: list[float], phonemes: list[str], audio: bytes, **kind: str) -> Reply:
    """Return the three parts of the beta's answer with durations."""
    return parts(
        ("application/json", json.dumps(frames).encode()),
        ("application/json", json.dumps(phonemes).encode()),
        ("audio/wav", audio),
        **kind,
    )


def told(body: object, **more: Any) -> Reply:
    """Return an answer of JSON."""
    return Reply(body=json.dumps(body).encode(), headers={"Content-Type": "application/json"}, **more)
