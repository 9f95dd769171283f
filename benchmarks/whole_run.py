"""A whole run against its engine alone: wall time, and memory beyond the engine's own.

`python -m benchmarks.whole_run [BOOK.epub] [ENGINE] [ROUNDS]`: the two take turns, so that both see the same
machine; the medians are compared.
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import BATCHTTS, CORPUS, PYTHON, hold, measure, typical

WALL_RATIO = 1.10
EXTRA_MB = 100.0


def write_job(folder: Path, book: Path, engine: str) -> Path:
    """Write a manifest for a book with the first voice of an engine."""
    voice = {"hibari": "heart", "tone": "hum"}[engine]
    job = folder / "job.yaml"
    job.write_text(
        f"voices: {{narrator: {{engine: {engine}, voice: {voice}}}}}\n"
        f"documents:\n  - path: {book}\n"
        f"output: {{dir: {folder / 'out'}}}\n",
        encoding="utf-8",
    )
    return job


def compare(book: Path, engine: str, rounds: int) -> bool:
    """Print the comparison; return whether both limits are held."""
    alone, whole = [], []
    for number in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            job = write_job(Path(folder), book, engine)
            alone.append(measure([PYTHON, "-m", "benchmarks.engine_alone", str(job)]))
            whole.append(measure([*BATCHTTS, "run", str(job), "--quiet"]))
        print(f"round {number + 1}: engine alone {alone[-1]}, whole run {whole[-1]}", flush=True)
    base, run = typical(alone), typical(whole)
    held = hold(f"whole run / {engine} alone, {book.name}, wall", run.wall / base.wall, WALL_RATIO)
    extra = hold("peak memory beyond the engine's own", run.peak_mb - base.peak_mb, EXTRA_MB, " MB")
    return held and extra


def main() -> None:
    """Compare on the book named on the command line."""
    arguments = dict(enumerate(sys.argv[1:]))
    book = Path(arguments.get(0, CORPUS / "alice.epub"))
    held = compare(book.resolve(), arguments.get(1, "hibari"), int(arguments.get(2, "3")))
    sys.exit(not held)


if __name__ == "__main__":
    main()
