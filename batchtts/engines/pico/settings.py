"""What `pico` can be asked for: voices by their locale, speeds, and pitch; and how many processes speak."""

from collections.abc import Mapping
from difflib import get_close_matches

from batchtts.engine import SpeechRequest, VoiceInfo
from batchtts.engines.settings import refuse_unknown, wrong_setting
from batchtts.errors import EngineRefused
from batchtts.job import Scalar
from batchtts.machine import n_cores

SAMPLE_RATE = 16_000
SLOWEST, FASTEST = 0.2, 5.0
LOWEST, HIGHEST = 0.5, 2.0

VOICES = {
    "en-US": "American English",
    "en-GB": "British English",
    "de-DE": "German",
    "es-ES": "Spanish",
    "fr-FR": "French",
    "it-IT": "Italian",
}
LANGUAGES = tuple(dict.fromkeys(locale.split("-")[0] for locale in VOICES))


def voice_infos() -> list[VoiceInfo]:
    """Return the voices, one for each locale."""
    return [
        VoiceInfo(
            id=locale,
            name=locale,
            languages=(locale,),
            gender="female",
            description=f"{language}, plain and clear, small and fast",
        )
        for locale, language in VOICES.items()
    ]


def n_processes(settings: Mapping[str, Scalar]) -> int:
    """Return how many processes are to speak, by default as many as there are cores."""
    refuse_unknown("pico", settings, ("processes",))
    n = settings.get("processes", n_cores())
    if not isinstance(n, int) or isinstance(n, bool) or n < 1:
        raise wrong_setting(f"pico cannot use {n!r} processes", "Give processes as a whole number from 1 on.")
    return n


def pitch_of(request: SpeechRequest) -> float:
    """Check a request, and return its setting `pitch`.  Raises `EngineRefused` for what pico cannot do."""
    if request.voice not in VOICES:
        nearest = get_close_matches(request.voice, VOICES, n=1, cutoff=0.3)
        raise EngineRefused(
            f"pico has no voice {request.voice}",
            hint=(f"Did you mean {nearest[0]}? " if nearest else "") + f"Its voices are {', '.join(VOICES)}.",
        )
    if not SLOWEST <= request.speed <= FASTEST:
        raise EngineRefused(
            f"pico cannot speak at speed {request.speed:g}", hint=f"Choose {SLOWEST:g} to {FASTEST:g}."
        )
    pitch = request.settings.get("pitch", 1.0)
    if isinstance(pitch, bool) or not isinstance(pitch, int | float) or not LOWEST <= pitch <= HIGHEST:
        raise EngineRefused(
            f"pico cannot speak at pitch {pitch!r}", hint=f"Choose {LOWEST:g} to {HIGHEST:g}."
        )
    return float(pitch)
