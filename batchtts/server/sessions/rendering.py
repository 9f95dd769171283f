"""From the script of a session to speech, one sentence at a time, each in a slot of its own."""

import asyncio
from contextlib import AsyncExitStack

from batchtts.engine import Speech
from batchtts.server.refusals import Refusal
from batchtts.server.service import Service
from batchtts.server.sessions.messages import Finish, Opening
from batchtts.server.sessions.playing import Source, Spoken
from batchtts.server.sessions.script import Cue, Script, Sentence
from batchtts.server.speaking import Utterance

_KNOCKING_SECONDS = 0.1
"""How long a session waits before it asks again where too many wait already."""


class Renderer:
    """Speaks what stands in a script, for one client and in one voice."""

    def __init__(self, service: Service, client: str, opening: Opening) -> None:
        """Raises `Refusal` for a voice or a language that the server does not have."""
        self._voice = service.engine_voice(opening.voice, opening.language)
        self._service = service
        self._client = client
        self._opening = opening
        self._clock = asyncio.get_running_loop().time
        self._is_busy = False
        self._last_busy = self._clock()

    @property
    def busy_until(self) -> float:
        """Return when there was something to do last: now, or when it was done."""
        return self._clock() if self._is_busy else self._last_busy

    async def render(self, script: Script, target: Source) -> None:
        """Speak until `Finish` comes.  Raises `EngineError` and `FfmpegError`.

        While a sentence is sent the next one is spoken, and waits for a place in `target`.
        """
        cue: Cue | None = None
        while not isinstance(cue, Finish):
            begins = not isinstance(cue, Sentence)
            cue = await script.take()
            self._is_busy = True
            await target.put(await self._spoken(cue) if isinstance(cue, Sentence) else cue)
            if begins:  # the next sentence must not take the cores away from the first sound of this one
                await target.join()
            self._is_busy, self._last_busy = False, self._clock()

    async def _spoken(self, sentence: Sentence) -> Spoken:
        async with AsyncExitStack() as stack:
            await self._enter_slot(stack)
            speech = await self._speak(sentence.text)
        self._service.count(self._client, sentence.text, speech)
        return Spoken(speech=speech, text=sentence.text, is_last=sentence.is_last)

    async def _enter_slot(self, stack: AsyncExitStack) -> None:
        """Wait for a slot, however many wait already: a session that has begun is not refused in its middle."""
        while True:
            try:
                await stack.enter_async_context(self._service.admission.slot(self._client))
            except Refusal:
                await asyncio.sleep(_KNOCKING_SECONDS)
            else:
                return

    async def _speak(self, text: str) -> Speech:
        return await self._service.speaker.speak(
            Utterance(
                text=text,
                voice=self._voice,
                speed=self._opening.speed,
                language=self._opening.language,
            )
        )
