"""Fakes that speak the real protocols."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from batchtts.engine import EngineTraits, Speech, SpeechRequest, VoiceInfo
from batchtts.engines.tone import ToneEngine


class ScriptedEngine:
    """Answers with what a script says for a text, in that order, and then as the engine `tone` would.

    A script maps a text to errors, which are raised, and speeches, which are returned.  `asked` holds the
    texts in the order in which they were asked for, `requests` the whole requests; `most_at_once` is how
    many requests were in flight together at most.
    """

    def __init__(
        self,
        script: Mapping[str, Sequence[BaseException | Speech]] | None = None,
        *,
        paid: bool = False,
        max_concurrency: int = 4,
        identity: str = "scripted/1",
        traits: EngineTraits | None = None,
    ) -> None:
        self.traits = traits or replace(
            ToneEngine.traits,
            name="scripted",
            identity=identity,
            paid=paid,
            max_concurrency=max_concurrency,
        )
        self.asked: list[str] = []
        self.requests: list[SpeechRequest] = []
        self.most_at_once = 0
        self._at_once = 0
        self._script = {text: list(answers) for text, answers in (script or {}).items()}
        self._tone = ToneEngine()

    async def voices(self) -> Sequence[VoiceInfo]:
        """Return the voices of the engine `tone`."""
        return await self._tone.voices()

    async def synthesize(self, request: SpeechRequest) -> Speech:
        """Do what the script says next for this text."""
        self.asked.append(request.text)
        self.requests.append(request)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            await asyncio.sleep(0)
            return await self._answer(request)
        finally:
            self._at_once -= 1

    async def _answer(self, request: SpeechRequest) -> Speech:
        answers = self._script.get(request.text)
        if not answers:
            return await self._tone.synthesize(request)
        answer = answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer
