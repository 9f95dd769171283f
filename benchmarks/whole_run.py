"""A whole run of a book with the engine hibari, against the package hibari-tts alone on the same segments.

    python -m benchmarks.whole_run [BOOK.epub] [--rounds 3]
    python -m benchmarks.whole_run stock LEDGER      speak what a ledger plans with the package alone

The package is used as it is installed, by one thread for each core; it makes samples, which are thrown away.  The run
makes the times of every phoneme as well, takes that are synced, a ledger, chapters and alignments: what is
saved inside the engine has to pay for all of it.  The two take turns, so that both see the same machine, from the
start of their processes to the end; the medians are compared.
"""

import argparse
import os
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.jobs import write_book
from benchmarks.measuring import BATCHTTS, CORPUS, PYTHON, Usage, hold, measure, typical

WALL_RATIO = 1.00
EXTRA_MB = 100.0
SEED = 0


def stock(ledger: str) -> float:
    """Speak each distinct text of a plan, in reading order; return how many seconds were spoken."""
    from hibari import Hibari

    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        texts = [text for (text,) in db.execute("SELECT text FROM segment GROUP BY text ORDER BY min(rowid)")]
    package = Hibari()
    package("The threads share what is loaded at the first word.")

    def speak(text: str) -> float:
        return len(package(text, seed=SEED)) / float(package.sample_rate)

    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return sum(threads.map(speak, texts))


def measure_both(book: Path) -> tuple[Usage, Usage]:
    """Return what the package took, and what the run."""
    with TemporaryDirectory() as folder:
        job = write_book(Path(folder), book, "hibari")
        run = measure([*BATCHTTS, "run", str(job.manifest), "--quiet"])
        alone = measure([PYTHON, "-m", "benchmarks.whole_run", "stock", str(job.ledger)])
    print(f"package alone {alone}\nwhole run     {run}", flush=True)
    return alone, run


def compare(book: Path, rounds: int) -> bool:
    """Print the comparison; return whether both limits are held."""
    alone, run = (typical(side) for side in zip(*(measure_both(book) for _ in range(rounds)), strict=True))
    print(f"whole run / hibari-tts alone, {book.name}, CPU: {run.cpu / alone.cpu:.3f}", flush=True)
    held = hold(f"whole run / hibari-tts alone, {book.name}, wall", run.wall / alone.wall, WALL_RATIO)
    return hold("peak memory beyond hibari-tts alone", run.peak_mb - alone.peak_mb, EXTRA_MB, " MB") and held


def main() -> None:
    """Compare on the book named on the command line."""
    if sys.argv[1:2] == ["stock"]:
        print(stock(sys.argv[2]))
        return
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("book", nargs="?", type=Path, default=CORPUS / "sherlock.epub")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    sys.exit(not compare(args.book.resolve(), args.rounds))


if __name__ == "__main__":
    main()
