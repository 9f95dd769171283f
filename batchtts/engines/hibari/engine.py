"""The engine that loads the model when it is first asked, and speaks in as many threads as there are cores."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from difflib import get_close_matches
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING

from batchtts.alignment import Level
from batchtts.engine import EngineTraits, Speech, SpeechRequest, VoiceInfo
from batchtts.engines.hibari.package import find_package
from batchtts.engines.settings import refuse_unknown, wrong_setting
from batchtts.errors import EngineRefused
from batchtts.job import Scalar

if TYPE_CHECKING:
    from batchtts.engines.hibari.speaker import Speaker

VOICES = {
    "heart": "natural American English",
    "heart-lowest": "heart a good deal lower, of a larger body",
    "heart-low": "heart, a little lower",
    "heart-high": "heart, a little higher",
    "heart-highest": "heart a good deal higher, of a smaller body",
}
LANGUAGES = ("en",)
SPOKEN_LANGUAGES = ("en", "eng", "", "und")
"""What books call English, and what they call a language that they do not know."""
SAMPLE_RATE = 24_000
SLOWEST, FASTEST = 0.5, 2.0


class HibariEngine:
    """Speaks English.  One loaded model serves all threads."""

    def __init__(self, n_threads: int) -> None:
        """Start no thread and load nothing before it is needed."""
        self._n_threads = n_threads
        self._threads = ThreadPoolExecutor(n_threads, thread_name_prefix="hibari")
        self._loading = Lock()
        self._loaded: Speaker | None = None

    @cached_property
    def traits(self) -> EngineTraits:
        """Return what it is.  Raises `EngineRefused` where the model is not installed."""
        package = find_package()
        return EngineTraits(
            name="hibari",
            identity=package.identity,
            version=package.version,
            level=Level.PHONEME,
            max_characters=5_000,
            max_concurrency=2 * self._n_threads,
            languages=LANGUAGES,
            scripts=frozenset({"LATIN"}),
            speeds=(SLOWEST, FASTEST),
            sample_rate=SAMPLE_RATE,
        )

    async def voices(self) -> Sequence[VoiceInfo]:
        """Return the voice of the package, and those made from it by playing it faster or slower."""
        return [
            VoiceInfo(id=name, name=name, languages=("en-US",), gender="female", description=description)
            for name, description in VOICES.items()
        ]

    async def synthesize(self, request: SpeechRequest) -> Speech:
        """Speak the text in another thread.  `length_seconds` is not supported, and ignored."""
        _check(request)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._speak, request)

    async def close(self) -> None:
        """Forget the texts that wait, and wait for those that are being spoken."""
        await asyncio.to_thread(self._threads.shutdown, wait=True, cancel_futures=True)

    def _speak(self, request: SpeechRequest) -> Speech:
        return self._speaker().speak(request)

    def _speaker(self) -> "Speaker":
        with self._loading:
            if self._loaded is None:
                from batchtts.engines.hibari.speaker import Speaker

                self._loaded = Speaker()
            return self._loaded


@asynccontextmanager
async def open_engine(settings: Mapping[str, Scalar]) -> AsyncIterator[HibariEngine]:
    """Open the engine.  Its only setting is `threads`, by default the number of cores.

    Raises `InputError` for other settings, and `EngineRefused` where the model is not installed.
    """
    engine = HibariEngine(_n_threads(settings))
    find_package()
    try:
        yield engine
    finally:
        await engine.close()


def _n_threads(settings: Mapping[str, Scalar]) -> int:
    refuse_unknown("hibari", settings, ("threads",))
    n_threads = settings.get("threads", os.cpu_count() or 1)
    if not isinstance(n_threads, int) or isinstance(n_threads, bool) or n_threads < 1:
        raise wrong_setting(
            f"hibari cannot use {n_threads!r} threads", "Give threads as a whole number from 1 on."
        )
    return n_threads


def _check(request: SpeechRequest) -> None:
    if request.voice not in VOICES:
        nearest = get_close_matches(request.voice, VOICES, n=1)
        raise EngineRefused(
            f"hibari has no voice {request.voice} in its package",
            hint=(f"Did you mean {nearest[0]}? " if nearest else "") + f"Its voices are {', '.join(VOICES)}.",
        )
    if request.language.split("-")[0].lower() not in SPOKEN_LANGUAGES:
        raise EngineRefused(
            f"hibari speaks English, not {request.language}",
            hint="Choose another engine, or set the language of the job to en.",
        )
    if not SLOWEST <= request.speed <= FASTEST:
        raise EngineRefused(
            f"hibari cannot speak at speed {request.speed:g}", hint=f"Choose {SLOWEST:g} to {FASTEST:g}."
        )
