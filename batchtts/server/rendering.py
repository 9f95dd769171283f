"""From a request for speech to its audio, whatever shape the answer has."""

import math
from dataclasses import dataclass
from secrets import randbelow

from aiohttp import web

from batchtts.alignment import Alignment
from batchtts.audio import wav
from batchtts.audio.encoding import encode
from batchtts.audio.ffmpeg import FfmpegError
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm
from batchtts.engine import Speech
from batchtts.errors import EngineError
from batchtts.lmnt import wire
from batchtts.server.faults import Answer, injected
from batchtts.server.inputs import SpeechInput
from batchtts.server.refusals import Refusal, refusal_of
from batchtts.server.service import Service
from batchtts.server.speaking import Utterance

WRONG_RATE = 22_050
"""Of the silence that is injected as a fault: no rate that a client could have asked for."""

_SEED_MASK = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """Audio as it goes out, what is spoken in it and when, and the seed that gives the same again."""

    audio: bytes
    text: str
    alignment: Alignment
    seed: int


def authenticate(request: web.Request, service: Service) -> str:
    """Return the client that asks.  Raises `Refusal` 401 or 403."""
    return service.keyring.check(request.headers.get(wire.KEY_HEADER))


async def render(request: web.Request, service: Service, client: str, spoken: SpeechInput) -> Rendered:
    """Speak and encode what a client asked for.

    Nothing is rendered before a slot is free.  Raises `Refusal` for an unknown voice, a language that the engine
    does not speak, too many requests, and for whatever the engine itself refuses.
    """
    utterance = _utterance(service, spoken)
    fault = injected(request)
    if fault is not None and fault.answer is Answer.SAME and service.faults is not None:
        utterance = service.faults.first_of_all(utterance)
    try:
        async with service.admission.slot(client):
            speech = await service.speaker.speak(utterance)
            audio = await encode(speech.audio, spoken.format, spoken.sample_rate)
    except EngineError as error:
        raise refusal_of(error) from error
    except FfmpegError as error:
        raise Refusal(500, f"the audio could not be encoded: {error}") from error
    service.count(client, spoken.text, speech)
    if fault is not None and fault.answer is Answer.SILENCE:
        audio = _silence(speech)
    return Rendered(audio=audio, text=utterance.text, alignment=speech.alignment, seed=utterance.seed)


def _utterance(service: Service, spoken: SpeechInput) -> Utterance:
    voice = service.engine_voice(spoken.voice, spoken.language)
    seed = randbelow(2**31) if spoken.seed is None else spoken.seed & _SEED_MASK
    return Utterance(
        text=spoken.text,
        voice=voice,
        speed=spoken.speed,
        seed=seed,
        length_seconds=spoken.length_seconds,
        language=spoken.language,
    )


def _silence(speech: Speech) -> bytes:
    n_samples = math.ceil(speech.audio.seconds * WRONG_RATE)
    return wav.encode(Pcm(bytes(n_samples * SAMPLE_BYTES), WRONG_RATE))
