"""What can be asked of an engine without a job: its voices, and a word or two."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from batchtts.audio import codec
from batchtts.engine import Speech, SpeechRequest, VoiceInfo
from batchtts.engines import registry
from batchtts.errors import EngineError, InputError, Problem
from batchtts.files import write_atomically


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVoices:
    """Voices by their engine's name, and notes about services that could not be asked for theirs."""

    by_engine: Mapping[str, Sequence[VoiceInfo]]
    notes: tuple[str, ...] = ()


def list_voices(engine: str | None = None) -> ListedVoices:
    """Return the voices of one engine, or of all that are installed.

    A service that does not answer, or wants a key, is an error only where it was asked for by name.
    """
    return asyncio.run(_list_voices([engine] if engine else registry.names(), is_named=engine is not None))


async def _list_voices(names: Iterable[str], *, is_named: bool) -> ListedVoices:
    found: dict[str, Sequence[VoiceInfo]] = {}
    notes: list[str] = []
    for name in names:
        async with registry.open_engine(name, {}) as opened:
            try:
                found[name] = await opened.voices()
            except EngineError as error:
                if is_named or not opened.traits.remote:
                    raise
                notes.append(f"the voices of {name} are not listed: {error}")
    return ListedVoices(by_engine=found, notes=tuple(notes))


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
