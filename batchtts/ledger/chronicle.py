"""What has happened: runs and what they spent, masters, and files that were found right."""

import sqlite3
from itertools import groupby

from batchtts.ledger.queries import RunInfo, Spending, parsed
from batchtts.model import Delivery, Master, OutputFile

# What has ended is counted; what is open is a handful of rows, of which an index knows.
_SPENDING = """
    SELECT ended.outcome, n_attempts, n_characters, per_1000_characters, currency
    FROM tally AS ended LEFT JOIN tariff ON tariff.id = ended.tariff
    UNION ALL
    SELECT NULL, count(*), sum(characters), per_1000_characters, currency
    FROM attempt JOIN tariff ON tariff.id = attempt.tariff WHERE ended_at IS NULL GROUP BY tariff.id
"""

_FREE = frozenset({"busy", "unreached", "rejected", "refused"})
"""Outcomes of attempts that no service charges for; the view `charge` says the same."""


def masters(db: sqlite3.Connection) -> dict[str, Master]:
    """Return the masters by chapter."""
    rows = db.execute("SELECT chapter, recipe, sample_rate, n_samples, files FROM master")
    return {
        chapter: Master(
            chapter=chapter,
            recipe=recipe,
            sample_rate=sample_rate,
            n_samples=n_samples,
            files=tuple(OutputFile(**file) for file in parsed(files)),
        )
        for chapter, recipe, sample_rate, n_samples, files in rows
    }


def deliveries(db: sqlite3.Connection) -> dict[str, Delivery]:
    """Return the deliveries by path."""
    rows = db.execute(
        "SELECT path, recipe, asked, sample_rate, n_samples, files, packets FROM delivery ORDER BY path"
    )
    return {
        path: Delivery(
            path=path,
            recipe=recipe,
            asked=asked,
            sample_rate=sample_rate,
            n_samples=n_samples,
            files=tuple(OutputFile(**file) for file in parsed(files)),
            packets=tuple(parsed(packets)),
        )
        for path, recipe, asked, sample_rate, n_samples, files, packets in rows
    }


def verified(db: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Return by path the size in bytes and the time in nanoseconds with which a file was found right."""
    rows = db.execute("SELECT path, n_bytes, mtime_ns FROM verified")
    return {path: (n_bytes, mtime_ns) for path, n_bytes, mtime_ns in rows}


def last_run(db: sqlite3.Connection) -> RunInfo | None:
    """Return the newest run, None if there was none."""
    row = db.execute(
        "SELECT id, started_at, ended_at, outcome, reason, version, manifest_sha256, pid, host FROM run "
        "ORDER BY id DESC LIMIT 1"
    ).fetchone()
    names = ("id", "started_at", "ended_at", "outcome", "reason", "version", "manifest_sha256", "pid", "host")
    return RunInfo(**dict(zip(names, row, strict=True))) if row else None


def spending(db: sqlite3.Connection) -> list[Spending]:
    """Return how many attempts came to what, over all runs and by currency, the most frequent first."""
    rows = sorted(db.execute(_SPENDING), key=_kind)
    found = []
    for (outcome, currency), group in groupby(rows, key=lambda row: (row[0], row[4])):
        own = list(group)
        charged = 0.0 if outcome in _FREE else 1.0
        costs = [
            charged * n_characters * price / 1000 for _, _, n_characters, price, _ in own if price is not None
        ]
        found.append(
            Spending(
                outcome=outcome,
                n_attempts=sum(row[1] for row in own),
                n_characters=sum(row[2] for row in own),
                cost=sum(costs) if costs else None,
                currency=currency,
            )
        )
    return sorted(found, key=lambda spent: (-spent.n_attempts, spent.outcome or ""))


def _kind(row: tuple[str | None, int, int, float | None, str | None]) -> tuple[str, str]:
    return row[0] or "", row[4] or ""
