"""What the ledger can be asked for: the values that its answers are made of."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias, TypeVar

from batchtts.errors import LedgerError
from batchtts.ledger import faults
from batchtts.model import Segment

T = TypeVar("T")
Row: TypeAlias = tuple[Any, ...]

STATES = ("done", "rendering", "failed", "pending")


class Asking(Protocol):
    """A ledger's way to answer a function of its connection; a long answer is made of several such questions."""

    def __call__(self, question: Callable[[sqlite3.Connection], T], /) -> T:
        """Return what the question comes to."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RunInfo:
    """One run; without `ended_at` it goes on, or was killed.  Times are UTC, in ISO 8601."""

    id: int
    started_at: str
    ended_at: str | None
    outcome: str | None
    reason: str | None
    version: str
    manifest_sha256: str
    pid: int
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterState:
    """How far a chapter is: its segments by state, and how long the takes are that it has.

    `seconds` is about how long it will be, its pauses included.  In a scope that holds only some
    fingerprints, all that is counted are the segments with them, and pauses are left out.
    """

    id: str
    number: int
    title: str
    slug: str
    document: str
    digest: str
    seconds: float
    n_segments: int
    n_characters: int
    states: Mapping[str, int]
    audio_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """How many segments of a voice there are, about how long they will be, and how many characters they have."""

    voice: str
    n_segments: int
    seconds: float
    n_characters: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A segment to ask an engine for: with which seed, and which number its take will have."""

    segment: Segment
    seed: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hole:
    """A segment without a take: where it stands, what it says, and what the last attempt came to."""

    segment: str
    fingerprint: str
    document: str
    locator: str
    text: str
    state: str
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """How many attempts ended with an outcome (None: still open), and the characters sent for them.

    `cost` is what they cost at most, in `currency`; both are None for attempts at an engine without a price.
    """

    outcome: str | None
    n_attempts: int
    n_characters: int
    cost: float | None = None
    currency: str | None = None


def rows(
    query: str, parameters: Row | Mapping[str, object] = ()
) -> Callable[[sqlite3.Connection], list[Row]]:
    """Return the question for all rows of a query."""
    return lambda db: db.execute(query, parameters).fetchall()


def parsed(text: str) -> Any:
    """Return what a column of JSON says; raise `LedgerError` if it is none."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise LedgerError(f"the ledger has {text[:60]!r} where JSON belongs", hint=faults.REBUILD) from error
