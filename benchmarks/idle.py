"""What it costs to do nothing: a rerun of a finished book.

`python -m benchmarks.idle [BOOK.epub]`
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.jobs import write_book
from benchmarks.measuring import BATCHTTS, CORPUS, hold, measure, typical

NO_OP_CPU_SECONDS = 1.0
ROUNDS = 9


def no_op(book: Path) -> bool:
    """Render a book with the tone engine, then measure further runs; the plan is that of hibari's size."""
    with tempfile.TemporaryDirectory() as folder:
        job = write_book(Path(folder), book, "tone").manifest
        measure([*BATCHTTS, "run", str(job), "--quiet"])
        usage = typical([measure([*BATCHTTS, "run", str(job)]) for _ in range(ROUNDS)])
    return hold(f"no-op rerun of {book.name}, CPU", usage.cpu, NO_OP_CPU_SECONDS, " s")


def main() -> None:
    """Measure it."""
    book = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS / "alice.epub"
    sys.exit(not no_op(book.resolve()))


if __name__ == "__main__":
    main()
