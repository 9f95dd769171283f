"""The engine that has its texts spoken on all cores, and loads the model when it is first asked."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from difflib import get_close_matches
from functools import cached_property

from batchtts.alignment import Level
from batchtts.engine import EngineTraits, Speech, SpeechRequest, VoiceInfo
from batchtts.engines.hibari.hosting import Host, Processes, Threads
from batchtts.engines.hibari.package import find_package
from batchtts.engines.settings import refuse_unknown, wrong_setting
from batchtts.errors import EngineRefused
from batchtts.job import Scalar
from batchtts.machine import n_cores

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
    """Speaks English: `n` texts at once, as its host does."""

    def __init__(self, host: Host, n: int) -> None:
        """Start and load nothing before it is needed."""
        self._host, self._n = host, n

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
            max_concurrency=2 * self._n,
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
        """Speak the text.  `length_seconds` is not supported, and ignored."""
        _check(request)
        return await self._host.speak(request)

    async def close(self) -> None:
        """Forget the texts that wait, and leave nothing behind."""
        await self._host.close()


@asynccontextmanager
async def open_engine(settings: Mapping[str, Scalar]) -> AsyncIterator[HibariEngine]:
    """Open the engine.  Its settings are `processes`, by default the number of cores, or else `threads`.

    Raises `InputError` for other settings, and `EngineRefused` where the model is not installed.
    """
    engine = _engine(settings)
    find_package()
    try:
        yield engine
    finally:
        await engine.close()


def _engine(settings: Mapping[str, Scalar]) -> HibariEngine:
    refuse_unknown("hibari", settings, ("processes", "threads"))
    if len(settings) > 1:
        raise wrong_setting(
            "hibari speaks in processes or in threads, not both", "Keep one of the two settings."
        )
    for name, n in settings.items():
        if not isinstance(n, int) or isinstance(n, bool) or n < 1:
            hint = f"Give {name} as a whole number from 1 on."
            raise wrong_setting(f"hibari cannot use {n!r} {name}", hint)
    n = int(next(iter(settings.values()), None) or n_cores())
    return HibariEngine(Threads(n) if "threads" in settings else Processes(n), n)


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
