"""How long a listener waits once everything is spoken: from the last take of a run to its last chapter.

    python -m benchmarks.last_chapter [--sentences 200] [--rounds 3]

Twelve chapters of equal length, spoken by the engine `tone`.  The baseline is a second run, which finds everything in
place but the files of the longest chapter: from its start until it has written them.  A run tells of all that by
`--progress json`; the times are those at which its lines arrive here.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.jobs import Job, write_book
from benchmarks.measuring import BATCHTTS, hold

RATIO = 1.5
N_CHAPTERS = 12
_SENTENCE = "On day {} the keeper of chapter {} wrote down the wind, the tide and every ship that passed. "


@dataclass(frozen=True, slots=True)
class Told:
    """Something that a run has told, and when."""

    at: float
    event: dict[str, Any]


def write_chapters(folder: Path, n_sentences: int) -> Job:
    """Write a book of so many sentences a chapter."""
    book = folder / "book.md"
    chapters = (
        f"# Chapter {number}\n\n" + "".join(_SENTENCE.format(day, number) for day in range(n_sentences))
        for number in range(1, N_CHAPTERS + 1)
    )
    book.write_text("\n\n".join(chapters) + "\n", encoding="utf-8")
    return write_book(folder, book, "tone")


def run(job: Job) -> list[Told]:
    """Run the job, and return what it told."""
    command = [*BATCHTTS, "run", str(job.manifest), "--progress", "json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        lines = [(time.perf_counter(), line) for line in process.stderr]
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit {process.returncode}")
    return [Told(at, json.loads(line)) for at, line in lines if line.startswith(b"{")]


def last(told: Sequence[Told], kind: str) -> Told:
    """Return the last that was told of a kind."""
    return [one for one in told if one.event["event"] == kind][-1]


def compare(n_sentences: int) -> tuple[float, float]:
    """Return the seconds from last take to last chapter, and those that the longest chapter takes alone."""
    with TemporaryDirectory() as folder:
        job = write_chapters(Path(folder), n_sentences)
        told = run(job)
        stitched = [one.event for one in told if one.event["event"] == "chapter_stitched"]
        assert len(stitched) == N_CHAPTERS
        waited = last(told, "chapter_stitched").at - last(told, "take_kept").at
        longest = max(stitched, key=lambda event: event["seconds"])
        (job.output / longest["path"]).unlink()
        told = run(job)
    alone = last(told, "chapter_stitched").at - last(told, "run_started").at
    print(
        f"last take to last chapter {waited:.3f} s; the longest, {longest['seconds'] / 60:.0f} min, alone {alone:.3f} s",
        flush=True,
    )
    return waited, alone


def main() -> None:
    """Compare a few times, and hold the median."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    rounds = [compare(args.sentences) for _ in range(args.rounds)]
    name = f"last take to last of {N_CHAPTERS} chapters / the longest alone"
    sys.exit(not hold(name, median(waited / alone for waited, alone in rounds), RATIO))


if __name__ == "__main__":
    main()
