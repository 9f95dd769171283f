"""A real server on loopback, and a client that asks it one thing after another."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from batchtts.alignment import Level
from batchtts.engine import Engine, Speech, SpeechRequest, VoiceInfo
from batchtts.engines.tone import ToneEngine
from batchtts.server.faults import Faults
from batchtts.server.running import make_service, serving
from batchtts.server.service import Service

KEY = "a-key-of-a-client"
T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def type(self) -> str:
        return self.headers["Content-Type"].partition(";")[0]


class Client:
    """Asks one server; with a key, unless `key` says otherwise."""

    def __init__(self, url: str, session: aiohttp.ClientSession, service: Service) -> None:
        self.url, self.session, self.service = url, session, service

    async def ask(self, method: str, path: str, *, key: str | None = KEY, **more: Any) -> Answer:
        headers = dict(more.pop("headers", {})) | ({"X-API-Key": key} if key is not None else {})
        async with self.session.request(method, self.url + path, headers=headers, **more) as response:
            return Answer(response.status, response.headers.copy(), await response.read())

    async def get(self, path: str, **more: Any) -> Answer:
        return await self.ask("GET", path, **more)

    async def synthesize(self, text: str = "Hello there.", *, voice: str = "hum", **fields: str) -> Answer:
        form = {"text": text, "voice": voice} | fields
        return await self.ask("POST", "/speech/beta/synthesize", data=form)

    async def speech(
        self, text: str = "Hello there.", *, path: str = "/v1/ai/speech", **fields: Any
    ) -> Answer:
        return await self.ask("POST", path, json={"text": text, "voice": "hum"} | fields)


def talk(
    scenario: Callable[[Client], Awaitable[T]],
    engine: Engine | None = None,
    *,
    keys: Sequence[str] = (),
    voices: Path | None = None,
    faults: Faults | None = None,
    **changes: Any,
) -> T:
    """Run a scenario against a server of its own; `changes` replace parts of its service."""

    async def run() -> T:
        service = await make_service(engine or ToneEngine(), keys=keys, voices=voices)
        service = replace(service, faults=faults, **changes)
        async with (
            serving(service, grace_seconds=5) as url,
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session,
        ):
            return await scenario(Client(url, session, service))

    return asyncio.run(run())


class SpellingEngine(ToneEngine):
    """The engine `tone`, for which every letter of a word is a phoneme."""

    traits = replace(ToneEngine.traits, name="spelling", identity="spelling/1", level=Level.PHONEME)

    async def synthesize(self, request: SpeechRequest) -> Speech:
        speech = await super().synthesize(request)
        items = [
            replace(
                item,
                phonemes=tuple(item.text) or ("sil",),
                phoneme_n_samples=_shares(item.n_samples, len(item.text) or 1),
            )
            for item in speech.alignment.items
        ]
        alignment = replace(speech.alignment, level=Level.PHONEME, items=tuple(items))
        return replace(speech, alignment=alignment)


def _shares(n_samples: int, n: int) -> tuple[int, ...]:
    return tuple(n_samples * (index + 1) // n - n_samples * index // n for index in range(n))


class GatedEngine(ToneEngine):
    """The engine `tone`, which does not speak before `gate` is open; `asked` holds the texts that reached it."""

    def __init__(self, max_concurrency: int = 1) -> None:
        self.traits = replace(ToneEngine.traits, max_concurrency=max_concurrency)  # type: ignore[misc]
        self.gate = asyncio.Event()
        self.reached = asyncio.Event()
        self.asked: list[str] = []

    async def voices(self) -> Sequence[VoiceInfo]:
        return await super().voices()

    async def synthesize(self, request: SpeechRequest) -> Speech:
        self.asked.append(request.text)
        self.reached.set()
        await self.gate.wait()
        return await super().synthesize(request)
