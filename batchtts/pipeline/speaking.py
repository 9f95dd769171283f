"""What can be asked of an engine without a job: its voices, and a word or two."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from batchtts.audio import codec
from batchtts.engine import Engine, Speech, SpeechRequest, VoiceInfo
from batchtts.engines import registry
from batchtts.errors import EngineError, EngineRefused, InputError, Problem
from batchtts.files import write_atomically


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVoices:
    """Voices by their engine's name, and notes about engines that could not be asked for theirs."""

    by_engine: Mapping[str, Sequence[VoiceInfo]]
    notes: tuple[str, ...] = ()


def list_voices(engine: str | None = None) -> ListedVoices:
    """Return the voices of one engine, or of all that are installed.

    An engine that cannot be opened, does not answer or wants a key is an error only where it was asked for by name.
    """
    return asyncio.run(_list_voices([engine] if engine else registry.names(), is_named=engine is not None))


async def _list_voices(names: Iterable[str], *, is_named: bool) -> ListedVoices:
    found: dict[str, Sequence[VoiceInfo]] = {}
    notes: list[str] = []
    for name in names:
        try:
            async with registry.open_engine(name, {}) as opened:
                found[name] = await opened.voices()
        except (EngineError, InputError) as error:
            if is_named:
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
        chosen = voice or await _first_voice(opened, engine)
        return await opened.synthesize(SpeechRequest(text=text, voice=chosen, speed=speed, seed=seed))


async def _first_voice(opened: Engine, name: str) -> str:
    known = await opened.voices()
    if not known:
        raise EngineRefused(f"{name} lists no voice", hint="Name one with --voice.")
    return known[0].id
