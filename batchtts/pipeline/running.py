"""`batchtts run`: render what is missing, stitch chapters as they become whole, and say what came of it."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass

from batchtts import __version__
from batchtts.cluster.executor import Executor
from batchtts.engine import Engine
from batchtts.errors import BatchttsError, EngineRefused, Interrupted, LedgerError, StoppedEarly
from batchtts.events import Event, Listener, NoteTaken, RunEnded, RunStarted, SegmentFailed, TakeKept
from batchtts.files import sha256_of
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.queries import Spending
from batchtts.model import Master, Segment, Take
from batchtts.pipeline.hosting import host_engines
from batchtts.pipeline.outcome import Outcome, find_holes
from batchtts.pipeline.reporting import write_report
from batchtts.pipeline.restoring import Restored, note_intact, refuse_other_job, restore
from batchtts.pipeline.settling import Settled, check_voices
from batchtts.pipeline.spending import since
from batchtts.pipeline.stitching import Stitcher
from batchtts.pipeline.surveying import State, Survey, wanted_chapters
from batchtts.plan.estimate import seconds_of
from batchtts.plan.sharding import Shard
from batchtts.render.pool import Pending, Studio, render
from batchtts.render.retrying import RetryPolicy
from batchtts.render.stopping import Stop, run_together

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
    executor: Executor | None = None


async def run(settled: Settled, options: RunOptions, *, tell: Listener, stop: Stop) -> Outcome:
    """Render and stitch what the job still lacks.

    Raises `PlanError` for a chapter that does not exist, `LedgerError` if the ledger is busy or damaged,
    and whatever this machine says when a file cannot be written.
    """
    wanted_chapters(settled.plan.chapters, options.only)  # refused before anything is written
    with Ledger.open(settled.workspace.state) as ledger:
        refuse_other_job(ledger, settled)
        ledger.start_run(version=__version__, manifest_sha256=sha256_of(settled.job.path))
        try:
            outcome = await _Run(settled, options, ledger, tell, stop).go()
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


class _Run:
    """One run: the order in which things happen."""

    def __init__(
        self, settled: Settled, options: RunOptions, ledger: Ledger, tell: Listener, stop: Stop
    ) -> None:
        self._settled = settled
        self._options = options
        self._ledger = ledger
        self._tell = tell
        self._stop = stop
        self._takes: dict[str, Take] = {}
        self._n_kept = 0
        self._rendered_seconds = 0.0
        self._reasons: dict[str, str] = {}
        self._stitched: list[Master] = []
        self._spent_before = self._spending()

    async def go(self) -> Outcome:
        """Restore, render and stitch; once more while stitching finds damaged takes."""
        started = time.monotonic()
        self._limit_time()
        restored = await asyncio.to_thread(self._restore)
        self._tell_restored(restored)
        for _ in range(_MOST_PASSES):
            if not await self._pass(self._survey()) or self._stop.requested:
                return self._outcome(restored, time.monotonic() - started)
        raise LedgerError(
            "takes turn out damaged as soon as they are written",
            hint="Check the disk, then run the same command again.",
        )

    def _restore(self) -> Restored:
        self._ledger.replace_plan(self._settled.plan)
        restored = restore(self._ledger, self._settled.workspace)
        self._takes = self._ledger.live_takes()
        return restored

    async def _pass(self, survey: Survey) -> bool:
        """Render and stitch once; return whether a take was found damaged."""
        lacking = [
            segment
            for segment in survey.lacking(retry_failed=self._options.retry_failed)
            if segment.id not in self._reasons  # asked for in vain in an earlier pass
        ]
        limit = self._options.limit
        wanted = lacking if limit is None else lacking[: max(0, limit - self._n_kept)]
        stitcher = await asyncio.to_thread(Stitcher, survey, self._ledger, self._tell)
        self._tell(
            RunStarted(
                n_segments=survey.count(),
                n_done=survey.count(State.DONE),
                n_pending=len(wanted),
                pending_seconds=survey.estimated_seconds(wanted),
            )
        )

        async def fill() -> None:
            try:
                if wanted:
                    await self._render(wanted, stitcher)
                if len(wanted) < len(lacking):
                    self._stop.request(_early(f"--limit {limit}"))
            finally:
                stitcher.finish(drain=not isinstance(self._stop.reason, Interrupted))

        await run_together(self._stop, [fill, stitcher.work])
        self._stitched += stitcher.stitched
        return stitcher.found_damage

    async def _render(self, wanted: Sequence[Segment], stitcher: Stitcher) -> None:
        def hear(event: Event) -> None:
            if isinstance(event, TakeKept):
                self._keep(event.take)
                stitcher.add(event.take)
            elif isinstance(event, SegmentFailed):
                self._reasons[event.segment] = event.reason
            self._tell(event)

        job = self._settled.job
        async with AsyncExitStack() as stack:
            studio = Studio(
                ledger=self._ledger,
                workspace=self._settled.workspace,
                limits=job.limits,
                policy=RetryPolicy(
                    attempts=job.rendering.attempts, patience_seconds=job.rendering.patience_seconds
                ),
                timeout_seconds=job.rendering.timeout_seconds,
                stop=self._stop,
                tell=hear,
                prices={name: settings.price for name, settings in job.engines.items()},
            )
            by_engine: dict[str, list[Segment]] = {}
            for segment in wanted:
                by_engine.setdefault(segment.voice.engine, []).append(segment)
            engines = await host_engines(
                stack,
                self._options.executor,
                self._settled,
                sorted(by_engine),
                stop=self._stop,
                tell=self._tell,
            )
            if not engines or not await self._voices_are_known(engines, wanted):
                return
            queues = [(engines[name], self._pending(segments)) for name, segments in by_engine.items()]
            await render(studio, queues, concurrency=self._options.concurrency or job.rendering.concurrency)

    async def _voices_are_known(self, engines: Mapping[str, Engine], wanted: Sequence[Segment]) -> bool:
        """Have remote engines name their voices; one that refuses to is a reason to stop.

        False also when the end was asked for meanwhile.
        """
        try:
            notes = await self._stop.unless_requested(check_voices(self._settled.job, engines, wanted))
        except EngineRefused as error:
            self._stop.request(error)
            return False
        for note in notes or ():
            self._tell(NoteTaken(text=note))
        return notes is not None

    def _keep(self, take: Take) -> None:
        self._takes[take.fingerprint] = take
        self._n_kept += 1
        self._rendered_seconds += take.n_samples / take.sample_rate
        note_intact(self._ledger, self._settled.workspace, [take.path])

    def _pending(self, wanted: Iterable[Segment]) -> Iterator[Pending]:
        seeds, numbers = self._ledger.retake_seeds(), self._ledger.next_take_numbers()
        for segment in wanted:
            yield Pending(
                segment=segment,
                seed=seeds.get(segment.fingerprint, segment.seed),
                language=self._settled.plan.language,
                number=numbers.get(segment.fingerprint, 1),
                estimated_seconds=seconds_of(segment, self._settled.traits),
            )

    def _survey(self) -> Survey:
        return Survey(
            settled=self._settled,
            chapters=wanted_chapters(self._settled.plan.chapters, self._options.only),
            takes=self._takes,
            failures=self._ledger.failures(),
            shard=self._options.shard,
        )

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
        for path, why in restored.dropped:
            self._tell(NoteTaken(text=f"{path}: {why}; it is rendered again"))

    def _outcome(self, restored: Restored, wall_seconds: float) -> Outcome:
        survey = self._survey()
        masters = self._ledger.masters()
        holes = find_holes(survey, self._reasons)
        whole = [
            chapter
            for chapter in survey.chapters
            if all(survey.state(segment) is State.DONE for segment in chapter.segments)
        ]
        return Outcome(
            n_segments=survey.count(),
            n_kept=self._n_kept,
            rendered_seconds=self._rendered_seconds,
            n_left=survey.count() - survey.count(State.DONE) - len(holes),
            masters=tuple(masters[chapter.id] for chapter in whole if chapter.id in masters),
            stitched=tuple(self._stitched),
            holes=holes,
            restored=restored,
            stopped=self._stop.reason,
            wall_seconds=wall_seconds,
            spending=since(self._spent_before, self._spending()),
            shard=self._options.shard,
        )

    def _spending(self) -> list[Spending]:
        """Return what all attempts came to; without a price nobody asks, and counting takes time."""
        has_price = any(engine.price is not None for engine in self._settled.job.engines.values())
        return self._ledger.spending() if has_price else []


def _early(what: str) -> StoppedEarly:
    return StoppedEarly(f"in good order, by {what}", hint="The same command goes on where this one stopped.")


def _first(error: BaseException) -> BaseException:
    """Return an error, or the first of those that a task group has bundled."""
    return _first(error.exceptions[0]) if isinstance(error, BaseExceptionGroup) else error
