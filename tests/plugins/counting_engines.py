"""Engines that count, installed for tests only: they write down each request, then answer as `tone` would.

The count is kept outside of the process, in the file named by COUNTING_LOG, and so outlives `kill -9`.
COUNTING_KNOBS holds JSON that makes them misbehave, without any effect on fingerprints:

    delay    seconds to wait before each answer
    fates    by a word of the text: rejected, unavailable, busy, unreached, away, refused, silent or bug
    mute     true: the voices are not told before a minute has passed
    opening  a FIFO that hears when the engine is being opened, which then takes a minute
    hold     a text with this word is answered only when the file `gate` is there; `told`, a FIFO, hears of it
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from batchtts.audio.pcm import Pcm
from batchtts.engine import EngineTraits, Speech, SpeechRequest, VoiceInfo
from batchtts.engines.tone import ToneEngine
from batchtts.errors import EngineRefused, EngineUnavailable, TextRejected
from batchtts.job import Scalar

LOG, KNOBS = "COUNTING_LOG", "COUNTING_KNOBS"
ERRORS: Mapping[str, Callable[[str], Exception]] = {
    "rejected": TextRejected,
    "unavailable": EngineUnavailable,
    "busy": partial(EngineUnavailable, busy=True),
    "unreached": partial(EngineUnavailable, reached=False),
    "away": partial(EngineUnavailable, retry_after=3600.0),
    "refused": EngineRefused,
    "bug": ZeroDivisionError,
}
TRAITS = replace(
    ToneEngine.traits,
    name="counting",
    identity="counting/1",
    max_concurrency=8,
    settings=frozenset({"a", "warm"}),
)


class CountingEngine:
    """Counts, then hums."""

    def __init__(self, traits: EngineTraits) -> None:
        self.traits = traits
        self._tone = ToneEngine()
        self.knobs: dict[str, Any] = json.loads(os.environ.get(KNOBS, "{}"))

    async def voices(self) -> Sequence[VoiceInfo]:
        if self.knobs.get("mute") and self.traits.remote:
            await asyncio.sleep(60)
        return await self._tone.voices()

    async def synthesize(self, request: SpeechRequest) -> Speech:
        write_down(request)
        await asyncio.sleep(self.knobs.get("delay", 0))
        await self._hold(request)
        fate = next(
            (fate for word, fate in self.knobs.get("fates", {}).items() if word in request.text), None
        )
        if fate in ERRORS:
            raise ERRORS[fate](f"the knob says {fate}")
        speech = await self._tone.synthesize(request)
        if fate == "silent":
            return replace(speech, audio=Pcm(bytes(len(speech.audio.data)), speech.audio.sample_rate))
        return speech

    async def _hold(self, request: SpeechRequest) -> None:
        if "hold" not in self.knobs or self.knobs["hold"] not in request.text:
            return
        if "told" in self.knobs:
            await asyncio.to_thread(Path(self.knobs["told"]).write_text, request.text)
        while not Path(self.knobs["gate"]).exists():  # noqa: ASYNC110, ASYNC240 - another process makes it
            await asyncio.sleep(0.005)


def write_down(request: SpeechRequest) -> None:
    """Add the request to the log with one call of the system, so that nothing can tear it."""
    form = {"text": request.text, "voice": request.voice, "speed": request.speed, "seed": request.seed}
    if LOG in os.environ:
        with open(os.environ[LOG], "ab", buffering=0) as log:  # noqa: PTH123
            log.write(json.dumps(form).encode() + b"\n")


@asynccontextmanager
async def open_counting(settings: Mapping[str, Scalar]) -> AsyncIterator[CountingEngine]:
    engine = CountingEngine(TRAITS)
    if "opening" in engine.knobs:
        await asyncio.to_thread(Path(engine.knobs["opening"]).write_text, "opening")
        await asyncio.sleep(60)
    yield engine


@asynccontextmanager
async def open_paid(settings: Mapping[str, Scalar]) -> AsyncIterator[CountingEngine]:
    yield CountingEngine(replace(TRAITS, name="paid", identity="paid/1", paid=True, deterministic=False))


@asynccontextmanager
async def open_remote(settings: Mapping[str, Scalar]) -> AsyncIterator[CountingEngine]:
    """Open an engine that is a service elsewhere."""
    traits = replace(TRAITS, name="remote", identity="remote/1", remote=True, paid=True, deterministic=False)
    yield CountingEngine(traits)


@asynccontextmanager
async def open_latin(settings: Mapping[str, Scalar]) -> AsyncIterator[CountingEngine]:
    """Open an engine that knows one script, speaks at one sample rate of its own, and to no given length."""
    yield CountingEngine(
        replace(
            TRAITS,
            name="latin",
            identity="latin/1",
            scripts=frozenset({"LATIN"}),
            supports_length=False,
            speeds=(0.5, 2.0),
            sample_rate=48_000,
        )
    )
