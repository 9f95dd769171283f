"""What a command costs as a whole process, and how a figure is held against its limit."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

CORPUS = Path(os.environ.get("BATCHTTS_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))
PYTHON = sys.executable
BATCHTTS = [PYTHON, "-m", "batchtts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What the operating system says of a finished process: seconds, and its largest size in MB."""

    wall: float
    cpu: float
    peak_mb: float


def measure(command: Sequence[str]) -> Usage:
    """Run a command to its end and return what it took; its output is thrown away."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}\n{said.decode()[-2000:]}")
    return Usage(wall=wall, cpu=usage.ru_utime + usage.ru_stime, peak_mb=usage.ru_maxrss / 1024)


def typical(usages: Sequence[Usage]) -> Usage:
    """Return the median of each figure."""
    return Usage(
        wall=median(usage.wall for usage in usages),
        cpu=median(usage.cpu for usage in usages),
        peak_mb=median(usage.peak_mb for usage in usages),
    )


def hold(name: str, value: float, limit: float, unit: str = "") -> bool:
    """Print a figure beside its limit; return whether it is within."""
    held = value <= limit
    print(f"{'ok  ' if held else 'MISS'}  {name}: {value:.3f}{unit} (at most {limit:g}{unit})", flush=True)
    return held


def reach(name: str, value: float, limit: float, unit: str = "") -> bool:
    """Print a figure beside what it must reach; return whether it does."""
    held = value >= limit
    print(f"{'ok  ' if held else 'MISS'}  {name}: {value:.3f}{unit} (at least {limit:g}{unit})", flush=True)
    return held
