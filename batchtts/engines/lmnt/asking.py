"""LMNT's client as the engine uses it: one request in, one answer read."""

from collections.abc import Sequence

from batchtts.alignment import Alignment
from batchtts.audio.pcm import Pcm
from batchtts.engine import Speech, SpeechRequest, VoiceInfo
from batchtts.engines.lmnt.phonemes import align_phonemes
from batchtts.engines.lmnt.recording import decode_recording
from batchtts.engines.lmnt.settings import LmntSettings
from batchtts.engines.lmnt.timings import Timing, align_timings
from batchtts.lmnt import wire
from batchtts.lmnt.client import Speech as Client
from batchtts.lmnt.options import Options
from batchtts.lmnt.patience import Timeout
from batchtts.lmnt.results import DetailedSpeech, Voice

_LISTING = Timeout(total_seconds=30.0)
_SPEAKING = Timeout(idle_seconds=None, total_seconds=1_800.0)
"""Whoever asks has limits of their own, `render.timeout`; these hold where nobody does.

A limit of the silence as well would be set anew with every piece that arrives.
"""


class Asking:
    """Asks one service, with the key from the environment.  Nothing is asked for twice: only `render` retries."""

    def __init__(self, settings: LmntSettings, *, max_concurrency: int) -> None:
        """Make the client; raise `ValueError` for a key that no request can carry."""
        self._settings = settings
        self._tool = settings.identity
        self._client = Client(
            base_url=settings.base_url, api=settings.api, timeout=_SPEAKING, max_concurrency=max_concurrency
        )

    async def voices(self) -> Sequence[VoiceInfo]:
        """Return the voices that can be used."""
        found = await self._client.list_voices(timeout=_LISTING)
        listed = found.items() if isinstance(found, dict) else ((voice.id, voice) for voice in found)
        return [_voice_info(id_, voice) for id_, voice in listed if voice.state in ("", "ready")]

    async def speech(self, request: SpeechRequest) -> DetailedSpeech:
        """Ask for WAV, with the times of what is spoken."""
        options = self._options(request)
        if self._settings.api == "beta":
            return await self._client.synthesize(request.text, request.voice, durations=True, **options)
        return await self._client.synthesize(request.text, request.voice, timestamps=True, **options)

    def read(self, text: str, answer: DetailedSpeech) -> Speech:
        """Return the speech in an answer; raise `ValueError` where audio and times are not what they should be."""
        audio = decode_recording(answer.audio)
        return Speech(audio=audio, alignment=self._alignment(text, answer, audio))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _options(self, request: SpeechRequest) -> Options:
        options = Options(format="wav", speed=request.speed, seed=request.seed, length=request.length_seconds)
        if self._settings.api == "v1":
            language = request.language.split("-")[0].lower()
            options["model"] = self._settings.model
            options["sample_rate"] = wire.SAMPLE_RATE
            options["language"] = language if language in wire.LANGUAGES else None
        settings: Options = dict(request.settings)  # type: ignore[assignment]  # the client checks their kinds
        return options | settings

    def _alignment(self, text: str, answer: DetailedSpeech, audio: Pcm) -> Alignment:
        if self._settings.api == "beta":
            entries = [(word.phonemes, word.phoneme_durations) for word in answer.words]
            return align_phonemes(text, entries, n_samples=audio.n_samples, tool=self._tool)
        timings = [Timing(text=part.text, start=part.start, duration=part.duration) for part in answer.texts]
        return align_timings(
            text, timings, n_samples=audio.n_samples, sample_rate=audio.sample_rate, tool=self._tool
        )


def _voice_info(id_: str, voice: Voice) -> VoiceInfo:
    return VoiceInfo(
        id=id_,
        name=voice.name or id_,
        languages=(),
        gender=voice.gender or "unknown",
        description=voice.description,
    )
