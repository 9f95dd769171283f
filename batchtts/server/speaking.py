"""What LMNT's service can do and an engine need not: any speed, an exact length, a text of any length.

Whatever the engine gives comes out at 24 kHz in whole frames of 300 samples, with an alignment that tiles it.
The service tells an alignment in two ways.  The beta has one list of phonemes in frames, in which a space
parts words; v1 has stretches of the text in seconds.  Neither ever says more than the engine knew: the symbols
of phonemes are the engine's own (IPA with stress before the vowel, in hibari), and `sil` where nothing is said.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from batchtts.alignment import SILENCE, Alignment, AlignmentItem, ItemKind, Level, scale, shift, silence
from batchtts.audio.fit import fit
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm
from batchtts.audio.resampling import resample
from batchtts.engine import Engine, EngineTraits, Speech, SpeechRequest, VoiceInfo
from batchtts.lmnt.wire import FRAME_SAMPLES, SAMPLE_RATE, WORD_GAP
from batchtts.plan.splitting import split

CLOSE_ENOUGH = 0.02
"""Up to this share, speech of a wrong length is stretched rather than spoken again at another speed."""

_RUNS = re.compile(r"\s+|\S+")
_MARKS = re.compile(r"\S")


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What a client wants to hear.  `voice` is the engine's name for it; `length_seconds` outweighs `speed`."""

    text: str
    voice: str
    speed: float = 1.0
    seed: int = 0
    length_seconds: float | None = None
    language: str | None = None


class Speaker:
    """Speaks with an engine as LMNT's service would.  It may be asked for many utterances at once."""

    def __init__(self, engine: Engine) -> None:
        """Take an engine that is open."""
        self._engine = engine

    @property
    def traits(self) -> EngineTraits:
        """Return what the engine says of itself."""
        return self._engine.traits

    async def voices(self) -> Sequence[VoiceInfo]:
        """Return the voices of the engine."""
        return await self._engine.voices()

    async def speak(self, utterance: Utterance) -> Speech:
        """Return the speech at 24 kHz, in whole frames, at the speed or of the length that is asked for.

        A length is rounded to a whole frame.  Raises `EngineError` as the engine does, `FfmpegError`, and
        `ValueError` for a speed or a length that is not greater than 0.
        """
        if utterance.speed <= 0 or (utterance.length_seconds is not None and utterance.length_seconds <= 0):
            raise ValueError("a speed and a length must be greater than 0")
        if utterance.length_seconds is not None:
            n_frames = max(1, round(utterance.length_seconds * SAMPLE_RATE / FRAME_SAMPLES))
            return await self._speak_for(utterance, n_frames * FRAME_SAMPLES)
        speed = self._nearest(utterance.speed)
        speech = await self._speak_at(utterance, speed)
        if speed != utterance.speed:
            n_samples = max(1, round(speech.audio.n_samples * speed / utterance.speed))
            speech = await _fitted(speech, n_samples)
        return _in_whole_frames(speech)

    async def _speak_for(self, utterance: Utterance, n_samples: int) -> Speech:
        """Speak for `n_samples`: the engine as far as it can, then by stretching."""
        parts = self._parts(utterance.text)
        if self.traits.supports_length and len(parts) == 1:
            return await _fitted(
                await self._ask(utterance, length_seconds=n_samples / SAMPLE_RATE), n_samples
            )
        usual = self._nearest(1.0)
        speech = await self._speak_at(utterance, usual)
        ratio = speech.audio.n_samples / n_samples
        speed = self._nearest(usual * ratio)
        if abs(ratio - 1) > CLOSE_ENOUGH and speed != usual:
            speech = await self._speak_at(utterance, speed)
        return await _fitted(speech, n_samples)

    async def _speak_at(self, utterance: Utterance, speed: float) -> Speech:
        """Speak at a speed of the engine's, in as many requests as the text needs."""
        parts = self._parts(utterance.text)
        if len(parts) == 1:
            return await self._ask(utterance, speed=speed)
        spoken = [
            (start, await self._ask(replace(utterance, text=utterance.text[start:end]), speed=speed))
            for start, end in parts
        ]
        return _joined(spoken)

    async def _ask(
        self, utterance: Utterance, *, speed: float = 1.0, length_seconds: float | None = None
    ) -> Speech:
        request = SpeechRequest(
            text=utterance.text,
            voice=utterance.voice,
            language=utterance.language or next(iter(self.traits.languages), "en"),
            speed=speed,
            seed=utterance.seed,
            length_seconds=length_seconds,
        )
        return await _at_our_rate(await self._engine.synthesize(request))

    def _nearest(self, speed: float) -> float:
        slowest, fastest = self.traits.speeds
        return min(max(speed, slowest), fastest)

    def _parts(self, text: str) -> list[tuple[int, int]]:
        """Return spans of the text that the engine accepts: as many whole sentences as it takes at once."""
        limit = self.traits.max_characters
        if len(text) <= limit:
            return [(0, len(text))]
        parts: list[tuple[int, int]] = []
        for start, end in split(text, max_characters=limit):
            if parts and len(text[parts[-1][0] : end].strip()) <= limit:
                parts[-1] = (parts[-1][0], end)
            else:
                parts.append((start, end))
        return [_stripped(text, start, end) for start, end in parts]


