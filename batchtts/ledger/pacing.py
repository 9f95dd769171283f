"""How fast voices speak, and what took longer than is allowed: what the takes teach those who plan.

A pace is learned when a voice is planned under a limit of time for the first time, and stays: else each run would
cut texts at other places, and ask for them again.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from batchtts.ledger.queries import Row, parsed
from batchtts.ledger.recording import now
from batchtts.ledger.tariffs import Tariff, tariff_id
from batchtts.model import Pace, Settings, Take, canonical_json

FEWEST_TAKES = 20
"""From how many takes on a voice is known better than by what its engine says of itself."""

RARE = 20
"""One in so many takes may be spoken slower than the pace that is counted on."""

_COUNTED = ("engine", "identity", "voice", "params")
"""What of the settings of a fingerprint makes a voice, and so how fast it speaks."""

_RATES = """
    SELECT setting.json, json_extract(take.checks, '$.chars_per_s') FROM take
    JOIN fingerprint ON fingerprint.id = take.fingerprint JOIN setting ON setting.id = fingerprint.setting
    WHERE dropped_at IS NULL AND json_extract(take.checks, '$.chars_per_s') IS NOT NULL
"""

# Divided as `Take.speech_seconds` is, so that both agree on what lasts just as long as is allowed.
# Of each fingerprint the newest take counts, also one that was dropped: it could not be cut, or its bytes were lost.
_LONG = """
    SELECT hash, (speech_end - speech_start) * 1.0 / sample_rate FROM take
    JOIN fingerprint ON fingerprint.id = take.fingerprint
    WHERE (speech_end - speech_start) * 1.0 / sample_rate > ?
        AND NOT EXISTS (
            SELECT 1 FROM take AS newer WHERE newer.fingerprint = take.fingerprint AND newer.number > take.number
        )
"""

_KEPT_LONG = """
    SELECT segment.id, hash FROM take JOIN fingerprint ON fingerprint.id = take.fingerprint
    JOIN segment ON segment.fingerprint = take.fingerprint
    WHERE dropped_at IS NULL AND (speech_end - speech_start) * 1.0 / sample_rate > ?
    ORDER BY segment.number
"""

_REFUSE = """
    INSERT INTO attempt (id, run, tariff, fingerprint, characters, started_at, ended_at, outcome, detail)
    SELECT ?, ?, ?, id, 0, ?, ?, 'failed_checks', ? FROM fingerprint WHERE hash = ?
"""


class PaceKey(NamedTuple):
    """What a pace is learned for: a voice as JSON, and a limit of time."""

    voice: str
    max_seconds: float


def voice_key(settings: Settings) -> str:
    """Return what of some settings makes a voice, as JSON."""
    return canonical_json({name: settings.get(name) for name in _COUNTED})


def paces(db: sqlite3.Connection) -> dict[PaceKey, Pace]:
    """Return every pace on record."""
    rows = db.execute("SELECT voice, max_seconds, mean, least, n_takes FROM pace")
    return {
        PaceKey(voice, limit): Pace(mean=mean, least=least, n_takes=n)
        for voice, limit, mean, least, n in rows
    }


def keep_paces(db: sqlite3.Connection, learned: Mapping[PaceKey, Pace]) -> None:
    """Record paces, in the place of those before for the same voices and limits."""
    db.executemany(
        "INSERT OR REPLACE INTO pace (voice, max_seconds, mean, least, n_takes) VALUES (?, ?, ?, ?, ?)",
        [(*key, pace.mean, pace.least, pace.n_takes) for key, pace in learned.items()],
    )


def learned_paces(db: sqlite3.Connection, voices: Iterable[str]) -> dict[str, Pace]:
    """Return how fast voices speak by the takes in use; those of which there are too few are left out."""
    rates: dict[str, list[float]] = {voice: [] for voice in voices}
    for settings, rate in db.execute(
        _RATES
    ):  # all at once: each line of a table may have settings of its own
        voice, speed = _natural_voice(settings)
        if voice in rates:
            rates[voice].append(rate / speed)
    return {voice: _pace(sorted(found)) for voice, found in rates.items() if len(found) >= FEWEST_TAKES}


@lru_cache(maxsize=1_000)
def _natural_voice(settings_json: str) -> tuple[str | None, float]:
    """Return what of some settings makes a voice, and its speed; no voice where a length was asked for."""
    settings: Any = parsed(settings_json)
    is_timed = settings.get("length_seconds") is not None or settings.get("most_seconds") is not None
    return None if is_timed else voice_key(settings), settings["speed"]


def _pace(rates: list[float]) -> Pace:
    mean = sum(rates) / len(rates)
    return Pace(mean=round(mean, 3), least=round(rates[len(rates) // RARE], 3), n_takes=len(rates))


def long_takes(db: sqlite3.Connection, max_seconds: float) -> dict[str, float]:
    """Return by fingerprint how many seconds are spoken in what took longer than is allowed."""
    return dict(db.execute(_LONG, (max_seconds,)).fetchall())


def kept_long(db: sqlite3.Connection, max_seconds: float) -> list[Row]:
    """Return the ids of segments of the plan, and their fingerprints, whose takes in use are longer than is allowed."""
    return db.execute(_KEPT_LONG, (max_seconds,)).fetchall()


def refuse(db: sqlite3.Connection, number: int, run: int, take: Take, engine: str, detail: str) -> None:
    """Take a take out of use, and record that its segment is given up for what was found in it."""
    at = now()
    tariff = tariff_id(db, Tariff(engine=engine))
    db.execute(_REFUSE, (number, run, tariff, at, at, detail, take.fingerprint))
    db.execute(
        "UPDATE take SET dropped_at = ?, drop_reason = ? WHERE number = ? AND dropped_at IS NULL "
        "AND fingerprint = (SELECT id FROM fingerprint WHERE hash = ?)",
        (at, detail, take.number, take.fingerprint),
    )
