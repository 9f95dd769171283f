"""Our engine hibari against the package hibari-tts as it is installed, on the same sentences.

`python -m benchmarks.hibari_stock [BOOK.epub] [SENTENCES] [ROUNDS]`: with one thread and with one for each
core, the two take turns in one process, and the best round of each counts.  The package makes samples; the
engine makes samples of 16 bits and the times of every phoneme.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from hibari import Hibari

from batchtts.engine import SpeechRequest
from batchtts.engines.hibari.speaker import Speaker
from batchtts.pipeline.planning.loading import load_job
from batchtts.pipeline.planning.settling import settle
from benchmarks.jobs import write_book
from benchmarks.measuring import CORPUS, hold

CPU_RATIO, WALL_RATIO = 0.85, 0.90
SEED = 1

Speak = Callable[[str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Seconds that speaking all sentences took."""

    wall: float
    cpu: float


def sentences(book: Path, number: int) -> list[str]:
    """Return distinct segments of a book, spread evenly over it."""
    with tempfile.TemporaryDirectory() as folder:
        planner = settle(load_job(write_book(Path(folder), book, "hibari").manifest)).planner()
        texts = (segment.text for chapter in planner.chapters() for segment in chapter.segments)
        distinct = list(dict.fromkeys(texts))
    return distinct[:: max(1, len(distinct) // number)][:number]


def measure(speak: Speak, texts: Sequence[str], threads: ThreadPoolExecutor) -> Cost:
    """Speak all texts and throw the speech away."""
    wall, cpu = time.perf_counter(), time.process_time()
    list(threads.map(speak, texts))
    return Cost(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


def compare(texts: Sequence[str], n_threads: int, rounds: int) -> bool:
    """Print the comparison; return whether both limits are held."""
    hibari, speaker = Hibari(), Speaker()

    def ours(text: str) -> object:
        return speaker.speak(SpeechRequest(text=text, voice="heart", seed=SEED))

    def stock(text: str) -> object:
        return hibari(text, seed=SEED)

    costs: dict[Speak, list[Cost]] = {stock: [], ours: []}
    with ThreadPoolExecutor(n_threads) as threads:
        for speak in costs:
            measure(speak, texts[:4], threads)
        for _ in range(rounds):
            for speak, measured in costs.items():
                measured.append(measure(speak, texts, threads))
    base, run = (
        Cost(wall=min(cost.wall for cost in measured), cpu=min(cost.cpu for cost in measured))
        for measured in costs.values()
    )
    print(f"{len(texts)} sentences, {n_threads} threads: package {base}, engine {run}", flush=True)
    held = hold("engine / package, CPU", run.cpu / base.cpu, CPU_RATIO)
    return hold("engine / package, wall", run.wall / base.wall, WALL_RATIO) and held


def main() -> None:
    """Compare on the book named on the command line."""
    arguments = dict(enumerate(sys.argv[1:]))
    book = Path(arguments.get(0, CORPUS / "alice.epub"))
    texts = sentences(book.resolve(), int(arguments.get(1, "80")))
    rounds = int(arguments.get(2, "6"))
    held = [compare(texts, n_threads, rounds) for n_threads in sorted({1, os.cpu_count() or 1})]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
