"""Where one coordinator is full: up to 1,000 workers and 100 million segments, from what a segment costs here.

    python -m benchmarks.simulate [--segments 10000]                  measure the costs first, by small runs
    python -m benchmarks.simulate --save benchmarks/costs.json        keep them
    python -m benchmarks.simulate --costs benchmarks/costs.json --svg docs/coordinator.svg

From the same costs come the same tables and the same figure.  docs/scaling.md tells what the model leaves out.
"""

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from math import ceil
from pathlib import Path

from benchmarks.chart import Line, draw
from benchmarks.coordinator import Load, Setup, simulate
from benchmarks.costs import Costs, measure_costs, read_costs
from benchmarks.jobs import LINES, WRITTEN

WORKERS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)
SHOWN_WORKERS = (1, 10, 100, 1_000)
JOBS = (1_000_000, 10_000_000, 100_000_000)
AUDIO_MB = 0.288
"""The samples of a segment: six seconds, the mean of a novel."""

NETWORK_MB, DISK_MB = 1_250.0, 500.0
"""What passes in a second: a network of ten gigabits, and a disk that everything is written to twice, as take and in
its chapter."""

STAGES = ("network", "processor", "disk")
PACK_MB = 256.0
FULL = 0.95
"""A coordinator whose busiest part is busy for this share of the time is full."""

INDEX_BYTES, CACHE_BYTES, READ_US = 110.0, 8e9, 100.0
"""One entry of the ledger's only index in no order, what of it stays in memory, and what it takes to read a page that
does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of engine, and how its workers are asked: by batches through a cluster, or one by one over HTTP."""

    name: str
    engine_seconds: float
    batch: int = 1
    is_service: bool = False
    stores_takes: bool = False

    def stages(self, costs: Costs) -> tuple[float, float, float]:
        """Return the seconds that a batch takes in each part of the coordinator."""
        megabytes = 0.0 if self.stores_takes else self.batch * AUDIO_MB
        once = costs.asked_us if self.is_service else costs.message_us
        processor = once + self.batch * costs.kept_us + megabytes * costs.megabyte_us
        return megabytes / NETWORK_MB, processor / 1e6, 2 * megabytes / DISK_MB

    def limit(self, costs: Costs) -> float:
        """Return how many segments a second the coordinator can take at most."""
        return self.batch / max(self.stages(costs))

    def load(self, costs: Costs, n_workers: int) -> Load:
        """Return what comes of so many workers."""
        return simulate(
            Setup(
                n_workers=n_workers,
                engine_seconds=self.engine_seconds,
                batch=self.batch,
                stages=self.stages(costs),
                in_advance=0 if self.is_service else 1,
            )
        )


KINDS = (
    Kind(name="cores, 0.1 s a segment", engine_seconds=0.1, batch=16),
    Kind(name="cores, 0.05 s a segment", engine_seconds=0.05, batch=16),
    Kind(name="GPUs, 10 ms a segment", engine_seconds=0.01, batch=32),
    Kind(name="requests of 2 s", engine_seconds=2.0, is_service=True),
    Kind(name="requests of 50 ms", engine_seconds=0.05, is_service=True),
    Kind(name="GPUs that store takes", engine_seconds=0.01, batch=32, stores_takes=True),
)
"""The last one tells what would be gained if no audio came to the coordinator any more."""

Loads = dict[str, dict[int, Load]]


