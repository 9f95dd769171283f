"""A job of very many short segments: does each cost the same, and does memory stay where it is?

    python -m benchmarks.many [--segments 100000]     the sizes are 10,000, 100,000 ... up to this

A text is two short words, spoken fast by the engine `tone`: about 0.2 s of audio.  A million of them need
some 25 GB where temporary files go, and tens of minutes; BATCHTTS_BENCH_FULL=1 asks for them.
"""

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.jobs import LINES, WRITTEN, Job, words, write_texts
from benchmarks.measuring import BATCHTTS, PYTHON, Usage, hold, measure, typical

SMALLEST, USUAL, FULL = 10_000, 100_000, 1_000_000
FLAT_RATIO = 1.2
NO_OP_RATIO, NO_OP_SECONDS = 3.0, 2.0
STATUS_CPU_SECONDS = 0.5
MEMORY_RATIO, MEMORY_MB = 1.2, 300.0
ROUNDS = 5
COMMANDS = ("plan", "run", "status", "check")
"""Those whose memory must not grow."""

VOICES = {"narrator": {"engine": "tone", "voice": "hum", "speed": 3.0}}
PAUSES = dict.fromkeys(("segment", "paragraph", "heading", "chapter_head", "chapter_tail"), 0.0)
"""There are none, to spare the disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a job of one size took, by command; `no-op` is a run with nothing to do, `keys` reads all keys."""

    n_segments: int
    usages: dict[str, Usage]

    @property
    def cpu_ms_each(self) -> float:
        """Return the CPU that the first run took for a segment, in milliseconds."""
        return 1_000 * self.usages["run"].cpu / self.n_segments


def survey(n_segments: int, form: str) -> Measured:
    """Plan and run a job of this size, then do with it what changes nothing."""
    with TemporaryDirectory() as folder:
        texts = words(n_segments)
        job = write_texts(Path(folder), texts, form=form, voices=VOICES, pauses=PAUSES)
        usages = {name: ask(name, job) for name in ("plan", "run", "check")}
        usages |= rest(job)
        n_bytes = sum(path.stat().st_size for path in job.output.rglob("*") if path.is_file())
        ledger_bytes = job.ledger.stat().st_size
    print(f"{n_segments:,} segments: {n_segments / usages['run'].wall:,.0f}/s in the first run; ", end="")
    print(f"{n_bytes / 1e9:.2f} GB, of which the ledger {ledger_bytes / 1e9:.3f}", flush=True)
    for name, usage in usages.items():
        print(f"  {name:6} {usage}", flush=True)
    return Measured(n_segments=n_segments, usages=usages)


def rest(job: Job) -> dict[str, Usage]:
    """Measure what takes only a moment several times, in turns."""
    keys = [PYTHON, "-m", "benchmarks.keys", str(job.ledger)]
    rounds = [(measure(keys), ask("run", job), ask("status", job)) for _ in range(ROUNDS)]
    return dict(zip(("keys", "no-op", "status"), map(typical, zip(*rounds, strict=True)), strict=True))


def ask(command: str, job: Job) -> Usage:
    """Run one of our commands."""
    return measure([*BATCHTTS, command, str(job.manifest), *(["--quiet"] if command == "run" else [])])


def hold_no_op(measured: Measured) -> bool:
    """Hold a run with nothing to do against reading the keys once."""
    no_op, keys = measured.usages["no-op"], measured.usages["keys"]
    name = f"no-op run of {measured.n_segments:,} segments"
    held = hold(f"{name} / reading the keys once, CPU", no_op.cpu / keys.cpu, NO_OP_RATIO)
    return (measured.n_segments != USUAL or hold(name, no_op.wall, NO_OP_SECONDS, " s")) and held


def hold_growth(smallest: Measured, largest: Measured) -> bool:
    """Hold the largest job against the smallest one."""
    sizes = f"{largest.n_segments:,} / {smallest.n_segments:,} segments"
    held = [
        hold(f"first run, CPU a segment, {sizes}", largest.cpu_ms_each / smallest.cpu_ms_each, FLAT_RATIO)
    ]
    for command in COMMANDS:
        peak = largest.usages[command].peak_mb
        ratio = peak / smallest.usages[command].peak_mb
        held.append(hold(f"peak memory of `{command}`, {sizes}", ratio, MEMORY_RATIO))
        held.append(hold(f"peak memory of `{command}`, {largest.n_segments:,}", peak, MEMORY_MB, " MB"))
    cpu = largest.usages["status"].cpu
    held.append(hold(f"`status` of {largest.n_segments:,} segments, CPU", cpu, STATUS_CPU_SECONDS, " s"))
    return all(held)


def sizes(largest: int) -> list[int]:
    """Return the sizes up to the largest."""
    return [size for size in (SMALLEST, USUAL, FULL) if size < largest] + [largest]


def main() -> None:
    """Measure every size, and hold the largest against the smallest."""
    usual = FULL if os.environ.get("BATCHTTS_BENCH_FULL") else USUAL
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--segments", type=int, default=usual)
    parser.add_argument("--written", action="store_true", help="write the segments into the manifest")
    args = parser.parse_args()
    measured = [survey(size, WRITTEN if args.written else LINES) for size in sizes(args.segments)]
    held = [hold_no_op(one) for one in measured[1:] or measured]
    held.append(hold_growth(measured[0], measured[-1]))
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
