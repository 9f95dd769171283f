"""The engine `tone`: hums a text word by word, instantly, offline, in any script, the same every time.

It is for trying out a job before anything is spent, and for tests: its durations are plausible and its
alignment is exact, but nobody can understand it.
"""

import asyncio
from array import array
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache
from math import pi, sin
from sys import byteorder
from zlib import crc32

from batchtts.alignment import Alignment, AlignmentItem, ItemKind, Level, Origin, scale
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm
from batchtts.engine import EngineTraits, Speech, SpeechRequest, VoiceInfo
from batchtts.engines.settings import refuse_unknown
from batchtts.engines.tiling import SpokenWord, tile
from batchtts.engines.words import Word, find_words, gaps
from batchtts.errors import EngineRefused, TextRejected
from batchtts.job import Scalar

SAMPLE_RATE = 24_000
LEAD, TAIL = 2_400, 3_600
PER_CHARACTER, SHORTEST = 1_560, 2_400
WORD_GAP, PAUSE, SENTENCE_PAUSE = 720, 4_800, 9_600
"""Samples of silence after a word, after a comma and after a full stop; all in all this comes to about
fifteen characters a second."""

VOICES = {"low": 110, "hum": 165, "high": 220}
"""The pitch in hertz above which each voice hums."""

AMPLITUDE = 6_000
N_PITCHES = 13
SEMITONE = 2 ** (1 / 12)


class ToneEngine:
    """Speaks in tones."""

    traits = EngineTraits(
        name="tone",
        identity="tone/1",
        version="1",
        level=Level.WORD,
        max_characters=5_000,
        max_concurrency=64,
        speeds=(0.1, 10.0),
        supports_length=True,
        sample_rate=SAMPLE_RATE,
    )

    async def voices(self) -> Sequence[VoiceInfo]:
        """Return the three pitches."""
        return [
            VoiceInfo(id=name, name=name, languages=(), description=f"hums at {pitch} Hz and above")
            for name, pitch in VOICES.items()
        ]

    async def synthesize(self, request: SpeechRequest) -> Speech:
        """Hum each word of the text at its own pitch, for `length_seconds` if that is given.

        Raises `TextRejected` for a text without a word, and `EngineRefused` for an unknown voice.
        """
        await asyncio.sleep(0)  # an engine always waits a little; callers must not get used to less
        if request.voice not in VOICES:
            raise EngineRefused(
                f"tone has no voice {request.voice}", hint=f"Its voices are {', '.join(VOICES)}."
            )
        natural = _alignment(request.text)
        seconds = request.length_seconds or natural.n_samples / SAMPLE_RATE / request.speed
        alignment = scale(natural, n_samples=max(1, round(seconds * SAMPLE_RATE)))
        hummed = b"".join(_sound(item, request) for item in alignment.items)
        return Speech(audio=Pcm(hummed, SAMPLE_RATE), alignment=alignment)


@asynccontextmanager
async def open_engine(settings: Mapping[str, Scalar]) -> AsyncIterator[ToneEngine]:
    """Open the engine; it has no settings, and raises `InputError` for any."""
    refuse_unknown("tone", settings, ())
    yield ToneEngine()


def _alignment(text: str) -> Alignment:
    """Return when each word is hummed at speed 1."""
    words = find_words(text)
    if not any(not word.is_sign for word in words):
        raise TextRejected("there is no word in the text", hint="Give it at least one letter or digit.")
    spoken = list(_spoken(words, gaps(text, words)[1:]))
    return Alignment(
        sample_rate=SAMPLE_RATE,
        level=Level.WORD,
        origin=Origin.ENGINE,
        items=tile(text, spoken, n_samples=spoken[-1].end + TAIL, phonemes=False),
    )


def _spoken(words: Sequence[Word], gaps_after: Sequence[str]) -> Iterator[SpokenWord]:
    start = LEAD
    for word, gap in zip(words, gaps_after, strict=True):
        end = start + max(SHORTEST, len(word.text) * PER_CHARACTER)
        yield SpokenWord(char=(word.start, word.end), start=start, end=end)
        start = end + _pause(gap)


def _pause(gap: str) -> int:
    if any(mark in gap for mark in ".!?…。！？"):
        return SENTENCE_PAUSE
    return WORD_GAP if not gap or gap.isspace() else PAUSE


def _sound(item: AlignmentItem, request: SpeechRequest) -> bytes:
    """Return the samples of one item.

    A word is hummed in whole periods, which end where they begin, at zero: so it neither starts nor stops
    with a click.  What is left of it is silent.
    """
    if item.kind is not ItemKind.WORD:
        return bytes(item.n_samples * SAMPLE_BYTES)
    pitch = crc32(item.text.encode(errors="surrogatepass"), request.seed & 0xFFFFFFFF) % N_PITCHES
    period = _period(VOICES[request.voice], pitch)
    hummed = period * (item.n_samples * SAMPLE_BYTES // len(period))
    return hummed.ljust(item.n_samples * SAMPLE_BYTES, b"\0")


@lru_cache(maxsize=len(VOICES) * N_PITCHES)
def _period(lowest: int, pitch: int) -> bytes:
    """Return one period of the tone that is `pitch` semitones above `lowest` hertz."""
    n_samples = round(SAMPLE_RATE / (lowest * SEMITONE**pitch))
    wave = array("h", (round(AMPLITUDE * sin(2 * pi * n / n_samples)) for n in range(n_samples)))
    if byteorder == "big":
        wave.byteswap()
    return wave.tobytes()
