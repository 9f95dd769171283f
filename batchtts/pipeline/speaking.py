"""What can be asked of an engine without a job: its voices, and a word or two."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from batchtts.audio import codec
from batchtts.engine import Speech, SpeechRequest, VoiceInfo
from batchtts.engines import registry
from batchtts.errors import InputError, Problem
from batchtts.files import write_atomically


def list_voices(engine: str | None = None) -> Mapping[str, Sequence[VoiceInfo]]:
    """Return the voices of one engine, or of all that are installed, by the engine's name."""

    async def ask(name: str) -> Sequence[VoiceInfo]:
        async with registry.open_engine(name, {}) as opened:
            return await opened.voices()

    return {name: asyncio.run(ask(name)) for name in ([engine] if engine else registry.names())}


def speak(text: str, path: Path, *, engine: str, voice: str | None, speed: float, seed: int) -> Speech:
    """Speak a text into a file, whose ending tells the format, and return the speech."""
    codec.check_format(path)
    speech = asyncio.run(_ask(text, engine=engine, voice=voice, speed=speed, seed=seed))
    write_atomically(path, codec.encode(speech.audio, path.suffix.lower()))
    return speech


async def _ask(text: str, *, engine: str, voice: str | None, speed: float, seed: int) -> Speech:
    async with registry.open_engine(engine, {}) as opened:
        longest = opened.traits.max_characters
        if len(text) > longest:
            what = f"the text has {len(text)} characters, {engine} speaks {longest} at once"
            raise InputError(
                [Problem(where="say", what=what, hint="Put it into a job: `batchtts run` splits texts.")]
            )
        chosen = voice or (await opened.voices())[0].id
        return await opened.synthesize(SpeechRequest(text=text, voice=chosen, speed=speed, seed=seed))
