"""The counters of chapters, counted anew where rows were not added one by one."""

import sqlite3

_COUNT = """
    UPDATE chapter SET (n_done, microseconds) = (
        SELECT count(*), ifnull(sum(take.n_samples * 1000000 / take.sample_rate), 0)
        FROM segment CROSS JOIN take ON take.fingerprint = segment.fingerprint AND take.dropped_at IS NULL
        WHERE segment.number BETWEEN chapter.first AND chapter.first + chapter.n_segments - 1
    )
    WHERE position BETWEEN ? AND ?
"""


def count_chapters(db: sqlite3.Connection, first: int, last: int) -> None:
    """Count what the chapters from one position to another have; it takes one look at each of their segments."""
    db.execute(_COUNT, (first, last))
