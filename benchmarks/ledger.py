"""Measures how fast the ledger records and answers, beside bare loops on the same disk, and for very many segments.

    python -m benchmarks.ledger --rows 20000 --segments 4000

A segment makes two transitions: its attempt begins, and ends with a take.  The bare loops run the same statements
on one connection, with one commit a transition, and with one a batch of 64 transitions, which is the most that
can be had when nobody waits for an answer.  `--rows` is how many takes the ledger holds beforehand.

Then ledgers of 30,000 and of 100,000 segments are filled, with BATCHTTS_BENCH_FULL=1 also one of a million: a segment
should cost the same in each, and questions about all of them should take next to nothing.
"""

import argparse
import asyncio
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from batchtts.ledger.ledger import Ledger
from batchtts.ledger.opening import NAME
from batchtts.ledger.reading import LedgerReader
from batchtts.ledger.scope import EVERYTHING
from benchmarks.keys import read
from benchmarks.ledger_rows import BATCH, JOB, TARIFF, fill, take_of, transitions
from benchmarks.measuring import PYTHON, hold, measure, reach

IN_FLIGHT = (1, 64, 256)
ROUNDS = 3
SHARE_OF_BATCHES = 0.7
SIZES, FULL = [30_000, 100_000], 1_000_000
FLAT_RATIO, MEMORY_RATIO = 1.2, 1.2
MICROSECONDS_A_TAKE = 80.0
STATUS_SECONDS = 0.1
NO_OP_RATIO = 0.5


