"""Workers that share one list of segments, and bring back a take of each or the reason why there is none."""

import asyncio
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from batchtts.engine import Engine, Speech, SpeechRequest
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TakeFailedChecks
from batchtts.events import Listener, SegmentFailed, SegmentRetried, TakeKept
from batchtts.files import Workspace
from batchtts.job import Limits
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.tariffs import Tariff
from batchtts.model import Segment, Take, TakeRecord
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What all workers of a run share."""

    ledger: Ledger
    workspace: Workspace
    limits: Limits
    policy: RetryPolicy
    timeout_seconds: float
    stop: Stop
    tell: Listener


async def render(
    studio: Studio, queues: Iterable[tuple[Engine, Iterator[Pending]]], *, concurrency: int | None
) -> None:
    """Ask for every pending segment once; each engine has a queue, and workers of its own that share it.

    Segments that stay without a take are told, and change nothing for the others.  An engine that refuses
    becomes the reason to stop: what is in flight is finished.  An error of this machine's own is raised at
    once, in a group.
    """
    with ThreadPoolExecutor(_STORING_THREADS, thread_name_prefix="store") as storing:
        async with asyncio.TaskGroup() as group:
            for engine, queue in queues:
                most = engine.traits.max_concurrency
                for _ in range(most if concurrency is None else min(most, concurrency)):
                    group.create_task(Worker(studio, engine, storing).work(queue))


class Worker:
    """Asks one engine for one segment after another."""

    def __init__(self, studio: Studio, engine: Engine, storing: ThreadPoolExecutor) -> None:
        self._studio = studio
        self._engine = engine
        self._storing = storing
        self._segment_id = ""
        # One for all segments of this worker: to make one costs more than a short segment does.
        self._trials = retrying(
            studio.policy, stop=studio.stop, deterministic=engine.traits.deterministic, told=self._tell_retry
        )

    async def work(self, queue: Iterator[Pending]) -> None:
        """Render what nobody else has taken from the queue yet, until it is empty or the run is to end."""
        for pending in queue:
            if self._studio.stop.requested:
                return
            await self._render(pending)

    async def _render(self, pending: Pending) -> None:
        stop, tell = self._studio.stop, self._studio.tell
        self._segment_id = pending.segment.id
        try:
            async for trial in self._trials:
                if stop.requested and trial.retry_state.attempt_number > 1:
                    return  # the end was asked for during the wait; the segment stays pending
                with trial:
                    take = await self._attempt(pending)
                    tell(
                        TakeKept(
                            segment=self._segment_id,
                            take=take,
                            estimated_seconds=pending.estimated_seconds,
                        )
                    )
        except EngineRefused as error:
            stop.request(error)
        except (EngineError, TakeFailedChecks) as error:
            tell(SegmentFailed(segment=self._segment_id, reason=str(error)))

    def _tell_retry(self, error: BaseException, wait_seconds: float) -> None:
        self._studio.tell(
            SegmentRetried(segment=self._segment_id, reason=str(error), wait_seconds=wait_seconds)
        )

    async def _attempt(self, pending: Pending) -> Take:
        """Ask once.  The order of these lines is the promise that nothing is paid for twice."""
        segment = pending.segment
        async with self._studio.ledger.attempt(
            segment.fingerprint,
            characters=len(segment.text),
            durable=self._engine.traits.paid,
            tariff=Tariff(engine=self._engine.traits.name),
        ) as attempt:
            speech = await self._ask(pending)
            storing = asyncio.get_running_loop().run_in_executor(self._storing, self._store, pending, speech)
            storing.add_done_callback(_hear)
            record = await asyncio.shield(storing)
            await attempt.keep(record)
        return record.take

    async def _ask(self, pending: Pending) -> Speech:
        segment, seconds = pending.segment, self._studio.timeout_seconds
        request = SpeechRequest(
            text=segment.text,
            voice=segment.voice.voice,
            language=pending.language,
            speed=segment.speed,
            seed=pending.seed,
            length_seconds=segment.length_seconds,
            settings=segment.voice.settings,
        )
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                return await self._engine.synthesize(request)
        except TimeoutError as error:
            name = self._engine.traits.name
            late = f"did not answer within {seconds:g} s" if limit.expired() else f"gave up waiting: {error}"
            raise EngineUnavailable(f"{name} {late}") from error

    def _store(self, pending: Pending, speech: Speech) -> TakeRecord:
        segment, traits = pending.segment, self._engine.traits
        checks = examine(speech, segment, self._studio.limits)
        return store(
            self._studio.workspace,
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


def _hear(stored: asyncio.Future[TakeRecord]) -> None:
    """Take note of an error: if its worker was cancelled meanwhile, asyncio would print it behind our back."""
    if not stored.cancelled():
        stored.exception()
