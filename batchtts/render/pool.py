"""Workers that share one list of segments, and bring back a take of each or the reason why there is none."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter

from batchtts.engine import Engine, Speech, SpeechRequest
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TakeFailedChecks
from batchtts.events import Listener, SegmentFailed, SegmentRetried, TakeKept
from batchtts.files import Workspace
from batchtts.ledger.ledger import Ledger
from batchtts.model import Limits, Segment, Take
from batchtts.render.checks import examine
from batchtts.render.retrying import RetryPolicy, retrying
from batchtts.render.stopping import Stop
from batchtts.takes import StoredTake, store

_STORING_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A segment to ask for: the first of those that share its fingerprint, and the seed to use."""

    segment: Segment
    seed: int
    language: str
    number: int
    estimated_seconds: float

    @property
    def engine(self) -> str:
        """Return the name of the engine to ask."""
        return self.segment.voice.engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Everything that rendering needs; one pool serves one run."""

    ledger: Ledger
    workspace: Workspace
    engines: Mapping[str, Engine]
    limits: Limits
    policy: RetryPolicy
    timeout_seconds: float
    concurrency: int | None
    stop: Stop
    tell: Listener
    _storing: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(_STORING_THREADS, thread_name_prefix="store")
    )

    async def render(self, pending: Sequence[Pending]) -> None:
        """Ask for every pending segment once, each engine with workers of its own.

        Segments that stay without a take are told, and change nothing for the others.  An engine that
        refuses becomes the reason to stop: what is in flight is finished.  An error of this machine's own
        is raised at once, in a group.
        """
        by_engine = sorted(pending, key=attrgetter("engine"))
        with self._storing:
            async with asyncio.TaskGroup() as group:
                for name, own in groupby(by_engine, key=attrgetter("engine")):
                    shared = iter(list(own))
                    for _ in range(self._n_workers(self.engines[name])):
                        group.create_task(self._work(shared))

    def _n_workers(self, engine: Engine) -> int:
        most = engine.traits.max_concurrency
        return most if self.concurrency is None else min(most, self.concurrency)

    async def _work(self, shared: Iterator[Pending]) -> None:
        for pending in shared:
            if self.stop.requested:
                return
            await self._render(pending)

    async def _render(self, pending: Pending) -> None:
        segment = pending.segment

        def told(error: BaseException, wait_seconds: float) -> None:
            self.tell(SegmentRetried(segment=segment.id, reason=str(error), wait_seconds=wait_seconds))

        deterministic = self.engines[pending.engine].traits.deterministic
        try:
            async for trial in retrying(self.policy, stop=self.stop, deterministic=deterministic, told=told):
                if self.stop.requested and trial.retry_state.attempt_number > 1:
                    return  # the end was asked for during the wait; the segment stays pending
                with trial:
                    take = await self._attempt(pending)
                    self.tell(
                        TakeKept(segment=segment.id, take=take, estimated_seconds=pending.estimated_seconds)
                    )
        except EngineRefused as error:
            self.stop.request(error)
        except (EngineError, TakeFailedChecks) as error:
            self.tell(SegmentFailed(segment=segment.id, reason=str(error)))

    async def _attempt(self, pending: Pending) -> Take:
        """Ask once.  The order of these lines is the promise that nothing is paid for twice."""
        segment, engine = pending.segment, self.engines[pending.engine]
        async with self.ledger.attempt(
            segment.fingerprint, characters=len(segment.text), durable=engine.traits.paid
        ) as attempt:
            speech = await self._ask(engine, pending)
            take = await asyncio.shield(
                asyncio.get_running_loop().run_in_executor(self._storing, self._store, pending, speech)
            )
            await attempt.keep(take)
        return take

    async def _ask(self, engine: Engine, pending: Pending) -> Speech:
        segment = pending.segment
        request = SpeechRequest(
            text=segment.text,
            voice=segment.voice.voice,
            language=pending.language,
            speed=segment.speed,
            seed=pending.seed,
            length_seconds=segment.length_seconds,
            settings=segment.voice.settings,
        )
        try:
            async with asyncio.timeout(self.timeout_seconds):
                return await engine.synthesize(request)
        except TimeoutError:
            raise EngineUnavailable(
                f"{engine.traits.name} did not answer within {self.timeout_seconds:g} s"
            ) from None

    def _store(self, pending: Pending, speech: Speech) -> Take:
        segment = pending.segment
        traits = self.engines[pending.engine].traits
        checks = examine(speech, segment, self.limits)
        return store(
            self.workspace,
            StoredTake(
                fingerprint=segment.fingerprint,
                number=pending.number,
                text=segment.text,
                settings=segment.settings,
                seed=pending.seed,
                engine={"name": traits.name, "version": traits.version, "identity": traits.identity},
                speech=speech,
                checks=checks,
            ),
        )
