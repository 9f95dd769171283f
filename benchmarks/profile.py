"""Where the time of a run goes: samples of all its threads and processes, counted by module and by function.

    python -m benchmarks.profile [BOOK.epub] [--engine hibari] [--top 25] [--flames FILE.svg]

It needs `py-spy` on the path, which is no dependency of batchtts: `pip install py-spy`.  A sample counts for the
innermost module of batchtts that is at work, and for the innermost function, whosever it is.  Threads that sleep are
not counted, but those that wait for the disk are.  `--flames` runs once more, and draws a flame graph.
"""

import argparse
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.jobs import write_book
from benchmarks.measuring import BATCHTTS, CORPUS

RATE = 200
"""Samples a second."""

_MODULE = re.compile(r"\((batchtts/[\w/]+)\.py")
_LINE_NUMBER = re.compile(r":\d+\)$")


def record(book: Path, engine: str, output_format: str, output: Path) -> None:
    """Run a book in a folder that is thrown away, and have py-spy write what it saw."""
    if (spy := shutil.which("py-spy")) is None:
        raise SystemExit("py-spy is not on the path: pip install py-spy")
    with TemporaryDirectory() as folder:
        job = write_book(Path(folder), book, engine)
        watch = [spy, "record", "--subprocesses", "--rate", str(RATE), "--format", output_format]
        command = [*watch, "--output", str(output), "--", *BATCHTTS, "run", str(job.manifest), "--quiet"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def stacks(lines: Iterable[str]) -> Iterator[tuple[list[str], int]]:
    """Yield each stack of functions, the innermost last, with its number of samples."""
    for line in lines:
        frames, _, n_samples = line.rpartition(" ")
        yield frames.split(";"), int(n_samples)


def count(lines: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """Return samples by module of batchtts, and by function."""
    by_module: Counter[str] = Counter()
    by_function: Counter[str] = Counter()
    for frames, n_samples in stacks(lines):
        modules = [found[1] for frame in frames if (found := _MODULE.search(frame))]
        by_module[modules[-1] if modules else "elsewhere"] += n_samples
        by_function[_LINE_NUMBER.sub(")", frames[-1])] += n_samples
    return by_module, by_function


def show(title: str, counted: Counter[str], n_rows: int) -> None:
    """Print the largest shares."""
    n_samples = counted.total()
    print(f"\n{title}: {n_samples / RATE:.1f} s")
    for name, number in counted.most_common(n_rows):
        print(f"{number / n_samples:7.1%}  {number / RATE:7.2f} s  {name}")


def main() -> None:
    """Profile the book named on the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("book", nargs="?", type=Path, default=CORPUS / "sherlock.epub")
    parser.add_argument("--engine", default="hibari", choices=("hibari", "tone"))
    parser.add_argument("--top", type=int, default=25)
    parser.add_argument("--flames", type=Path)
    args = parser.parse_args()
    book = args.book.resolve()
    with TemporaryDirectory() as folder:
        seen = Path(folder) / "stacks.txt"
        record(book, args.engine, "raw", seen)
        by_module, by_function = count(seen.read_text(encoding="utf-8").splitlines())
    show("By module", by_module, args.top)
    show("By function", by_function, args.top)
    if args.flames:
        record(book, args.engine, "flamegraph", args.flames)


if __name__ == "__main__":
    main()
