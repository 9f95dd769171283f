"""Run every benchmark, one after another, and say which limits were missed.

`python -m benchmarks`: books come from the folder that BATCHTTS_CORPUS names; without it, the sample book serves.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks.measuring import CORPUS

SAMPLE = Path(__file__).parents[1] / "samples" / "book.epub"


def books() -> list[str]:
    """Return the books to measure with."""
    found = [CORPUS / name for name in ("alice.epub", "sherlock.epub")]
    return [str(path) for path in found if path.exists()] or [str(SAMPLE)]


def main() -> None:
    """Run them all; exit 1 if any limit was missed."""
    first, *_ = books()
    programs = [
        ["segmenter", *books()],
        ["ledger"],
        ["idle", first],
        ["memory"],
        ["whole_run", first],
        ["lmnt_client"],
        ["server"],
    ]
    missed = []
    for name, *arguments in programs:
        print(f"\n== {name} {' '.join(Path(argument).name for argument in arguments)}", flush=True)
        done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], check=False)
        if done.returncode:
            missed.append(name)
    print(f"\nMISSED: {', '.join(missed)}" if missed else "\nAll limits are held.")
    sys.exit(bool(missed))


if __name__ == "__main__":
    main()