def main() -> None:
    """Measure or read the costs, simulate, print tables, and draw."""
    args = _arguments()
    costs = read_costs(args.costs) if args.costs else measure_costs(args.segments, args.form)
    if args.message_us is not None:
        costs = replace(costs, message_us=args.message_us)
    if args.save:
        costs.save(args.save)
    loads = {kind.name: {number: kind.load(costs, number) for number in WORKERS} for kind in KINDS}
    print_costs(costs)
    print_rates(costs, loads)
    print_times(loads)
    print_sizes(costs)
    if args.svg:
        args.svg.write_text(figure(loads), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--segments", type=int, default=10_000, help="of the larger of the runs that measure")
    parser.add_argument(
        "--written",
        action="store_const",
        dest="form",
        const=WRITTEN,
        default=LINES,
        help="put them in the manifest",
    )
    parser.add_argument("--message-us", type=float, help="CPU for a message to a cluster, in microseconds")
    parser.add_argument("--costs", type=Path, help="read the costs from this file instead of measuring them")
    parser.add_argument("--save", type=Path, help="write the costs into this file")
    parser.add_argument("--svg", type=Path, help="draw segments a second by workers into this file")
    return parser.parse_args()


def print_costs(costs: Costs) -> None:
    """Print what was measured or read."""
    print("Costs of a segment (microseconds of CPU, bytes)")
    _print_table([[field.name, f"{getattr(costs, field.name):,.1f}"] for field in fields(costs)])


def print_rates(costs: Costs, loads: Loads) -> None:
    """Print segments a second by workers, where the coordinator is full, and what is full then."""
    print("\nSegments a second, by the number of workers")
    head = ["", *(f"{number:,}" for number in SHOWN_WORKERS), "at most", "full at", "by its", "coordinators"]
    rows = []
    for kind in KINDS:
        by_workers = loads[kind.name]
        stages = kind.stages(costs)
        rates = [f"{by_workers[number].rate:,.0f}" for number in SHOWN_WORKERS]
        needed = ceil(WORKERS[-1] / kind.engine_seconds / kind.limit(costs))
        busiest = STAGES[stages.index(max(stages))]
        full = full_at(by_workers)
        rows.append(
            [
                kind.name,
                *rates,
                f"{kind.limit(costs):,.0f}",
                f"{full:,}" if full else "-",
                busiest,
                f"{needed}",
            ]
        )
    _print_table([head, *rows])
    print(f"coordinators: so many would keep {WORKERS[-1]:,} workers busy, each with a shard of the job")


def full_at(by_workers: dict[int, Load]) -> int | None:
    """Return the fewest workers, of those simulated, that leave a part of the coordinator no rest."""
    return next((number for number, load in by_workers.items() if max(load.stages) >= FULL), None)


def print_times(loads: Loads) -> None:
    """Print how long jobs take."""
    print("\nHow long a job takes, by the number of workers")
    head = ["", *(f"{_short(n_segments)}, {number:,}" for n_segments in JOBS for number in SHOWN_WORKERS[1:])]
    rows = [
        [name, *(_time(n / by_workers[number].rate) for n in JOBS for number in SHOWN_WORKERS[1:])]
        for name, by_workers in loads.items()
    ]
    _print_table([head, *rows])


def print_sizes(costs: Costs) -> None:
    """Print what jobs need on the coordinator's disk, and how long it takes to plan and to resume them."""
    print("\nWhat a job leaves, and how long it takes to plan it, or to find that nothing is to do")
    rows = [["", "ledger", "takes", "packs", "chapters", "alignments", "plan", "resume"]]
    for n_segments in JOBS:
        samples = n_segments * AUDIO_MB * 1e6
        takes = samples + n_segments * costs.take_bytes
        missed = max(0.0, 1 - CACHE_BYTES / (n_segments * INDEX_BYTES))
        row = [_bytes(n_segments * costs.ledger_bytes), _bytes(takes), f"{ceil(takes / PACK_MB / 1e6):,}"]
        row += [_bytes(samples), _bytes(n_segments * costs.alignment_bytes)]
        row += [_time(n_segments * (costs.planned_us + missed * READ_US) / 1e6)]
        rows.append([_short(n_segments), *row, _time(n_segments * costs.resumed_us / 1e6)])
    _print_table(rows)


def figure(loads: Loads) -> str:
    """Return the figure: segments a second by workers."""
    lines = [
        Line(name=name, points=[(number, load.rate) for number, load in by_workers.items()])
        for name, by_workers in loads.items()
    ]
    return draw("One coordinator: segments a second", "workers, or requests at once", "segments/s", lines)


def _print_table(rows: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        aligned: Iterable[str] = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
        print(first.ljust(widths[0]), *aligned, sep="  ", flush=True)


def _short(n_segments: int) -> str:
    return f"{n_segments // 1_000_000} M"


def _time(seconds: float) -> str:
    for unit, length in (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0)):
        if seconds >= 1.5 * length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.1f} s"


def _bytes(number: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9)):
        if number >= size:
            return f"{number / size:.1f} {unit}"
    return f"{number / 1e6:.1f} MB"


if __name__ == "__main__":
    main()
