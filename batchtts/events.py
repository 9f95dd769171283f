"""What a run tells its listeners: a progress bar, a stream of JSON lines, a report."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from batchtts.model import Take


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted:
    """The plan is settled; `n_pending` distinct segments will be asked for."""

    n_segments: int
    n_done: int
    n_pending: int
    pending_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTaken:
    """Something that a person should know, though it stops nothing."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineAway:
    """An engine answers nobody; it is asked now and then until it does, or until there is no patience left."""

    engine: str
    reason: str
    patience_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineBack:
    """An engine that was away has answered; it had answered nobody for `away_seconds`."""

    engine: str
    away_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentRetried:
    """An attempt failed for which the segment may be to blame; it is asked for again after `wait_seconds`."""

    segment: str
    reason: str
    wait_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeKept:
    """A take is on disk and in the ledger; `estimated_seconds` is what the plan thought of its length.

    `completed` are the chapters of which it was the last take that was missing.
    """

    segment: str
    take: Take
    estimated_seconds: float
    completed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentFailed:
    """A segment stays without a take in this run."""

    segment: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterStitched:
    """A chapter's master and its alignment are on disk."""

    chapter: str
    path: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryMade:
    """A file that people listen to is on disk, with the times of all that is spoken in it."""

    path: str
    seconds: float
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEnded:
    """Nothing more will happen in this run."""

    outcome: str
    reason: str | None
    n_kept: int
    n_failed: int
    n_stitched: int
    audio_seconds: float
    wall_seconds: float


Event: TypeAlias = (
    RunStarted
    | NoteTaken
    | EngineAway
    | EngineBack
    | SegmentRetried
    | TakeKept
    | SegmentFailed
    | ChapterStitched
    | DeliveryMade
    | RunEnded
)
Listener: TypeAlias = Callable[[Event], None]


def ignore(event: Event) -> None:
    """Listen to nothing."""
