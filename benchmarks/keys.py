"""The least that a resumed run can do: read the key of every segment from the ledger, once.

`python -m benchmarks.keys LEDGER` prints how many there are.
"""

import sqlite3
import sys
from contextlib import closing


def read(ledger: str) -> int:
    """Return how many keys a ledger has, having read each."""
    with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as db:
        return len(db.execute("SELECT hash FROM fingerprint").fetchall())


if __name__ == "__main__":
    print(read(sys.argv[1]))
