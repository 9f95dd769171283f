"""Measures how fast the ledger records: durable transitions a second, beside bare loops on the same disk.

    python -m benchmarks.ledger --rows 20000 --segments 4000

A segment makes two transitions: its attempt begins, and ends with a take.  The bare loops run the same statements
on one connection, with one commit a transition, and with one a batch of 64 transitions, which is the most that
can be had when nobody waits for an answer.  `--rows` is how many takes the ledger holds beforehand.
"""

import argparse
import asyncio
import hashlib
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median

from batchtts.ledger import recording
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.opening import NAME
from batchtts.ledger.tariffs import Tariff
from batchtts.model import Take, TakeRecord
from benchmarks.measuring import reach

IN_FLIGHT = (1, 64, 256)
BATCH = 64
ROUNDS = 3
SHARE_OF_BATCHES = 0.7
TARIFF = Tariff(engine="tone")


def records(start: int, end: int) -> Iterator[TakeRecord]:
    """Yield takes that differ in all that has to differ; hashes come in no order, as they do in life."""
    for number in range(start, end):
        digest = hashlib.sha256(b"%d" % number).hexdigest()
        take = Take(
            fingerprint=digest,
            number=1,
            seed=0,
            sha256=digest,
            n_bytes=100_000,
            sample_rate=24_000,
            n_samples=50_000,
            speech_start=2_000,
            speech_end=47_000,
        )
        yield TakeRecord(
            take=take,
            text_sha256=digest[::-1],
            settings={"engine": "tone/1", "speed": 1.0},
            checks={"peak_dbfs": -3.0},
        )


def fill(folder: Path, n_rows: int) -> None:
    """Make a ledger that holds this many takes already."""
    with Ledger.open(folder) as ledger:
        ledger.start_run(version="0", manifest_sha256="0")

        def insert(db: sqlite3.Connection) -> None:
            for number, record in enumerate(records(0, n_rows), start=1):
                recording.adopt(db, number, record, run=1, drop_reason=None)

        ledger.ask(insert)
        ledger.end_run("done")


def transitions(n_rows: int, n_segments: int) -> Iterator[Callable[[sqlite3.Connection], object]]:
    """Yield what the ledger does for each segment, as functions of a connection."""
    for number, record in enumerate(records(n_rows, n_rows + n_segments), start=n_rows + 1):
        at = recording.now()
        fingerprint = record.take.fingerprint
        yield partial(
            recording.open_attempt,
            opening=recording.Opening(
                number=number, run=1, tariff=TARIFF, fingerprint=fingerprint, characters=80, started_at=at
            ),
        )
        yield partial(recording.keep, number=number, record=record, ended_at=at)


def bare(folder: Path, n_rows: int, n_segments: int, batch: int) -> float:
    """Return how many transitions a second a plain loop makes, with one commit a batch."""
    with closing(sqlite3.connect(folder / NAME, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = FULL")
        started = time.perf_counter()
        for index, transition in enumerate(transitions(n_rows, n_segments)):
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
    waiting = records(n_rows, n_rows + n_segments)

    async def work() -> None:
        for kept in waiting:
            fingerprint = kept.take.fingerprint
            async with ledger.attempt(fingerprint, characters=80, durable=durable, tariff=TARIFF) as attempt:
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


def measured(run: Callable[[Path], float], n_rows: int) -> float:
    """Return the median rate of a few runs, each on a ledger of its own."""
    rates = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
            fill(Path(folder), n_rows)
            rates.append(run(Path(folder)))
    return median(rates)


def main() -> None:
    """Print the rates and hold them against the bare loops."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--segments", type=int, default=4_000)
    args = parser.parse_args()
    single = measured(partial(bare, n_rows=args.rows, n_segments=args.segments // 4, batch=1), args.rows)
    grouped = measured(partial(bare, n_rows=args.rows, n_segments=args.segments, batch=BATCH), args.rows)
    print(f"bare loop, one commit each    {single:9,.0f} transitions/s")
    print(f"bare loop, {BATCH} a commit        {grouped:9,.0f} transitions/s")
    held = True
    for durable in (True, False):
        for in_flight in IN_FLIGHT:
            n_segments = args.segments // 4 if in_flight == 1 else args.segments
            run = partial(
                through_the_ledger,
                n_rows=args.rows,
                n_segments=n_segments,
                in_flight=in_flight,
                durable=durable,
            )
            rate = measured(run, args.rows)
            name = f"ledger, {in_flight} in flight, begin {'durable' if durable else 'not waited for'}"
            print(f"{name:44} {rate:9,.0f} transitions/s  {rate / single:5.2f} x one commit each", end="")
            print(f"  {rate / grouped:5.2f} x batches", flush=True)
            if durable and in_flight == max(IN_FLIGHT):
                held = reach("ledger, durable / bare loop in batches", rate / grouped, SHARE_OF_BATCHES)
    sys.exit(not held)


if __name__ == "__main__":
    main()
