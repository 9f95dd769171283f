"""`batchtts run`: render what is missing, stitch chapters as they become whole, and say what came of it."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from itertools import islice

from batchtts import __version__
from batchtts.cluster.executor import Executor
from batchtts.engine import Engine
from batchtts.errors import BatchttsError, EngineRefused, Interrupted, LedgerError, StoppedEarly
from batchtts.events import Event, Listener, NoteTaken, RunEnded, RunStarted, SegmentFailed, TakeKept
from batchtts.job import Voice
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.queries import Asked, Lacking, Spending
from batchtts.model import TAKES, Master
from batchtts.pipeline.deliveries.asking import CUT_SHORT, NO_DELIVERIES, Deliveries, asked_by
from batchtts.pipeline.hosting import host_engines
from batchtts.pipeline.lengths import lengths_in
from batchtts.pipeline.outcome import Outcome, find_holes
from batchtts.pipeline.planning.drafting import planned_ledger, replan
from batchtts.pipeline.planning.lessons import give_up_long
from batchtts.pipeline.planning.settling import Settled, check_voices
from batchtts.pipeline.reporting import write_report
from batchtts.pipeline.restoring import Restored, note_intact, restore
from batchtts.pipeline.spending import since
from batchtts.pipeline.stitching import N_STITCHERS, Stitcher
from batchtts.pipeline.surveying import scope_of
from batchtts.plan.sharding import Shard
from batchtts.render.pool import Studio, render
from batchtts.render.retrying import RetryPolicy
from batchtts.render.stopping import Stop, run_together
from batchtts.takes.packing import Packer

_MOST_PASSES = 3
"""How often takes that turn out damaged while they are stitched are rendered again in one run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What the command line says about one run; None and empty leave it to the job."""

    only: tuple[str, ...] = ()
    shard: Shard | None = None
    concurrency: int | None = None
    limit: int | None = None
    max_seconds: float | None = None
    retry_failed: bool = False
    learn: bool = False
    executor: Executor | None = None
    audiobook: tuple[str, ...] | None = None
    master: str | None = None


async def run(settled: Settled, options: RunOptions, *, tell: Listener, stop: Stop) -> Outcome:
    """Render and stitch what the job still lacks.

    Raises `InputError` for what is wrong with the job, `PlanError` for a chapter that does not exist,
    `LedgerError` if the ledger is busy or damaged, and whatever this machine says when a file cannot be written.
    """
    with planned_ledger(
        settled,
        check=lambda plan: scope_of(plan, options.only, options.shard),
        learn_anew=options.learn,
    ) as ledger:
        ledger.start_run(version=__version__, manifest_sha256=settled.job.sha256)
        try:
            outcome = await _render_and_stitch(settled, options, ledger, tell, stop)
        except BaseException as error:
            first = _first(error)
            with suppress(LedgerError):  # what went wrong first is what has to be told
                name = first.outcome if isinstance(first, BatchttsError) else "crashed"
                ledger.end_run(name, str(first))
            if first is not error:
                raise first from error
            raise
        ledger.end_run(outcome.name, outcome.reason)
        write_report(settled, outcome)
    tell(
        RunEnded(
            outcome=outcome.name,
            reason=outcome.reason,
            n_kept=outcome.n_kept,
            n_failed=len(outcome.holes),
            n_stitched=len(outcome.stitched),
            audio_seconds=outcome.audio_seconds,
            wall_seconds=outcome.wall_seconds,
        )
    )
    return outcome


async def _render_and_stitch(
    settled: Settled, options: RunOptions, ledger: Ledger, tell: Listener, stop: Stop
) -> Outcome:
    with Packer(settled.workspace, known=ledger.packs()) as packer:
        try:
            return await _Run(settled, options, ledger, packer, tell, stop).go()
        finally:
            await asyncio.to_thread(packer.close)
            note_intact(ledger, settled.workspace, [f"{TAKES}/{pack}" for pack in packer.sealed])


class _Run:
    """One run: the order in which things happen."""

    def __init__(
        self,
        settled: Settled,
        options: RunOptions,
        ledger: Ledger,
        packer: Packer,
        tell: Listener,
        stop: Stop,
    ) -> None:
        self._settled = settled
        self._options = options
        self._ledger = ledger
        self._packer = packer
        self._tell = tell
        self._stop = stop
        self._plan = ledger.plan(settled.job)
        self._scope = scope_of(ledger, options.only, options.shard)
        self._n_asked = 0
        self._is_limited = False
        self._n_kept = 0
        self._rendered_seconds = 0.0
        self._reasons: dict[str, str] = {}
        self._stitched: list[Master] = []
        self._asked = asked_by(settled.job, options.audiobook, options.master)
        self._deliveries = NO_DELIVERIES
        self._spent_before = self._spending()

    async def go(self) -> Outcome:
        """Restore, render and stitch; once more while stitching finds damaged takes."""
        started = time.monotonic()
        self._limit_time()
        restored = await asyncio.to_thread(restore, self._ledger, self._settled.workspace)
        self._tell_restored(restored)
        await self._learn()
        for _ in range(_MOST_PASSES):
            found_damage = await self._pass()
            while await self._learn() and not self._stop.requested:
                found_damage = await self._pass()
            if not found_damage or self._stop.requested:
                await self._deliver()
                return self._outcome(restored, time.monotonic() - started)
        raise LedgerError(
            "takes turn out damaged as soon as they are written",
            hint="Check the disk, then run the same command again.",
        )

    async def _learn(self) -> bool:
        """Split the texts of takes that are too long, or give them up; return whether there is another plan now."""
        is_new = await asyncio.to_thread(replan, self._settled, self._ledger)
        for segment, reason in await asyncio.to_thread(lambda: [*give_up_long(self._settled, self._ledger)]):
            self._reasons[segment] = reason
            self._tell(SegmentFailed(segment=segment, reason=reason))
        if is_new:
            self._plan = self._ledger.plan(self._settled.job)
            self._scope = scope_of(self._ledger, self._options.only, self._options.shard)
            self._tell(
                NoteTaken(text="planned anew, as some texts take longer than limits.max_seconds allows")
            )
        return is_new

    async def _pass(self) -> bool:
        """Render and stitch once; return whether a take was found damaged."""
        stitcher = await asyncio.to_thread(Stitcher, self._settled, self._ledger, self._scope, self._tell)
        lacking = self._ledger.lacking(self._scope, retry_failed=self._options.retry_failed)
        self._tell(self._started(lacking))

        async def fill() -> None:
            try:
                if lacking:
                    await self._render([share.voice for share in lacking], stitcher)
                if self._is_limited:
                    self._stop.request(_early(f"--limit {self._options.limit}"))
            finally:
                stitcher.finish(drain=not isinstance(self._stop.reason, Interrupted))

        await run_together(self._stop, [fill, *[stitcher.work] * N_STITCHERS])
        self._stitched += stitcher.stitched
        return stitcher.found_damage

    async def _deliver(self) -> None:
        """Make the deliveries that are asked for, unless something of the book is not there."""
        asked = self._asked
        if not asked.formats:
            return
        if (lacking := self._lacking()) is not None:
            self._deliveries = Deliveries(lacking=lacking)
        elif self._stop.requested:
            self._deliveries = CUT_SHORT
        else:
            from batchtts.pipeline.deliveries.delivering import deliver  # loads what few runs need

            self._deliveries = await deliver(
                self._settled, self._ledger, asked, tell=self._tell, stop=self._stop
            )

    def _lacking(self) -> str | None:
        """Return why no deliveries can be made, None if they can."""
        if self._options.only or self._options.shard is not None:
            return "only a part of the book was asked for"
        counts = self._ledger.counts()
        if n_lacking := sum(counts.values()) - counts["done"]:
            return f"{n_lacking} of {sum(counts.values())} segments have no take"
        return None

    def _started(self, lacking: Sequence[Lacking]) -> RunStarted:
        counts = self._ledger.counts(self._scope)
        n_lacking, seconds = (
            sum(share.n_segments for share in lacking),
            sum(share.seconds for share in lacking),
        )
        limit = self._options.limit
        n_pending = n_lacking if limit is None else min(n_lacking, limit - self._n_asked)
        return RunStarted(
            n_segments=sum(counts.values()),
            n_done=counts["done"],
            n_pending=n_pending,
            pending_seconds=seconds * n_pending / max(1, n_lacking),
        )

    async def _render(self, voices: Sequence[str], stitcher: Stitcher) -> None:
        def hear(event: Event) -> None:
            if isinstance(event, TakeKept):
                self._n_kept += 1
                self._rendered_seconds += event.take.n_samples / event.take.sample_rate
                stitcher.add(event.completed)
            elif isinstance(event, SegmentFailed):
                self._reasons[event.segment] = event.reason
            self._tell(event)

        job = self._settled.job
        async with AsyncExitStack() as stack:
            studio = Studio(
                ledger=self._ledger,
                packer=self._packer,
                language=self._plan.language,
                limits=job.limits,
                policy=RetryPolicy(
                    attempts=job.rendering.attempts, patience_seconds=job.rendering.patience_seconds
                ),
                timeout_seconds=job.rendering.timeout_seconds,
                stop=self._stop,
                tell=hear,
                prices={name: settings.price for name, settings in job.engines.items()},
            )
            spoken = [job.voices[name] for name in voices]
            engines = await host_engines(
                stack,
                self._options.executor,
                self._settled,
                sorted({voice.engine for voice in spoken}),
                stop=self._stop,
                tell=self._tell,
            )
            if not engines or not await self._voices_are_known(engines, spoken):
                return
            queues = [(engines[name], asked) for name, asked in self._queues(spoken).items()]
            await render(studio, queues, concurrency=self._options.concurrency or job.rendering.concurrency)

    def _queues(self, voices: Sequence[Voice]) -> dict[str, Iterator[Asked]]:
        """Return by engine what is to be asked of it, as long as the run's limit allows."""
        by_engine: dict[str, list[Voice]] = {}
        for voice in voices:
            by_engine.setdefault(voice.engine, []).append(voice)
        queues = {engine: self._pending(own) for engine, own in by_engine.items()}
        if self._options.limit is not None:
            shares = self._shares(voices, self._options.limit - self._n_asked)
            queues = {engine: islice(queue, shares[engine]) for engine, queue in queues.items()}
        return {engine: self._counted(queue) for engine, queue in queues.items()}

    def _shares(self, voices: Iterable[Voice], limit: int) -> Counter[str]:
        """Return how many of the first pending segments belong to each engine: they go by reading order, not by engine."""
        first = self._pending(voices)
        shares = Counter(asked.segment.voice.engine for asked in islice(first, limit))
        self._is_limited = next(first, None) is not None
        return shares

    def _pending(self, voices: Iterable[Voice]) -> Iterator[Asked]:
        """Yield what these voices have to say, but for what was asked for in vain in an earlier pass."""
        pending = self._ledger.pending(
            self._scope,
            self._settled.job,
            retry_failed=self._options.retry_failed,
            voices=frozenset(voice.name for voice in voices),
        )
        return (asked for asked in pending if asked.segment.id not in self._reasons)

    def _counted(self, queue: Iterator[Asked]) -> Iterator[Asked]:
        for asked in queue:
            self._n_asked += 1
            yield asked

    async def _voices_are_known(self, engines: Mapping[str, Engine], voices: Sequence[Voice]) -> bool:
        """Have remote engines name their voices; one that refuses to is a reason to stop.

        False also when the end was asked for meanwhile.
        """
        try:
            notes = await self._stop.unless_requested(check_voices(self._settled.job, engines, voices))
        except EngineRefused as error:
            self._stop.request(error)
            return False
        for note in notes or ():
            self._tell(NoteTaken(text=note))
        return notes is not None

    def _limit_time(self) -> None:
        seconds = self._options.max_seconds
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, self._stop.request, _early("--max-time"))

    def _tell_restored(self, restored: Restored) -> None:
        if self._ledger.set_aside is not None:
            self._tell(
                NoteTaken(text=f"the ledger was damaged; it was set aside as {self._ledger.set_aside}")
            )
        if restored.n_adopted:
            self._tell(
                NoteTaken(text=f"{restored.n_adopted} takes were found on disk and need not be rendered")
            )
        for name, why in restored.dropped:
            self._tell(NoteTaken(text=f"{name}: {why}; it is rendered again"))
        if restored.n_dropped > len(restored.dropped):
            self._tell(NoteTaken(text=f"{restored.n_dropped:,} takes in all were missing or damaged"))

    def _outcome(self, restored: Restored, wall_seconds: float) -> Outcome:
        counts = self._ledger.counts(self._scope)
        masters = self._masters()
        holes = find_holes(self._ledger, self._scope, self._reasons)
        return Outcome(
            n_segments=sum(counts.values()),
            n_kept=self._n_kept,
            rendered_seconds=self._rendered_seconds,
            n_left=sum(counts.values()) - counts["done"] - len(holes),
            masters=masters,
            audio_seconds=self._audio_seconds(masters),
            stitched=tuple(sorted(self._stitched, key=lambda master: master.chapter)),
            holes=holes,
            restored=restored,
            stopped=self._stop.reason,
            wall_seconds=wall_seconds,
            spending=since(self._spent_before, self._spending()),
            shard=self._options.shard,
            is_of_everything=not self._options.only and self._options.shard is None,
            lengths=lengths_in(self._ledger),
            deliveries=self._deliveries,
            has_chapters=self._settled.job.output.chapters,
        )

    def _masters(self) -> tuple[Master, ...]:
        """Return those of all wanted chapters that are whole."""
        if not self._settled.job.output.chapters:
            return ()
        found = self._ledger.masters()
        whole = (chapter for chapter, _ in self._ledger.whole_chapters(self._scope))
        return tuple(found[chapter] for chapter in whole if chapter in found)

    def _audio_seconds(self, masters: Sequence[Master]) -> float:
        if self._settled.job.output.chapters:
            return sum(master.n_samples / master.sample_rate for master in masters)
        return sum(chapter.audio_seconds for chapter in self._ledger.chapter_states(self._scope))

    def _spending(self) -> list[Spending]:
        """Return what all attempts came to."""
        return self._ledger.spending()


def _early(what: str) -> StoppedEarly:
    return StoppedEarly(f"in good order, by {what}", hint="The same command goes on where this one stopped.")


def _first(error: BaseException) -> BaseException:
    """Return an error, or the first of those that a task group has bundled."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
