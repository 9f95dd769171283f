"""An engine as the run knows it, whose texts are spoken by the workers of a cluster."""

from collections.abc import Sequence
from dataclasses import replace

from batchtts.cluster.dispatching import Dispatcher
from batchtts.cluster.gate import GatedAccess
from batchtts.cluster.line import Line
from batchtts.engine import EngineTraits, Speech, SpeechRequest, VoiceInfo
from batchtts.render.throttle import Access


class ClusteredEngine:
    """Speaks elsewhere.  It is what the engine there is, but for how much it does at once."""

    def __init__(
        self, traits: EngineTraits, line: Line, dispatcher: Dispatcher, *, max_concurrency: int
    ) -> None:
        self.traits = replace(traits, max_concurrency=max_concurrency)
        self._line = line
        self._dispatcher = dispatcher

    async def voices(self) -> Sequence[VoiceInfo]:
        """Return the voices that the engine has on a worker."""
        return await self._dispatcher.voices(self._line)

    async def synthesize(self, request: SpeechRequest) -> Speech:
        """Have a worker speak the text."""
        return await self._dispatcher.ask(self._line, request)

    async def fitted(self, request: SpeechRequest) -> Speech:
        """Have a worker speak for as long as is asked: what is asked again, and stretched, it does itself."""
        return await self._dispatcher.ask(self._line, request)

    def gated(self, inner: Access) -> Access:
        """Return the way to this engine: it lets in as many as the workers that are there now can take."""
        return GatedAccess(self._line.gate, inner)
