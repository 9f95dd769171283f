"""Who gets which texts when, and what becomes of them when a worker is lost, hangs, or is not the right one."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from batchtts.cluster import serving
from batchtts.cluster.crew import Crew
from batchtts.cluster.line import Asked, Line
from batchtts.cluster.link import AnswerLost, CallFailed, Link, LinkLost
from batchtts.cluster.messages import Answer, Failure, Misfit, Order, WrongProcess
from batchtts.cluster.roster import Batch, Host
from batchtts.engine import Speech, SpeechRequest, VoiceInfo
from batchtts.errors import BatchttsError, EngineRefused, EngineUnavailable
from batchtts.events import Listener, NoteTaken
from batchtts.render.stopping import Stop

_DEATHS_BEYOND_CHANCE = 8


class Dispatcher:
    """Hands out what is asked, in batches, to the workers that are there.

    When nothing can come of it any more, it asks the run to stop, and fails whatever is still asked.
    """

    def __init__(
        self,
        link: Link,
        lines: Sequence[Line],
        *,
        name: str,
        patience_seconds: float,
        stop: Stop,
        tell: Listener,
    ) -> None:
        """Do nothing yet.  `name` is that of the cluster; `patience_seconds` is how long it may be without workers."""
        self._link = link
        self._lines = deque(lines)
        self._name = name
        self._stop = stop
        self._crew = Crew(
            link,
            {line.spec: line.needed for line in lines},
            self,
            name=name,
            patience_seconds=patience_seconds,
            note=lambda text: tell(NoteTaken(text=text)),
        )
        self._roster = self._crew.roster
        self._loop = asyncio.get_running_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._replacing: set[asyncio.Task[None]] = set()
        self._group = asyncio.TaskGroup()
        self._changed = asyncio.Event()
        self._is_pumping = False
        self._end: BatchttsError | None = None
        self._n_deaths = 0

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Work as long as the block lasts; what is still in flight at its end is let go of.

        A worker that hangs is replaced all the same, which takes half a minute at most: the next run may need it.
        """
        async with self._group:
            self.start(self._crew.watch())
            try:
                yield
            finally:
                for task in self._tasks - self._replacing:
                    task.cancel()

    async def ask(self, line: Line, request: SpeechRequest) -> Speech:
        """Return the speech for a request, from whichever worker has time for it.

        Raises what the engine raises; `EngineUnavailable` also where the worker was lost, and `TextRejected`
        where too many were lost with this text.
        """
        if self._end is not None:
            raise self._unavailable()
        if (rejection := line.rejection(request)) is not None:
            raise rejection
        asked = Asked(request, self._loop.create_future())
        line.add(asked)
        self._pump_soon()
        try:
            return await asked.answer
        except asyncio.CancelledError:
            self._abandon(line, asked)
            raise

    async def voices(self, line: Line) -> Sequence[VoiceInfo]:
        """Return the voices of an engine, from one of the workers."""
        while not (hosts := self._roster.ready()):
            if self._end is not None:
                raise self._unavailable()
            self._changed.clear()
            await self._changed.wait()
        try:
            found = await self._link.call(hosts[0].address, serving.list_voices, line.spec)
        except (AnswerLost, LinkLost, CallFailed) as error:
            raise EngineUnavailable(f"the worker {hosts[0].address} did not answer: {error}") from error
        if isinstance(found, Failure):
            raise found.error(hosts[0].address)
        return found

    def start(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Do something until it is done, or this is at its end."""
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def arrived(self) -> None:
        """Give whoever is there what waits."""
        self._changed.set()
        self._pump_soon()

    def left(self, host: Host) -> None:
        """Take what a worker had as lost with it."""
        if host.batches:
            self._n_deaths += 1
        for batch in host.batches:
            self._lose(host, batch)
            if batch.carrying not in (None, asyncio.current_task()):
                batch.carrying.cancel()
        # As many as there are may be lost at once, and come back: power fails, and machines are taken away.
        if self._n_deaths >= _DEATHS_BEYOND_CHANCE + 2 * self._roster.n_most:
            self.give_up(
                EngineRefused(
                    f"{self._n_deaths} workers of {self._name} were lost one after another, and nothing was spoken "
                    "meanwhile",
                    hint="Their own logs say why.",
                )
            )
        self._pump_soon()

    def give_up(self, reason: BatchttsError) -> None:
        """Ask the run to stop, and fail all that is asked now, and from now on."""
        if self._end is not None:
            return
        self._end = reason
        self._stop.request(reason)
        self._changed.set()
        for asked in self._all_asked():
            if not asked.answer.done():
                asked.answer.set_exception(self._unavailable())
        for task in self._tasks:
            task.cancel()

    def _pump_soon(self) -> None:
        """Hand out when everybody who asks at this moment has asked: so they go together, and nobody waits."""
        if not self._is_pumping and self._end is None:
            self._is_pumping = True
            self._loop.call_soon(self._pump)

    def _pump(self) -> None:
        self._is_pumping = False
        if self._end is not None:
            return
        for line in self._lines:
            while line.suspects and (host := self._roster.idle()) is not None:
                self._send(host, line, [line.suspects.popleft()], is_alone=True)
        while self._send_next():
            pass
        for line in self._lines:
            line.gate.resize(line.window(self._roster.n_threads))

    def _send_next(self) -> bool:
        """Send one batch, if there is something to send and somebody to send it to: of each engine in turn."""
        n_suspects = sum(len(line.suspects) for line in self._lines)
        for line in self._lines:
            host, n_places = (
                self._roster.freest(line.depth, n_suspects=n_suspects) if line.waiting else (None, 0)
            )
            if host is not None:
                self._send(host, line, line.take(n_places), is_alone=False)
                self._lines.remove(line)
                self._lines.append(line)
                return True
        return False

    def _send(self, host: Host, line: Line, asked: Sequence[Asked], *, is_alone: bool) -> None:
        batch = Batch(line=line, asked=asked, is_alone=is_alone)
        host.batches.append(batch)
        batch.carrying = self.start(self._carry(host, batch))

    async def _carry(self, host: Host, batch: Batch) -> None:
        line, address = batch.line, host.address
        assert host.process is not None
        order = Order(
            engine=line.spec,
            needed=line.needed,
            process=host.process,
            requests=tuple(asked.request for asked in batch.asked),
        )
        try:
            answer = await self._link.call(address, serving.speak, order)
        except AnswerLost:
            self._crew.dismiss(host)
        except LinkLost as lost:
            self._crew.lose_link(lost)
        except (WrongProcess, Misfit, CallFailed) as error:
            self._hand_back(host, batch)
            if isinstance(error, WrongProcess):
                self._crew.dismiss(host)
            else:
                self._crew.refuse(host, str(error))
        else:
            self._settle(host, batch, answer)
        finally:
            if batch in host.batches:
                host.batches.remove(batch)
            self._pump_soon()

    def _settle(self, host: Host, batch: Batch, answer: Answer) -> None:
        """Tell everybody who still waits what came of his request; what came too late is for nobody."""
        host.is_hung = False
        self._n_deaths = 0
        batch.line.note_pace(len(batch.asked), answer.seconds)
        for asked, outcome in zip(batch.asked, answer.outcomes, strict=True):
            batch.line.note_answer(asked)
            if asked.answer.done():
                continue
            if isinstance(outcome, Failure):
                asked.answer.set_exception(outcome.error(host.address))
            else:
                asked.answer.set_result(outcome)

    def _lose(self, host: Host, batch: Batch) -> None:
        for asked in batch.asked:
            error = batch.line.note_loss(asked, host.address, is_alone=batch.is_alone, is_hang=host.is_hung)
            if not asked.answer.done():
                asked.answer.set_exception(error)

    def _hand_back(self, host: Host, batch: Batch) -> None:
        """Let requests wait again: nobody has spoken them."""
        host.batches.remove(batch)
        for asked in reversed(batch.asked):
            if not asked.answer.done():
                batch.line.add(asked, first=True)

    def _abandon(self, line: Line, asked: Asked) -> None:
        """Take note that nobody waits for an answer any more; a worker that did not give it in time hangs."""
        if line.remove(asked):
            return
        for host in self._roster:
            if not host.is_hung and any(asked in batch.asked for batch in host.batches):
                host.is_hung = True
                self._replacing.add(self.start(self._replace(host)))

    async def _replace(self, host: Host) -> None:
        """Have another worker take the place of one that hangs, or give it nothing before it answers again."""
        if not await self._link.replace(host.address):
            self._crew.dismiss(host)

    def _all_asked(self) -> Iterator[Asked]:
        for line in self._lines:
            yield from [*line.waiting, *line.suspects]
        for host in self._roster:
            for batch in host.batches:
                yield from batch.asked

    def _unavailable(self) -> EngineUnavailable:
        return EngineUnavailable(str(self._end))