def phoneme_frames(alignment: Alignment) -> tuple[list[int], list[str]]:
    """Return the frames of every phoneme, and in parallel the phonemes, as the beta sends them.

    Between two words, and nowhere else, stands a `WORD_GAP` that lasts as long as the pause between them, 0
    frames if there is none; marks have no phoneme.  So there is one group for each word.  What is silent
    before the first word and after the last is a phoneme `sil` at the outer edge of their groups.  Each
    boundary is rounded by itself, so the frames add up to the audio.  A phoneme has a frame at least if its
    word has enough of them.  Raises `ValueError` for an alignment that knows no phonemes or ends inside a
    frame.
    """
    words = alignment.words
    if alignment.level is not Level.PHONEME or not all(word.phonemes for word in words):
        raise ValueError("the alignment knows no phonemes")
    if alignment.n_samples % FRAME_SAMPLES:
        raise ValueError(f"{alignment.n_samples} samples are no whole number of frames")
    n_frames, heard = alignment.n_samples // FRAME_SAMPLES, 0
    frames: list[int] = []
    phonemes: list[str] = []
    for word in words:
        bounds = _phoneme_bounds(word)
        if frames or bounds[0]:
            phonemes.append(WORD_GAP if frames else SILENCE)
            frames.append(bounds[0] - heard)
        phonemes += word.phonemes
        frames += [after - before for before, after in pairwise(bounds)]
        heard = bounds[-1]
    if heard < n_frames:
        phonemes.append(SILENCE)
        frames.append(n_frames - heard)
    return frames, phonemes


def durations(alignment: Alignment, text: str) -> list[dict[str, str | float]]:
    """Return every word, space and run of marks with its start and duration in seconds, as v1 sends them.

    Silence without a text comes first and last.  The elements tile the audio, their texts the text, and all
    times are whole frames.  Of what stands between two words the marks take the pause, or else the space.
    """
    bounds: list[int] = [0]
    texts: list[str] = []
    for stretch, end in _stretches(alignment, text):
        texts.append(stretch)
        bounds.append(_frame(end))
    return [
        {"text": stretch, "start": _seconds(start), "duration": _seconds(end - start)}
        for stretch, (start, end) in zip(texts, pairwise(bounds), strict=True)
    ]


