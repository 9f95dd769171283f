"""A real server on loopback, and clients that hold sessions with it, in every dialect."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from batchtts.engine import Engine
from batchtts.engines.tone import ToneEngine
from batchtts.lmnt import wire
from batchtts.server.app import make_app
from batchtts.server.faults import Faults
from batchtts.server.running import make_service
from batchtts.server.service import Service
from batchtts.server.sessions.limits import LIMITS, SessionLimits

KEY = "a-key-of-a-client"
VOICE = "hum"
T = TypeVar("T")

DIALECTS: dict[str, dict[str, object]] = {
    "A": {},
    "B": {"speed": 1.0},
    "C": {"protocol_version": 2},
    "D": {"lmnt-version": "1.2"},
}
"""What, besides key and voice, tells each dialect from the others; that A is A is told by its path."""

EXTRAS: dict[str, dict[str, object]] = {
    "B": {"send_extras": True},
    "C": {"return_extras": "True"},
    "D": {"return_timestamps": True},
}


def path_of(dialect: str) -> str:
    return wire.BETA_STREAM if dialect == "A" else wire.V1_STREAM


def said(dialect: str, action: str, value: object = None) -> dict[str, object]:
    """Return a message as the SDKs of a dialect write it; `value` is the text, or the nonce."""
    if action == "text":
        return {"type": "text", "text": value} if dialect == "D" else {"text": value}
    if dialect == "D":
        return {"type": action} | ({} if value is None else {"nonce": value})
    if dialect == "C":
        command = {"finish": "eof"}.get(action, action)
        return {"command": command} | ({} if value is None else {"nonce": value})
    return {"eof" if action == "finish" else action: True}


@dataclass
class Heard:
    """Everything that a session sent: frames in order, and the code with which it was closed."""

    frames: list[Any] = field(default_factory=list)
    code: int | None = None

    @property
    def audio(self) -> bytes:
        return b"".join(frame for frame in self.frames if isinstance(frame, bytes))

    @property
    def texts(self) -> list[dict[str, Any]]:
        return [frame for frame in self.frames if not isinstance(frame, bytes)]

    @property
    def sizes(self) -> list[int]:
        return [len(frame) for frame in self.frames if isinstance(frame, bytes)]


class Talk:
    """One session, from the client's side."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, dialect: str) -> None:
        self.socket, self.dialect = socket, dialect
        self.heard = Heard()

    async def say(self, action: str, value: object = None) -> None:
        await self.socket.send_json(said(self.dialect, action, value))

    async def say_texts(self, *texts: str) -> None:
        for text in texts:
            await self.say("text", text)

    async def next(self) -> Any:
        """Return the next frame: bytes, what JSON stands for, or None at the end."""
        message = await self.socket.receive()
        if message.type is aiohttp.WSMsgType.BINARY:
            self.heard.frames.append(message.data)
        elif message.type is aiohttp.WSMsgType.TEXT:
            self.heard.frames.append(json.loads(message.data))
        else:
            self.heard.code = self.socket.close_code
            return None
        return self.heard.frames[-1]

    async def next_audio(self) -> bytes:
        while not isinstance(frame := await self.next(), bytes):
            assert frame is not None, self.heard.texts
        return frame

    async def rest(self) -> Heard:
        while await self.next() is not None:
            pass
        return self.heard


class Client:
    """Opens sessions with one server."""

    def __init__(self, server: TestServer, http: aiohttp.ClientSession, service: Service) -> None:
        self.server, self.http, self.service = server, http, service

    @property
    def is_busy(self) -> bool:
        """Return whether the server has a session."""
        return "batchtts_server_sessions 0" not in self.service.metrics.text()

    @asynccontextmanager
    async def connect(self, dialect: str = "B") -> AsyncIterator[Talk]:
        """Connect, and say nothing yet."""
        async with self.http.ws_connect(self.server.make_url(path_of(dialect))) as socket:
            yield Talk(socket, dialect)

    @asynccontextmanager
    async def open(self, dialect: str = "B", **options: object) -> AsyncIterator[Talk]:
        """Connect, and say who asks for what."""
        async with self.connect(dialect) as talk:
            first = {"X-API-Key": KEY, "voice": VOICE} | DIALECTS[dialect] | options
            await talk.socket.send_json(first)
            yield talk

    async def hold(self, dialect: str, texts: Sequence[str], **options: object) -> Heard:
        """Hold a whole session."""
        async with self.open(dialect, **options) as talk:
            await talk.say_texts(*texts)
            await talk.say("finish")
            return await talk.rest()


@asynccontextmanager
async def serving_app(service: Service, limits: SessionLimits | None = None) -> AsyncIterator[Client]:
    """Serve while the block lasts, with other limits than the usual ones if they are given."""
    app: web.Application = make_app(service)
    if limits is not None:
        app[LIMITS] = limits
    async with (
        TestServer(app, handler_cancellation=True) as server,
        aiohttp.ClientSession() as http,
        asyncio.timeout(60),
    ):
        yield Client(server, http, service)


def with_client(
    scenario: Callable[[Client], Awaitable[T]],
    engine: Engine | None = None,
    *,
    keys: Sequence[str] = (KEY,),
    limits: SessionLimits | None = None,
    faults: Faults | None = None,
    **changes: Any,
) -> T:
    """Run a scenario against a server of its own; `changes` replace parts of its service."""

    async def run() -> T:
        service = await make_service(engine or ToneEngine(), keys=keys)
        async with serving_app(replace(service, faults=faults, **changes), limits) as client:
            return await scenario(client)

    return asyncio.run(run())
