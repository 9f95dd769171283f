"""What the takes in use say of how they were made to last as long as asked."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from batchtts.ledger.queries import Asking, parsed, rows

_PAGE = 1_000

_LENGTHS = """
    SELECT 1 FROM setting
    WHERE json_extract(json, '$.length_seconds') IS NOT NULL OR json_extract(json, '$.most_seconds') IS NOT NULL
    LIMIT 1
"""

_FITTED = f"""
    SELECT segment.number, segment.id, json_extract(take.checks, '$.length') FROM segment
    JOIN take ON take.fingerprint = segment.fingerprint AND dropped_at IS NULL
    WHERE segment.number > ? AND json_extract(take.checks, '$.length') IS NOT NULL
    ORDER BY segment.number LIMIT {_PAGE}
"""  # noqa: S608


def fitted(ask: Asking) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the ids of segments whose takes were made to last as long as asked, and what was done for that."""
    if not ask(_has_lengths):
        return
    after = 0
    while found := ask(rows(_FITTED, (after,))):
        for _, id_, form in found:
            yield id_, parsed(form)
        after = found[-1][0]


def _has_lengths(db: sqlite3.Connection) -> bool:
    return db.execute(_LENGTHS).fetchone() is not None
