"""What can change how a segment sounds, and its hash."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict

from batchtts.engine import EngineTraits
from batchtts.job import Lengths, Scalar, SegmentSettings, Voice
from batchtts.model import Settings, canonical_json


def settings_of(
    voice: Voice, own: SegmentSettings, traits: EngineTraits, language: str, lengths: Lengths
) -> Settings:
    """Return everything but the text that can change the sound, and nothing else.

    The language counts only where the engine speaks several: for an engine of one language it is no choice.  What
    few segments have is left out where it is not given, so that its coming changed no fingerprint; and so are the
    rules for lengths, where there is no length or they are the usual ones.
    """
    settings: dict[str, Scalar | Mapping[str, Scalar]] = {
        "engine": voice.engine,
        "identity": traits.identity,
        "voice": voice.voice,
        "speed": voice.speed if own.speed is None else own.speed,
        "seed": voice.seed if own.seed is None else own.seed,
        "length_seconds": own.length_seconds,
        "language": language if len(traits.languages) != 1 else traits.languages[0],
        "params": dict(voice.settings),
    }
    if own.most_seconds is not None:
        settings["most_seconds"] = own.most_seconds
    if (own.length_seconds, own.most_seconds) != (None, None) and lengths != Lengths():
        settings["lengths"] = asdict(lengths)
    return settings


def fingerprint(text: str, settings_json: str) -> str:
    """Return the hash of a text and of the canonical JSON of its settings."""
    return hashlib.sha256(f"{settings_json}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def settings_json(settings: Settings) -> str:
    """Return the form of the settings that fingerprints hash."""
    return canonical_json(settings)
