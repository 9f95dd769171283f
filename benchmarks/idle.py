"""What it costs to do nothing: a rerun of a finished book, and `--help`.

`python -m benchmarks.idle [BOOK.epub]`
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.measuring import BATCHTTS, CORPUS, PYTHON, Usage, hold, measure, typical
from benchmarks.whole_run import write_job

NO_OP_CPU_SECONDS = 1.0
HELP_RATIO = 1.5
ROUNDS = 9


def no_op(book: Path) -> bool:
    """Render a book with the tone engine, then measure further runs; the plan is that of hibari's size."""
    with tempfile.TemporaryDirectory() as folder:
        job = write_job(Path(folder), book, "tone")
        measure([*BATCHTTS, "run", str(job), "--quiet"])
        usage = typical([measure([*BATCHTTS, "run", str(job)]) for _ in range(ROUNDS)])
    return hold(f"no-op rerun of {book.name}, CPU", usage.cpu, NO_OP_CPU_SECONDS, " s")


def help_text() -> bool:
    """Compare `--help` with the import of the library that prints it, in turns."""
    base: list[Usage] = []
    ours: list[Usage] = []
    for _ in range(ROUNDS):
        base.append(measure([PYTHON, "-c", "import click"]))
        ours.append(measure([*BATCHTTS, "--help"]))
    return hold(
        "batchtts --help / python -c 'import click', CPU", typical(ours).cpu / typical(base).cpu, HELP_RATIO
    )


def main() -> None:
    """Measure both."""
    book = Path(sys.argv[1]) if len(sys.argv) > 1 else CORPUS / "alice.epub"
    held = [help_text(), no_op(book.resolve())]
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
