"""`batchtts check --gate`: the MP3 of each chapter is decoded, measured, and held against what a store demands."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from batchtts.audio import ffmpeg
from batchtts.audio.decoding import open_decoding
from batchtts.audio.levels import measure
from batchtts.audio.loudness import Meter
from batchtts.audio.pcm import Pcm
from batchtts.errors import GateFailed, PlanError, Problem
from batchtts.export.proof import mp3_facts
from batchtts.export.proof.gates import GATES, Limit, Miss, Sheet, misses
from batchtts.files import Workspace
from batchtts.job import Job
from batchtts.ledger.reading import LedgerReader
from batchtts.machine import n_cores
from batchtts.model import AUDIOBOOK
from batchtts.pipeline.planning.loading import read_ledger
from batchtts.pipeline.planning.settling import workspace_of

HEARD_DBFS = -50.0
"""A head lasts until 10 ms are louder than this, a tail begins when none are."""

_CHAPTERS = f"{AUDIOBOOK}/mp3/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gated:
    """What was measured in each file, and what of it is out of the limits of a gate."""

    gate: str
    limits: Sequence[Limit]
    sheets: tuple[Sheet, ...]
    misses: tuple[Miss, ...]

    def raise_if_missed(self) -> None:
        """Raise `GateFailed` if anything is out of its limit."""
        if self.misses:
            n_files = len({miss.path for miss in self.misses})
            raise GateFailed(
                f"{self.gate}: {n_files} of {len(self.sheets)} files miss it; {self.misses[0]}",
                hint=f"`batchtts run` with `--audiobook mp3 --master {self.gate}` makes files for it; heads and tails "
                "are `pauses.chapter_head` and `chapter_tail`.",
            )


class _Edges:
    """Counts the samples before and after all that is heard, as a sound comes."""

    def __init__(self) -> None:
        self.n_head = self.n_tail = 0
        self._is_heard = False

    def add(self, pcm: Pcm) -> None:
        levels = measure(pcm, silence_dbfs=HEARD_DBFS)
        is_silent = levels.n_lead == pcm.n_samples
        if not self._is_heard:
            self.n_head += levels.n_lead
        self._is_heard = self._is_heard or not is_silent
        self.n_tail = self.n_tail + pcm.n_samples if is_silent else levels.n_tail


def gate(job: Job, name: str) -> Gated:
    """Hold the MP3s of chapters against a gate, one of `GATES`.

    Raises `PlanError` where none is asked for, `GateFailed` where one is missing or is none, and `FfmpegError`
    where no ffmpeg can be run.
    """
    ffmpeg.version()
    workspace = workspace_of(job.output.folder)
    with read_ledger(job) as ledger:
        paths = _delivered(ledger, job, name)
    sheets = tuple(asyncio.run(_sheets(workspace, paths)))
    limits = GATES[name]
    return Gated(gate=name, limits=limits, sheets=sheets, misses=tuple(misses(sheets, limits)))


def _delivered(ledger: LedgerReader, job: Job, name: str) -> list[str]:
    found = [
        delivery.path
        for delivery in ledger.deliveries().values()
        if delivery.path.startswith(_CHAPTERS) and delivery.asked != "before"
    ]
    if not found:
        what = f"the gate {name} measures one MP3 for each chapter, and none is asked for"
        hint = f"`batchtts run --audiobook mp3 --master {name}` makes them, or `output: {{audiobook: [mp3], master: {name}}}`."
        raise PlanError([Problem(where=str(job.path), what=what, hint=hint)])
    return found


async def _sheets(workspace: Workspace, paths: Sequence[str]) -> list[Sheet]:
    cores = asyncio.Semaphore(n_cores())

    async def measured(path: str) -> Sheet:
        async with cores:
            return await _sheet(workspace, path)

    try:
        async with asyncio.TaskGroup() as group:
            measuring = [group.create_task(measured(path)) for path in paths]
    except ExceptionGroup as errors:
        raise errors.exceptions[0] from None
    return [sheet.result() for sheet in measuring]


async def _sheet(workspace: Workspace, name: str) -> Sheet:
    """Measure one file as whoever listens to it would hear it."""
    path = await asyncio.to_thread(workspace.brought, name)
    try:
        facts = await asyncio.to_thread(mp3_facts.read, path)
    except FileNotFoundError:
        raise GateFailed(f"{name} is missing", hint="`batchtts run` makes it anew.") from None
    rate = facts.sample_rate
    meter, edges, n_samples = Meter(rate), _Edges(), 0
    async with open_decoding(path) as decoding:
        while (pcm := (await decoding.stretch(n_samples, n_samples + rate)).pcm).n_samples:
            n_samples += pcm.n_samples
            await asyncio.to_thread(meter.add, pcm.data)
            edges.add(pcm)
    found = meter.result()
    return Sheet(
        path=name,
        measures={
            "rms_dbfs": found.rms_dbfs,
            "sample_peak_dbfs": found.sample_peak_dbfs,
            "noise_floor_dbfs": found.noise_floor_dbfs,
            "sample_rate": rate,
            "kbits_per_second": facts.least_kbits,
            "kbits_of_change": facts.most_kbits - facts.least_kbits,
            "n_channels": facts.n_channels,
            "minutes": n_samples / rate / 60,
            "head_seconds": edges.n_head / rate,
            "tail_seconds": edges.n_tail / rate,
        },
    )
