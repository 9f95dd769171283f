"""Run every benchmark, one after another, print all figures, and write them to results.json.

`python -m benchmarks`: books come from the folder that BATCHTTS_CORPUS names; without it, the sample book serves.
"""

import json
import os
import platform
import subprocess
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.measuring import CORPUS, NOTES, Figure

RESULTS = Path(__file__).with_name("results.json")
SAMPLE = Path(__file__).parents[1] / "samples" / "book.epub"


def books() -> list[str]:
    """Return the books to measure with."""
    found = [CORPUS / name for name in ("alice.epub", "sherlock.epub")]
    return [str(path) for path in found if path.exists()] or [str(SAMPLE)]


def main() -> None:
    """Run them all, and print and write what they found; exit 1 if any limit was missed."""
    first, *_ = books()
    programs = [
        ["segmenter", *books()],
        ["ledger"],
        ["idle", first],
        ["memory"],
        ["hibari_stock", first],
        ["whole_run", first],
        ["lmnt_client"],
        ["server"],
    ]
    found = [figure for program in programs for figure in run(program)]
    print("\n== All figures")
    for figure in found:
        print(figure)
    RESULTS.write_text(json.dumps(results(found), indent=1) + "\n", encoding="utf-8")
    sys.exit(not all(figure.is_held for figure in found))


def run(program: list[str]) -> list[Figure]:
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


def results(found: list[Figure]) -> dict[str, object]:
    """Return the figures with what they were measured on."""
    packages = ("aiohttp", "hibari-tts", "numpy", "onnxruntime")
    return {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.platform()}",
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
        "figures": [asdict(figure) | {"held": figure.is_held} for figure in found],
    }


if __name__ == "__main__":
    main()