def bare(folder: Path, n_rows: int, n_segments: int, batch: int) -> float:
    """Return how many transitions a second a plain loop makes, with one commit a batch."""
    with closing(sqlite3.connect(folder / NAME, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = FULL")
        started = time.perf_counter()
        for index, transition in enumerate(transitions(range(n_rows, n_rows + n_segments))):
            if index % batch == 0:
                db.execute("BEGIN IMMEDIATE")
            transition(db)
            if index % batch == batch - 1:
                db.execute("COMMIT")
        if db.in_transaction:
            db.execute("COMMIT")
        return 2 * n_segments / (time.perf_counter() - started)


async def record(ledger: Ledger, n_rows: int, n_segments: int, *, in_flight: int, durable: bool) -> float:
    """Return how many transitions a second the ledger makes for this many workers."""
    waiting = map(take_of, range(n_rows, n_rows + n_segments))

    async def work() -> None:
        for kept in waiting:
            fingerprint = kept.take.fingerprint
            async with ledger.attempt(fingerprint, characters=25, durable=durable, tariff=TARIFF) as attempt:
                await attempt.keep(kept)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(work())
    return 2 * n_segments / (time.perf_counter() - started)


def through_the_ledger(folder: Path, n_rows: int, n_segments: int, *, in_flight: int, durable: bool) -> float:
    """Open the ledger, record, and return the rate."""
    with Ledger.open(folder) as ledger:
        ledger.start_run(version="0", manifest_sha256="0")
        rate = asyncio.run(record(ledger, n_rows, n_segments, in_flight=in_flight, durable=durable))
        ledger.end_run("done")
        return rate


def measured(run: Callable[..., float], n_rows: int, n_segments: int) -> float:
    """Return the median rate of a few runs, each on a ledger of its own, in which these segments are planned."""
    rates = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            fill(Path(folder), n_rows + n_segments, n_rows)
            rates.append(run(Path(folder), n_rows=n_rows, n_segments=n_segments))
    return median(rates)


def hold_rates(n_rows: int, n_segments: int) -> bool:
    """Print the rates, and hold them against the bare loops."""
    single = measured(partial(bare, batch=1), n_rows, n_segments // 4)
    grouped = measured(partial(bare, batch=BATCH), n_rows, n_segments)
    print(f"bare loop, one commit each    {single:9,.0f} transitions/s")
    print(f"bare loop, {BATCH} a commit        {grouped:9,.0f} transitions/s")
    held = True
    for durable in (True, False):
        for in_flight in IN_FLIGHT:
            run = partial(through_the_ledger, in_flight=in_flight, durable=durable)
            rate = measured(run, n_rows, n_segments // 4 if in_flight == 1 else n_segments)
            name = f"ledger, {in_flight} in flight, begin {'durable' if durable else 'not waited for'}"
            print(f"{name:44} {rate:9,.0f} transitions/s  {rate / single:5.2f} x one commit each", end="")
            print(f"  {rate / grouped:5.2f} x batches", flush=True)
            if durable and in_flight == max(IN_FLIGHT):
                held = reach("ledger, durable / bare loop in batches", rate / grouped, SHARE_OF_BATCHES)
    return held


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """What a ledger of so many segments costs: CPU in microseconds for each, and in seconds for all."""

    n_segments: int
    planned: float
    kept: float
    peak_mb: float
    status: float
    no_op: float
    keys: float


def scale(n_segments: int) -> Scale:
    """Fill a ledger, in a process of its own, and put to it what `status` and a run with nothing to do ask."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        program = [PYTHON, "-m", "benchmarks.ledger_rows", folder, f"--segments={n_segments}"]
        planning = measure(program)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        program = [PYTHON, "-m", "benchmarks.ledger_rows", folder, f"--segments={n_segments}"]
        keeping = measure([*program, f"--takes={n_segments}"])
        found = Scale(
            n_segments=n_segments,
            planned=1e6 * planning.cpu / n_segments,
            kept=1e6 * (keeping.cpu - planning.cpu) / n_segments,
            peak_mb=keeping.peak_mb,
            status=cpu(partial(ask_status, Path(folder))),
            no_op=cpu(partial(ask_no_op, Path(folder))),
            keys=cpu(partial(read, f"{folder}/{NAME}")),
        )
    print(found, flush=True)
    return found


def cpu(run: Callable[[], object]) -> float:
    """Return the median CPU seconds of a few runs."""
    seconds = []
    for _ in range(ROUNDS):
        started = time.process_time()
        run()
        seconds.append(time.process_time() - started)
    return median(seconds)


def ask_status(folder: Path) -> object:
    """Ask what `batchtts status` does."""
    with LedgerReader.open(folder) or sys.exit("no ledger") as ledger:
        answers = ledger.last_run(), ledger.counts(), ledger.chapter_states(), ledger.spending()
        return *answers, list(ledger.holes(only_failed=True))


def ask_no_op(folder: Path) -> object:
    """Ask what a run does that has nothing to do."""
    with LedgerReader.open(folder) or sys.exit("no ledger") as ledger:
        state = ledger.inputs(), ledger.plan(JOB), ledger.counts(), ledger.whole_chapters(), ledger.lacking()
        files = ledger.packs(), ledger.masters(), ledger.verified(), ledger.n_retakes(), ledger.spending()
        voices = frozenset(JOB.voices)
        return state, files, list(ledger.pending(EVERYTHING, JOB, retry_failed=False, voices=voices))


def hold_scales() -> bool:
    """Hold the largest ledger against the smallest, and its answers against their limits."""
    sizes = [*SIZES, FULL] if os.environ.get("BATCHTTS_BENCH_FULL") else SIZES
    scales = [scale(size) for size in sizes]
    small, large = scales[0], scales[-1]
    name = f"{large.n_segments:,} segments"
    figures = [
        hold(f"CPU to plan one of {name} / of 30,000", large.planned / small.planned, FLAT_RATIO),
        hold(f"CPU to begin and keep one of {name} / of 30,000", large.kept / small.kept, FLAT_RATIO),
        hold(f"CPU to begin and keep one of {name}", large.kept, MICROSECONDS_A_TAKE, " µs"),
        hold(f"peak memory to fill {name} / 30,000", large.peak_mb / small.peak_mb, MEMORY_RATIO),
        hold(f"CPU of all that status asks of {name}", large.status, STATUS_SECONDS, " s"),
        hold(
            f"CPU of all a no-op run asks of {name} / reading the keys", large.no_op / large.keys, NO_OP_RATIO
        ),
    ]
    return all(figures)


def main() -> None:
    """Print all figures and hold them against their limits."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--segments", type=int, default=4_000)
    args = parser.parse_args()
    are_fast = hold_rates(args.rows, args.segments)
    sys.exit(not (hold_scales() and are_fast))


if __name__ == "__main__":
    main()
