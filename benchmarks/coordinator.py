"""A model of one coordinator and many workers, played through event by event.

A worker is a core, a graphics card, or a request to a service that is under way.  It gets a batch of segments,
speaks them, and hands them back; what it hands back passes the coordinator's network, its processor and its disk,
each of which has one batch at hand and keeps the others waiting in a line.  Then the coordinator hands out the
next one.  Where a worker has a batch in advance, it need not wait for that.

How long a batch takes to speak is drawn from a gamma distribution: segments differ in length, services in mood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from random import Random

SPREAD = 0.6
"""The standard deviation of the time for a segment, as a share of its mean."""

TRAVEL_SECONDS = 0.001
"""How long a message is under way."""

SEED = 1
FEWEST_SEGMENTS, FEWEST_BATCHES = 20_000, 40
"""How many segments are spoken at least, and how many batches by each worker."""

WARM_UP = 0.25
"""The share of the batches after which everything runs evenly."""

_AT_WORKER = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How many workers there are, and how long everything takes.

    `engine_seconds` is for one segment, `stages` are seconds for a batch in each part of the coordinator, and
    `in_advance` is how many batches a worker holds beside the one that it speaks.
    """

    n_workers: int
    engine_seconds: float
    batch: int
    stages: Sequence[float]
    in_advance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Segments a second, and how busy everything is: the workers, and each part of the coordinator (0 to 1)."""

    rate: float
    workers: float
    stages: tuple[float, ...]


def simulate(setup: Setup) -> Load:
    """Play until everything has run evenly for a while."""
    n_batches = max(FEWEST_SEGMENTS // setup.batch, FEWEST_BATCHES * setup.n_workers)
    n_warm_up = round(WARM_UP * n_batches)
    play = _Play(setup)
    done_at = [play.finish_batch() for _ in range(n_batches)]
    seconds = done_at[-1] - done_at[n_warm_up]
    rate = (n_batches - 1 - n_warm_up) * setup.batch / seconds
    return Load(
        rate=rate,
        workers=min(1.0, rate * setup.engine_seconds / setup.n_workers),
        stages=tuple(min(1.0, rate * stage / setup.batch) for stage in setup.stages),
    )


class _Play:
    """What is still to happen: when a batch comes to a worker, or from there to a stage of the coordinator."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup
        self._random = Random(SEED)  # noqa: S311 - it has to be the same every time
        self._worker_free_at = [0.0] * setup.n_workers
        self._stage_free_at = [0.0] * len(setup.stages)
        batches = range(setup.n_workers * (1 + setup.in_advance))
        self._events = [(0.0, _AT_WORKER, batch % setup.n_workers) for batch in batches]
        heapify(self._events)

    def finish_batch(self) -> float:
        """Go on until the coordinator is done with a batch, hand out the next one, and return the time."""
        while True:
            now, place, worker = heappop(self._events)
            if place == len(self._setup.stages):
                heappush(self._events, (now + TRAVEL_SECONDS, _AT_WORKER, worker))
                return now
            done = self._spoken(now, worker) if place == _AT_WORKER else self._passed(now, place)
            heappush(self._events, (done, place + 1, worker))

    def _spoken(self, now: float, worker: int) -> float:
        """Return when a batch that comes to a worker now has come to the coordinator."""
        shape = self._setup.batch / SPREAD**2  # a sum of gamma distributions is one, too
        seconds = self._random.gammavariate(shape, self._setup.engine_seconds * SPREAD**2)
        self._worker_free_at[worker] = max(now, self._worker_free_at[worker]) + seconds
        return self._worker_free_at[worker] + TRAVEL_SECONDS

    def _passed(self, now: float, stage: int) -> float:
        """Return when a batch that comes to a stage now has passed it."""
        self._stage_free_at[stage] = max(now, self._stage_free_at[stage]) + self._setup.stages[stage]
        return self._stage_free_at[stage]
