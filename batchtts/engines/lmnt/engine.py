"""The engine that asks LMNT's service, and never holds its key: that goes from the environment to the client."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from batchtts.alignment import Level
from batchtts.engine import EngineTraits, Speech, SpeechRequest, VoiceInfo
from batchtts.engines.lmnt.fates import Failure, engine_error, is_about_voice
from batchtts.engines.lmnt.settings import LmntSettings, read_settings
from batchtts.engines.words import has_word
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TextRejected
from batchtts.job import Scalar
from batchtts.lmnt import wire
from batchtts.lmnt.errors import NotOffered, SpeechError
from batchtts.lmnt.service import KEY_VARIABLE

if TYPE_CHECKING:
    from batchtts.engines.lmnt.asking import Asking

MAX_CONCURRENCY = 64
_QUICKLY_READ_BYTES = 1 << 20
"""Up to 20 s are read at once: a thread would cost more than their words do, and nobody is kept waiting for long."""

VOICE_SETTINGS: Mapping[str, frozenset[str]] = {
    "beta": frozenset(),
    "v1": frozenset({"temperature", "top_p", "conversational"}),
}


class LmntEngine:
    """Speaks through a service elsewhere.  It needs neither a key nor the service before the first request."""

    def __init__(self, settings: LmntSettings) -> None:
        """Remember which service to ask, and connect to nothing."""
        self._settings = settings
        self._asking: Asking | None = None
        self.traits = EngineTraits(
            name="lmnt",
            identity=settings.identity,
            version=settings.api,
            level=Level.PHONEME if settings.api == "beta" else Level.WORD,
            max_characters=wire.MAX_CHARACTERS,
            max_concurrency=MAX_CONCURRENCY,
            speeds=wire.SPEEDS,
            paid=True,
            remote=True,
            deterministic=False,
            supports_length=True,
            settings=VOICE_SETTINGS[settings.api],
            sample_rate=wire.SAMPLE_RATE,
        )

    async def voices(self) -> Sequence[VoiceInfo]:
        """Return the voices of the service; raise `EngineRefused` without a key."""
        try:
            return await self._client().voices()
        except SpeechError as error:
            found = engine_error(self._failure(error))
            if isinstance(found, TextRejected):  # no text was sent, so it is something else that is wrong
                found = EngineRefused(str(found), hint="Check api and base_url under engines.lmnt.settings.")
            raise found from error

    async def synthesize(self, request: SpeechRequest) -> Speech:
        """Have the text spoken.

        Raises `TextRejected`, without asking, for a text without a word: it would cost, and be silence.
        """
        _check(request)
        client = self._client()
        try:
            answer = await client.speech(request)
        except SpeechError as error:
            raise await self._error(error, request.voice) from error
        except (TypeError, ValueError) as error:  # what the client does not even send
            raise EngineRefused(
                f"LMNT takes no such request: {error}", hint="Change the settings of the voice."
            ) from error
        try:
            if len(answer.audio) <= _QUICKLY_READ_BYTES:
                return client.read(request.text, answer)
            return await asyncio.to_thread(client.read, request.text, answer)
        except ValueError as error:
            raise EngineUnavailable(
                f"LMNT at {self._settings.base_url} answered, but its answer cannot be used: {error}"
            ) from error

    async def close(self) -> None:
        """Close the connections."""
        if self._asking is not None:
            await self._asking.close()

    def _client(self) -> "Asking":
        if self._asking is None:
            if not os.environ.get(KEY_VARIABLE, "").strip():
                raise EngineRefused(
                    f"LMNT at {self._settings.base_url} wants a key, and there is none",
                    hint=f"Set the environment variable {KEY_VARIABLE} to a key of your account.",
                )
            from batchtts.engines.lmnt.asking import Asking

            try:
                self._asking = Asking(self._settings, max_concurrency=MAX_CONCURRENCY)
            except ValueError as error:
                raise EngineRefused(str(error), hint=f"Set {KEY_VARIABLE} anew.") from error
        return self._asking

    async def _error(self, error: SpeechError, voice: str) -> EngineError:
        """Return what an error of the client means; one about the voice names those there are."""
        if isinstance(error, NotOffered):
            return EngineRefused(error.message, hint="Change api under engines.lmnt.settings.")
        failure = self._failure(error, voice)
        if is_about_voice(failure):
            try:
                known = tuple(info.id for info in await self.voices())
            except EngineError:
                known = ()
            failure = self._failure(error, voice, known)
        return engine_error(failure)

    def _failure(self, error: SpeechError, voice: str | None = None, known: tuple[str, ...] = ()) -> Failure:
        return Failure(
            status=error.status,
            message=error.message,
            retry_after=error.retry_after,
            reached=error.reached,
            voice=voice,
            known_voices=known,
            place=self._settings.base_url,
        )


@asynccontextmanager
async def open_engine(settings: Mapping[str, Scalar]) -> AsyncIterator[LmntEngine]:
    """Open the engine with its settings `api`, `base_url` and `model`; raise `InputError` for others."""
    engine = LmntEngine(read_settings(settings))
    try:
        yield engine
    finally:
        await engine.close()


def _check(request: SpeechRequest) -> None:
    if not has_word(request.text):
        raise TextRejected("there is no word in the text", hint="Give it at least one letter or digit.")
    try:
        request.text.encode()
    except UnicodeEncodeError as error:
        raise TextRejected(
            f"the text has half of a character at {error.start}, which cannot be sent", hint="Take it out."
        ) from error
    seconds, (shortest, longest) = request.length_seconds, (wire.SHORTEST_SECONDS, wire.LONGEST_SECONDS)
    if seconds is not None and not shortest <= seconds <= longest:
        raise TextRejected(
            f"LMNT cannot speak for {seconds:g} s", hint=f"Give length {shortest:g} to {longest:g} seconds."
        )
