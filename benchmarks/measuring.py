"""What a command costs as a whole process, and how a figure is held against its limit."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Literal

CORPUS = Path(os.environ.get("BATCHTTS_CORPUS", Path(__file__).parents[2] / "shared" / "corpus"))
PYTHON = sys.executable
BATCHTTS = [PYTHON, "-m", "batchtts"]
os.environ.pop(
    "PYTHONDONTWRITEBYTECODE", None
)  # what is measured starts with modules compiled, as when installed

NOTES = "BATCHTTS_BENCHMARK_NOTES"
"""The environment variable that names the file to which figures are added, one JSON object a line."""


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
    """Print a figure beside its limit, and note it; return whether it is within."""
    return _compared(Figure(name=name, value=value, bound="at most", limit=limit, unit=unit))


def reach(name: str, value: float, limit: float, unit: str = "") -> bool:
    """Print a figure beside what it must reach, and note it; return whether it does."""
    return _compared(Figure(name=name, value=value, bound="at least", limit=limit, unit=unit))


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """Something measured, and the bound that it is held against."""

    name: str
    value: float
    bound: Literal["at most", "at least"]
    limit: float
    unit: str

    @property
    def is_held(self) -> bool:
        """Return whether the figure is within its bound."""
        return self.value <= self.limit if self.bound == "at most" else self.value >= self.limit

    def __str__(self) -> str:
        """Return the figure in a line, after what came of it."""
        verdict = "ok  " if self.is_held else "MISS"
        return f"{verdict}  {self.name}: {self.value:.3f}{self.unit} ({self.bound} {self.limit:g}{self.unit})"


def _compared(figure: Figure) -> bool:
    print(figure, flush=True)
    if notes := os.environ.get(NOTES):
        with Path(notes).open("a", encoding="utf-8") as stream:
            print(json.dumps(asdict(figure)), file=stream)
    return figure.is_held
