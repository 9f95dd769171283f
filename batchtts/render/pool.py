"""Workers that share one list of segments, and bring back a take of each or the reason why there is none."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from batchtts.engine import Engine, Speech, SpeechRequest
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TakeFailedChecks
from batchtts.events import Listener, SegmentFailed, SegmentRetried, TakeKept
from batchtts.job import Limits, Price
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.queries import Asked
from batchtts.ledger.tariffs import Tariff
from batchtts.render.checks import examine
from batchtts.render.echoes import Echoes
from batchtts.render.fitting import speak
from batchtts.render.ordering import longest_last_first
from batchtts.render.retrying import RetryPolicy, persevere, retrying
from batchtts.render.stopping import Stop, run_together
from batchtts.render.throttle import Access, Gated, Throttle, Unthrottled
from batchtts.takes.form import StoredTake
from batchtts.takes.packing import Packer

_FEWEST_SPARE_WORKERS = 4

_HELD, _MOST_HELD = 16, 256
"""How many segments for each worker, and in all, are put in order of length at the end: more would delay whole
chapters, and for a cluster, most workers only wait for their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What all workers of a run share; `prices` are by the name of the engine."""

    ledger: Ledger
    packer: Packer
    language: str
    limits: Limits
    policy: RetryPolicy
    timeout_seconds: float
    stop: Stop
    tell: Listener
    prices: Mapping[str, Price | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Booth:
    """What the workers of one engine share: the way to it, and what it has said if that has to be watched."""

    engine: Engine
    access: Access
    echoes: Echoes | None


async def render(
    studio: Studio, queues: Iterable[tuple[Engine, Iterator[Asked]]], *, concurrency: int | None
) -> None:
    """Ask for every pending segment once; each engine has a queue, and workers of its own that share it.

    Segments that stay without a take are told, and change nothing for the others.  An engine that refuses, or
    stays away, becomes the reason to stop: what is in flight is finished.  An error that nobody expected, or
    of this machine's own, is raised in a group after that.
    """
    works = []
    for engine, queue in queues:
        workers = _workers(studio, engine, concurrency)
        ordered = longest_last_first(queue, min(_MOST_HELD, _HELD * len(workers)))
        works += [partial(worker.work, ordered) for worker in workers]
    await run_together(studio.stop, works)


def _workers(studio: Studio, engine: Engine, concurrency: int | None) -> "list[Worker]":
    """Return as many workers as a local engine can serve; for a remote one more, as some wait for a retry."""
    traits = engine.traits
    n_workers = most = min(traits.max_concurrency, concurrency or traits.max_concurrency)
    access: Access = Unthrottled()
    if traits.remote:
        n_workers = max(2 * most, most + _FEWEST_SPARE_WORKERS)
        access = Throttle(traits.name, most=most, policy=studio.policy, stop=studio.stop, tell=studio.tell)
    if isinstance(engine, Gated):
        access = engine.gated(access)
    booth = Booth(engine=engine, access=access, echoes=Echoes() if traits.remote else None)
    return [Worker(studio, booth) for _ in range(n_workers)]


class Worker:
    """Asks one engine for one segment after another."""

    def __init__(self, studio: Studio, booth: Booth) -> None:
        self._studio = studio
        self._booth = booth
        self._traits = booth.engine.traits
        self._tariff = Tariff(engine=self._traits.name, price=studio.prices.get(self._traits.name))
        self._segment_id = ""
        self._n_attempts = 0
        # One for all segments of this worker: to make one costs more than a short segment does.
        self._trials = retrying(
            studio.policy, stop=studio.stop, deterministic=self._traits.deterministic, told=self._tell_retry
        )

    async def work(self, queue: Iterator[Asked]) -> None:
        """Render what nobody else has taken from the queue yet, until it is empty or the run is to end."""
        for asked in queue:
            if self._studio.stop.requested:
                return
            await self._render(asked)

    async def _render(self, asked: Asked) -> None:
        self._segment_id = asked.segment.id
        try:
            kept = await persevere(self._trials, partial(self._try, asked))
        except EngineRefused as error:
            self._studio.stop.request(error)
        except (EngineError, TakeFailedChecks) as error:
            if self._gives_up(type(error)):  # if not, the end was asked for, and the segment stays pending
                self._studio.tell(SegmentFailed(segment=self._segment_id, reason=str(error)))
        else:
            if kept is not None:
                self._studio.tell(kept)

    async def _try(self, asked: Asked, n_attempts: int) -> TakeKept | None:
        """Ask when it is this segment's turn; return None if the run is to end before that."""
        self._n_attempts = n_attempts
        if n_attempts > 1 and self._studio.stop.requested:
            return None  # the end was asked for during the wait; the segment stays pending
        return await self._booth.access.ask(self._segment_id, partial(self._attempt, asked))

    def _gives_up(self, error: type[BaseException]) -> bool:
        return self._studio.policy.gives_up(error, self._n_attempts, deterministic=self._traits.deterministic)

    def _tell_retry(self, error: BaseException, wait_seconds: float) -> None:
        self._studio.tell(
            SegmentRetried(segment=self._segment_id, reason=str(error), wait_seconds=wait_seconds)
        )

    async def _attempt(self, asked: Asked, note_answer: Callable[[], None]) -> TakeKept:
        """Ask once.  The order of these lines is the promise that nothing is paid for twice."""
        segment = asked.segment
        async with self._studio.ledger.attempt(
            segment.fingerprint,
            characters=len(segment.text),
            durable=self._traits.paid,
            tariff=self._tariff,
            is_last=self._gives_up(TakeFailedChecks),
        ) as attempt:
            speech = await self._ask(asked)
            note_answer()
            record = await self._studio.packer.store(partial(self._taken, asked, speech))
            completed = await attempt.keep(record)
        return TakeKept(
            segment=segment.id, take=record.take, estimated_seconds=segment.seconds, completed=completed
        )

    async def _ask(self, asked: Asked) -> Speech:
        segment, seconds = asked.segment, self._studio.timeout_seconds
        request = SpeechRequest(
            text=segment.text,
            voice=segment.voice.voice,
            language=self._studio.language,
            speed=segment.speed,
            seed=asked.seed,
            length_seconds=segment.length_seconds,
            most_seconds=segment.most_seconds,
            lengths=segment.lengths,
            settings=segment.voice.settings,
        )
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                return await speak(self._booth.engine, request)
        except TimeoutError as error:
            name = self._traits.name
            late = f"did not answer within {seconds:g} s" if limit.expired() else f"gave up waiting: {error}"
            raise EngineUnavailable(f"{name} {late}") from error

    def _taken(self, asked: Asked, speech: Speech) -> StoredTake:
        """Return what is to be stored of a recording; raise `TakeFailedChecks` if it must not be kept."""
        segment, traits = asked.segment, self._traits
        checks = examine(speech, segment, self._studio.limits)
        if self._booth.echoes is not None:
            self._booth.echoes.check(speech.audio, segment)
        return StoredTake(
            fingerprint=segment.fingerprint,
            number=asked.number,
            text=segment.text,
            settings=segment.settings,
            seed=asked.seed,
            engine={"name": traits.name, "version": traits.version, "identity": traits.identity},
            speech=speech,
            checks=checks,
        )
