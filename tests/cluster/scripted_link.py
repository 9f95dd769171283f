"""A link to workers that are none: they do as they are told, in no time."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import asdict
from pkgutil import resolve_name
from typing import Any

import virtual_time

from batchtts.cluster import serving
from batchtts.cluster.dispatching import Dispatcher
from batchtts.cluster.gate import Gate
from batchtts.cluster.line import Line
from batchtts.cluster.link import AnswerLost, LinkLost, Seat
from batchtts.cluster.messages import Answer, EngineSpec, Failure, Order, Versions
from batchtts.engine import Speech, SpeechRequest, VoiceInfo
from batchtts.engines.tone import ToneEngine
from batchtts.events import Event
from batchtts.render.stopping import Stop

NEEDED = Versions(batchtts="1", python="3.11", identity="tone/1")
SPEC = EngineSpec.of("tone", {})


async def hum(order: Order) -> Answer:
    """Speak an order as a worker would."""
    tone = ToneEngine()
    outcomes = [await tone.synthesize(request) for request in order.requests]
    return Answer(outcomes=tuple(outcomes), seconds=0.01 * len(outcomes))


class ScriptedLink:
    """Workers by address; `speak` is what they do with an order, `troubles` are what comes of the first calls.

    `orders` has what each was given, in order.
    """

    def __init__(self, *addresses: str, n_threads: int = 1) -> None:
        self.versions = dict.fromkeys(addresses, NEEDED)
        self.speak: Callable[[str, Order], Awaitable[Answer]] = lambda address, order: hum(order)
        self.orders: list[tuple[str, list[str]]] = []
        self.replaced: list[str] = []
        self.n_threads = n_threads
        self.has_nannies = True
        self.is_lost = False
        self.troubles: list[Exception] = []
        self.voices: tuple[VoiceInfo, ...] | Failure = ()
        self._n_lives = dict.fromkeys(addresses, 1)
        self._news = asyncio.Event()
        self._calls: dict[str, set[asyncio.Future[None]]] = {}

    def process(self, address: str) -> str:
        return f"{address}#{self._n_lives[address]}"

    def kill(self, address: str, *, again: bool = True) -> None:
        """End a worker; unless told otherwise another comes at its address at once."""
        for lost in self._calls.pop(address, set()):
            if not lost.done():
                lost.set_result(None)
        if again:
            self._n_lives[address] += 1
        else:
            del self._n_lives[address]
        self.look()

    async def seats(self) -> Mapping[str, Seat]:
        if self.is_lost:
            raise LinkLost("gone")
        return {address: Seat(n_threads=self.n_threads, takes_calls=True) for address in self._n_lives}

    async def news(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        finally:
            self._news.clear()

    def look(self) -> None:
        self._news.set()

    async def call(self, address: str, function: Callable[..., Any], argument: Any) -> Any:
        await asyncio.sleep(0)
        if self.troubles:
            raise self.troubles.pop()
        if function is resolve_name:
            return resolve_name(argument)
        if function is serving.introduce:
            return {"process": self.process(address), "versions": {"tone": asdict(self.versions[address])}}
        if function is serving.list_voices:
            return self.voices
        assert function is serving.speak
        self.orders.append((address, [request.text for request in argument.requests]))
        lost = asyncio.get_running_loop().create_future()
        self._calls.setdefault(address, set()).add(lost)
        speaking = asyncio.ensure_future(self.speak(address, argument))
        speaking.add_done_callback(
            lambda done: done.cancelled() or done.exception()
        )  # nobody may be left to see it
        try:
            await asyncio.wait([speaking, lost], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if lost.done() or not speaking.done():
                speaking.cancel()
        if lost.done():
            raise AnswerLost("killed")
        return speaking.result()

    async def replace(self, address: str) -> bool:
        self.replaced.append(address)
        if self.has_nannies:
            self.kill(address)
        return self.has_nannies


class Run:
    """A dispatcher at work, with one engine."""

    def __init__(self, link: ScriptedLink, patience_seconds: float = 60.0) -> None:
        self.stop = Stop()
        self.told: list[Event] = []
        self.line = Line(SPEC, NEEDED, Gate(self.stop), most_requests=16)
        self.dispatcher = Dispatcher(
            link,  # type: ignore[arg-type]
            [self.line],
            name="the cluster",
            patience_seconds=patience_seconds,
            stop=self.stop,
            tell=self.told.append,
        )

    async def ask(self, text: str) -> Speech:
        return await self.dispatcher.ask(self.line, SpeechRequest(text=text, voice="hum"))

    async def ask_all(self, *texts: str) -> list[Speech | BaseException]:
        return await asyncio.gather(*map(self.ask, texts), return_exceptions=True)


def at_work(script: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a script in virtual time."""
    virtual_time.run(script())
