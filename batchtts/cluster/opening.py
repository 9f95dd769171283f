"""Opens engines on a cluster: one line for each, one dispatcher for all."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from batchtts.cluster.connecting import connected
from batchtts.cluster.dispatching import Dispatcher
from batchtts.cluster.engine import ClusteredEngine
from batchtts.cluster.executor import Executor
from batchtts.cluster.gate import Gate
from batchtts.cluster.line import MOST_REQUESTS, Line
from batchtts.cluster.link import LinkLost, Seat
from batchtts.cluster.messages import EngineSpec, Versions
from batchtts.engine import EngineTraits
from batchtts.errors import EngineUnavailable
from batchtts.events import Listener
from batchtts.job import Scalar
from batchtts.render.stopping import Stop

_FEWEST_CONCURRENT, _MOST_CONCURRENT = 256, 4096
"""A cluster may grow far beyond what is there at the beginning; each request that waits takes some memory."""


@asynccontextmanager
async def open_clustered(
    executor: Executor,
    engines: Mapping[str, tuple[EngineTraits, Mapping[str, Scalar]]],
    *,
    patience_seconds: float,
    stop: Stop,
    tell: Listener,
) -> AsyncIterator[Mapping[str, ClusteredEngine]]:
    """Yield engines by name, whose texts are spoken by the workers of a cluster; none if the run is to end.

    `engines` are their traits and settings here: there they have to be the same.  Raises what `connected` raises.
    """
    async with connected(executor, patience_seconds=patience_seconds, stop=stop) as link:
        if link is None:
            yield {}
            return
        lines = {
            name: Line(
                EngineSpec.of(name, settings),
                Versions.here(traits.identity),
                Gate(stop),
                # What was spoken and is lost with its worker has been paid for: let it be one text.
                most_requests=1 if traits.paid else MOST_REQUESTS,
            )
            for name, (traits, settings) in engines.items()
        }
        dispatcher = Dispatcher(
            link,
            list(lines.values()),
            name=str(executor),
            patience_seconds=patience_seconds,
            stop=stop,
            tell=tell,
        )
        try:
            seats = await link.seats()
        except LinkLost as lost:
            raise EngineUnavailable(f"the scheduler of {executor} is gone: {lost}") from lost
        n_most = _n_most(seats, is_fixed=executor.address is None)
        async with dispatcher.at_work():
            yield {
                name: ClusteredEngine(engines[name][0], line, dispatcher, max_concurrency=n_most)
                for name, line in lines.items()
            }


def _n_most(seats: Mapping[str, Seat], *, is_fixed: bool) -> int:
    """Return how many requests may wait or be in flight, whatever the cluster grows to."""
    n_threads = sum(seat.n_threads for seat in seats.values())
    n_most = 3 * MOST_REQUESTS * max(1, n_threads)
    return n_most if is_fixed else min(_MOST_CONCURRENT, max(_FEWEST_CONCURRENT, n_most))
