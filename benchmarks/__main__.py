"""Run every benchmark, one after another, print all figures, and write them to results.json.

`python -m benchmarks`: books come from the folder that BATCHTTS_CORPUS names; without it, the sample book serves.
BATCHTTS_BENCH_FULL=1 also measures a job of a million segments.  Each figure is printed with the one that
results.json had before, so that what has become slower is seen.
"""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import CORPUS, NOTES, Figure

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("results.json")
SAMPLE = ROOT / "samples" / "book.epub"
PACKAGES = ("aiohttp", "distributed", "hibari-tts", "numpy", "onnxruntime")


def books() -> list[str]:
    """Return the books to measure with, the longest last."""
    found = [CORPUS / name for name in ("alice.epub", "sherlock.epub")]
    return [str(path) for path in found if path.exists()] or [str(SAMPLE)]


def programs() -> list[list[str]]:
    """Return the benchmarks in their order, each with its arguments."""
    found = books()
    first, longest = found[0], found[-1]
    return [
        ["segmenter", *found],
        ["ledger"],
        ["startup"],
        ["idle", first],
        ["memory"],
        ["throughput"],
        ["many"],
        ["tables"],
        ["last_chapter"],
        ["delivery"],
        ["peers"],
        ["mastering"],
        ["storage"],
        ["dask"],
        ["hibari_stock", first],
        ["whole_run", longest],
        ["lmnt_client"],
        ["server"],
    ]


def main() -> None:
    """Run them all, and print and write what they found; exit 1 if any limit was missed."""
    before = values_before()
    found = [figure for program in programs() for figure in run(program)]
    print("\n== All figures")
    for figure in found:
        print(figure, *([f"before: {before[figure.name]:.3f}"] if figure.name in before else []))
    RESULTS.write_text(json.dumps(results(found), indent=1) + "\n", encoding="utf-8")
    sys.exit(not all(figure.is_held for figure in found))


def values_before() -> Mapping[str, float]:
    """Return the figures of the last time by their names."""
    if not RESULTS.exists():
        return {}
    figures = json.loads(RESULTS.read_text(encoding="utf-8"))["figures"]
    return {figure["name"]: figure["value"] for figure in figures}


def run(program: Sequence[str]) -> list[Figure]:
    """Run a benchmark and return its figures; one that fails without a miss ends everything."""
    name, *arguments = program
    print(
        f"\n== python -m benchmarks.{name} {' '.join(Path(argument).name for argument in arguments)}",
        flush=True,
    )
    with TemporaryDirectory() as folder:
        notes = Path(folder, "notes.jsonl")
        command = [sys.executable, "-m", f"benchmarks.{name}", *arguments]
        done = subprocess.run(command, check=False, env=os.environ | {NOTES: str(notes)})
        lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
    found = [Figure(**json.loads(line)) for line in lines]
    if done.returncode and all(figure.is_held for figure in found):
        raise SystemExit(f"benchmarks.{name} ended with exit code {done.returncode}")
    return found


def results(found: Sequence[Figure]) -> dict[str, object]:
    """Return the figures with what they were measured on."""
    return {
        "commit": commit(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.platform()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "figures": [asdict(figure) | {"held": figure.is_held} for figure in found],
    }


def commit() -> str | None:
    """Return which commit was measured, None outside of a repository; a plus says that files differ from it."""
    try:
        told = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return told.stdout.strip()


if __name__ == "__main__":
    main()
