"""What a draft takes over from a ledger, so that it answers as the ledger would if the plan were in it."""

import sqlite3
from typing import TYPE_CHECKING

from batchtts.ledger.counting import count_chapters
from batchtts.ledger.queries import rows

if TYPE_CHECKING:
    from batchtts.ledger.reading import Readable

_PAGE = 1_000

# A run may go on between two pages, and what they say may be of different instants: the later one counts.
_TAKES = (
    "SELECT attempt, take.number, seed, pack, start, n_bytes, sha256, sample_rate, n_samples, speech_start, "
    "speech_end, checks, fingerprint.hash, take.attempt FROM take JOIN fingerprint ON fingerprint.id = take.fingerprint "
    "WHERE take.attempt > ? AND dropped_at IS NULL ORDER BY take.attempt LIMIT ?"
)
_ADD_TAKE = (
    "INSERT OR REPLACE INTO take (attempt, number, seed, pack, start, n_bytes, sha256, sample_rate, n_samples, "
    "speech_start, speech_end, checks, fingerprint) "
    "SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, id FROM fingerprint WHERE hash = ?"
)

# Of a fingerprint's attempts only the newest counts, and of those only what failed or is still going on.
_ATTEMPTS = (
    "SELECT attempt.id, characters, started_at, ended_at, outcome, detail, fingerprint.hash, attempt.id "
    "FROM attempt CROSS JOIN fingerprint ON fingerprint.id = attempt.fingerprint WHERE attempt.id > ? "
    "AND (outcome IN ('rejected', 'failed_checks') OR ended_at IS NULL) AND NOT EXISTS "
    "(SELECT 1 FROM attempt AS newer WHERE newer.fingerprint = attempt.fingerprint AND newer.id > attempt.id) "
    "ORDER BY attempt.id LIMIT ?"
)
_ADD_ATTEMPT = (
    "INSERT OR REPLACE INTO attempt (id, run, tariff, characters, started_at, ended_at, outcome, detail, fingerprint) "
    "SELECT ?, 0, 0, ?, ?, ?, ?, ?, id FROM fingerprint WHERE hash = ?"
)

_RETAKES = (
    "SELECT retake.id, attempt, why, seed, asked_at, fingerprint.hash, retake.id "
    "FROM retake JOIN fingerprint ON fingerprint.id = retake.fingerprint "
    "WHERE retake.id > ? ORDER BY retake.id LIMIT ?"
)
_ADD_RETAKE = (
    "INSERT INTO retake (id, attempt, why, seed, asked_at, fingerprint) "
    "SELECT ?, ?, ?, ?, ?, id FROM fingerprint WHERE hash = ?"
)


def learn(db: sqlite3.Connection, reader: "Readable") -> None:
    """Copy what concerns fingerprints of the plan; attempts and takes keep the numbers that they have there."""
    db.execute("BEGIN")
    for query, addition in ((_TAKES, _ADD_TAKE), (_ATTEMPTS, _ADD_ATTEMPT), (_RETAKES, _ADD_RETAKE)):
        after = 0
        while found := reader.ask(rows(query, (after, _PAGE))):
            db.executemany(addition, (row[:-1] for row in found))
            after = found[-1][-1]
    [last] = db.execute("SELECT ifnull(max(position), -1) FROM chapter").fetchone()
    count_chapters(db, 0, last)
    db.execute("COMMIT")
