"""What takes say of lengths and paces is read in one go, though each line of a table has settings of its own."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from batchtts.ledger.fitted import fitted
from batchtts.ledger.migrations import create
from batchtts.ledger.pacing import kept_long, learned_paces, long_takes, voice_key
from batchtts.model import Settings

Work = Callable[[sqlite3.Connection], object]

VOICE: Settings = {"engine": "tone", "identity": "tone/1", "voice": "hum", "params": {}}
CHECKS = json.dumps({"chars_per_s": 14.0, "length": {"stretch": 1.0, "needed": 1.0}})


def settings(number: int, *, is_timed: bool) -> str:
    own = {"speed": 1.0, "seed": number, "length_seconds": number / 1000 if is_timed else None}
    return json.dumps({**VOICE, **own})


def ledger_of(n_lines: int, *, is_timed: bool) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:", isolation_level=None)
    create(db)
    for number in range(1, n_lines + 1):
        db.execute("INSERT INTO setting VALUES (?, ?)", (number, settings(number, is_timed=is_timed)))
        db.execute("INSERT INTO fingerprint VALUES (?, ?, ?, ?)", (number, str(number), number, number))
        db.execute(
            "INSERT INTO segment (number, id, chapter, position, fingerprint, voice, boundary, characters, seconds, "
            "text, document, char_start, char_end) VALUES (?1, ?1, 0, ?1, ?1, 'n', 'segment', 9, 2, 'x', 'd', 0, 1)",
            (number,),
        )
        db.execute(
            "INSERT INTO attempt (id, fingerprint, characters, started_at, ended_at, outcome) "
            "VALUES (?1, ?1, 0, '', '', 'adopted')",
            (number,),
        )
        db.execute(
            "INSERT INTO take (attempt, fingerprint, number, seed, pack, start, n_bytes, sha256, sample_rate, "
            "n_samples, speech_start, speech_end, checks) VALUES (?1, ?1, 1, 0, 'p', ?1, 9, '', 8000, 16080, 0, 16080, ?2)",
            (number, CHECKS),
        )
    return db


def n_steps(db: sqlite3.Connection, work: Work) -> int:
    """Return how many hundred steps SQLite takes for something."""
    counted: Iterator[int] = iter(range(10**9))
    db.set_progress_handler(lambda: next(counted) < 0, 100)
    work(db)
    return next(counted)


def read_fitted(db: sqlite3.Connection) -> int:
    return sum(1 for _ in fitted(lambda query: query(db)))


def learn(db: sqlite3.Connection) -> object:
    return learned_paces(db, [voice_key(VOICE)])


@pytest.mark.parametrize(("work", "is_timed"), [(read_fitted, True), (learn, False)])
def test_twice_the_lines_are_twice_the_work(work: Work, is_timed: bool) -> None:
    steps = []
    for n_lines in (2_000, 4_000):
        with closing(ledger_of(n_lines, is_timed=is_timed)) as db:
            steps.append(n_steps(db, work))
    assert steps[1] < 2.5 * steps[0]


def test_takes_with_seeds_of_their_own_teach_the_same_voice() -> None:
    with closing(ledger_of(25, is_timed=False)) as db:
        [pace] = learned_paces(db, [voice_key(VOICE)]).values()
    assert (pace.mean, pace.n_takes) == (14.0, 25)


def test_takes_that_were_made_to_fit_teach_no_pace() -> None:
    with closing(ledger_of(25, is_timed=True)) as db:
        assert learn(db) == {}


def test_every_page_of_fitted_takes_is_told() -> None:
    with closing(ledger_of(2_001, is_timed=True)) as db:
        assert read_fitted(db) == 2_001


def test_what_speaks_just_as_long_as_is_allowed_is_not_too_long() -> None:
    with closing(ledger_of(1, is_timed=False)) as db:
        assert (long_takes(db, 2.01), kept_long(db, 2.01)) == (
            {},
            [],
        )  # 2.01 * 8000 is a little less than 16080
        assert (long_takes(db, 2.0), kept_long(db, 2.0)) == ({"1": 2.01}, [("1", "1")])
