"""The engine that has its texts spoken by worker processes, one for each core: Pico holds the interpreter."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import cached_property

from batchtts.alignment import Level
from batchtts.audio.pcm import Pcm
from batchtts.engine import EngineTraits, Speech, SpeechRequest, VoiceInfo
from batchtts.engines.hosting import Frame, Workers
from batchtts.engines.pico.estimating import Sound, align
from batchtts.engines.pico.package import find_package
from batchtts.engines.pico.reading import read_text, to_read
from batchtts.engines.pico.settings import (
    FASTEST,
    LANGUAGES,
    SAMPLE_RATE,
    SLOWEST,
    n_processes,
    pitch_of,
    voice_infos,
)
from batchtts.errors import TextRejected
from batchtts.job import Scalar

SECONDS = 60.0
"""The longest text takes about a second; what takes so much longer hangs."""

# Pico reads memory that it has not written: 2.5 MB, got anew for each text.  From the heap they hold what the
# text before has left there, and the sound differs; blocks above this size come from the system, empty.
ENVIRONMENT = {"MALLOC_MMAP_THRESHOLD_": "1000000"}


class PicoEngine:
    """Speaks five languages, in a voice for each of six locales."""

    def __init__(self, n: int) -> None:
        """Start no process before it is needed."""
        self._n_processes = n
        self._workers = Workers(
            "pico", "batchtts.engines.pico.speaking:load", n=n, seconds=SECONDS, environment=ENVIRONMENT
        )

    @cached_property
    def traits(self) -> EngineTraits:
        """Return what it is.  Raises `EngineRefused` where the package is not installed."""
        package = find_package()
        return EngineTraits(
            name="pico",
            identity=package.identity,
            version=package.version,
            level=Level.WORD,
            max_characters=3_000,
            max_concurrency=2 * self._n_processes,
            languages=LANGUAGES,
            scripts=frozenset({"LATIN"}),
            speeds=(SLOWEST, FASTEST),
            seeded=False,
            settings=frozenset({"pitch"}),
            sample_rate=SAMPLE_RATE,
        )

    async def voices(self) -> Sequence[VoiceInfo]:
        """Return the voices, named by their locales."""
        return voice_infos()

    async def synthesize(self, request: SpeechRequest) -> Speech:
        """Have the text spoken, in the language of the voice.  `length_seconds` and `seed` are ignored."""
        pitch = pitch_of(request)
        written = read_text(request.text, request.voice.split("-")[0])
        head = {"text": to_read(written), "voice": request.voice, "speed": request.speed, "pitch": pitch}
        answer = await self._workers.ask(Frame(head=head))
        audio = Pcm(answer.body, SAMPLE_RATE)
        first, last = answer.head["speech"]
        if last - first < len(written):
            raise TextRejected("pico says nothing for the text", hint="Write it in words.")
        sound = Sound(
            n_samples=audio.n_samples,
            sample_rate=SAMPLE_RATE,
            speech=(first, last),
            pauses=[(start, end) for start, end in answer.head["pauses"]],
        )
        alignment = align(request.text, written, sound)
        return Speech(audio=audio, alignment=alignment)

    async def close(self) -> None:
        """End the processes."""
        await self._workers.close()


@asynccontextmanager
async def open_engine(settings: Mapping[str, Scalar]) -> AsyncIterator[PicoEngine]:
    """Open the engine.  Its only setting is `processes`, by default the number of cores.

    Raises `InputError` for other settings, and `EngineRefused` where the package is not installed.
    """
    engine = PicoEngine(n_processes(settings))
    find_package()
    try:
        yield engine
    finally:
        await engine.close()