def _stretches(alignment: Alignment, text: str) -> Iterator[tuple[str, int]]:
    """Yield stretches of the text in order, each with the sample at which it ends."""
    words = alignment.words
    if not words:
        yield "", alignment.n_samples
        yield from ((run, alignment.n_samples) for run in _RUNS.findall(text))
        yield "", alignment.n_samples
        return
    yield "", words[0].start
    yield from ((run, words[0].start) for run in _RUNS.findall(text[: words[0].char[0]]))
    yield words[0].text, words[0].end
    for before, word in pairwise(words):
        yield from _between(text[before.char[1] : word.char[0]], before.end, word.start)
        yield word.text, word.end
    yield from ((run, words[-1].end) for run in _RUNS.findall(text[words[-1].char[1] :]))
    yield "", alignment.n_samples


def _between(text: str, start: int, end: int) -> Iterator[tuple[str, int]]:
    """Yield what is written between two words; the first run of marks takes the pause, or the first space."""
    runs = _RUNS.findall(text)
    if not runs and start < end:
        yield "", end
    pausing = next((index for index, run in enumerate(runs) if _MARKS.match(run)), 0)
    for index, run in enumerate(runs):
        yield run, start if index < pausing else end


def _phoneme_bounds(word: AlignmentItem) -> list[int]:
    """Return the frames at which the phonemes of a word begin, and the one at which the last ends."""
    samples = accumulate(word.phoneme_n_samples, initial=word.start)
    bounds = [_frame(sample) for sample in samples]
    if bounds[-1] - bounds[0] >= len(word.phonemes):
        for index in range(1, len(bounds) - 1):
            bounds[index] = max(bounds[index], bounds[index - 1] + 1)
        for index in range(len(bounds) - 2, 0, -1):
            bounds[index] = min(bounds[index], bounds[index + 1] - 1)
    return bounds


def _frame(sample: int) -> int:
    return (2 * sample + FRAME_SAMPLES) // (2 * FRAME_SAMPLES)


def _seconds(n_frames: int) -> float:
    return round(n_frames * FRAME_SAMPLES / SAMPLE_RATE, 4)


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


async def _at_our_rate(speech: Speech) -> Speech:
    if speech.audio.sample_rate == SAMPLE_RATE:
        return speech
    audio = await resample(speech.audio, SAMPLE_RATE)
    alignment = scale(speech.alignment, n_samples=audio.n_samples)
    return Speech(audio=audio, alignment=replace(alignment, sample_rate=SAMPLE_RATE, frame=1))


async def _fitted(speech: Speech, n_samples: int) -> Speech:
    if speech.audio.n_samples == n_samples:
        return speech
    audio = await fit(speech.audio, n_samples)
    return Speech(audio=audio, alignment=replace(scale(speech.alignment, n_samples=n_samples), frame=1))


def _joined(spoken: Sequence[tuple[int, Speech]]) -> Speech:
    """Return speeches one after another, each with the character at which its text begins."""
    n_samples = 0
    items: list[AlignmentItem] = []
    for start, speech in spoken:
        items += shift(speech.alignment.items, n_samples=n_samples, n_characters=start)
        n_samples += speech.audio.n_samples
    audio = Pcm(b"".join(speech.audio.data for _, speech in spoken), SAMPLE_RATE)
    return Speech(audio=audio, alignment=replace(spoken[0][1].alignment, items=tuple(items)))


def _in_whole_frames(speech: Speech) -> Speech:
    """Return the speech with silence after it, up to a whole frame."""
    n_missing = -speech.audio.n_samples % FRAME_SAMPLES
    if not n_missing:
        return speech
    alignment = speech.alignment
    *items, last = alignment.items
    if last.kind is ItemKind.SILENCE:
        last = silence(last.start, last.n_samples + n_missing, last.char[0], phonemes=bool(last.phonemes))
    else:
        items.append(last)
        last = silence(last.end, n_missing, last.char[1], phonemes=alignment.level is Level.PHONEME)
    return Speech(
        audio=Pcm(speech.audio.data + bytes(n_missing * SAMPLE_BYTES), SAMPLE_RATE),
        alignment=replace(alignment, items=(*items, last)),
    )
