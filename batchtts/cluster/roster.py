"""The workers of a cluster, as a run sees them: which may speak for it, and what each has to do."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from batchtts.cluster.line import Asked, Line


@dataclass(slots=True, kw_only=True, eq=False)
class Batch:
    """Requests that are with a worker; `is_alone` if it is to have nothing else meanwhile."""

    line: Line
    asked: Sequence[Asked]
    is_alone: bool
    carrying: "asyncio.Task[None] | None" = None


@dataclass(slots=True, kw_only=True, eq=False)
class Host:
    """A worker.  It may be given nothing before it has introduced itself, nor after it was refused."""

    address: str
    n_threads: int = 0
    takes_calls: bool = False
    process: str | None = None
    refusal: str | None = None
    is_hung: bool = False
    batches: list[Batch] = field(default_factory=list)

    @property
    def is_ready(self) -> bool:
        """Return whether it may be given something."""
        return self.process is not None and self.refusal is None and self.takes_calls and not self.is_hung

    def n_places(self, depth: int) -> int:
        """Return how many more batches it can take, with so many for each thread; none beside one that is alone."""
        if not self.is_ready or any(batch.is_alone for batch in self.batches):
            return 0
        return max(0, self.n_threads * depth - len(self.batches))


class Roster:
    """All workers that are known now, by address."""

    def __init__(self) -> None:
        self._hosts: dict[str, Host] = {}
        self.n_most = 0

    def __iter__(self) -> Iterator[Host]:
        """Go through the workers in the order in which they came; they may come and go meanwhile."""
        return iter(list(self._hosts.values()))

    def get(self, address: str) -> Host | None:
        """Return the worker at an address."""
        return self._hosts.get(address)

    def add(self, host: Host) -> None:
        """Add a worker that has come."""
        self._hosts[host.address] = host
        self.n_most = max(self.n_most, len(self._hosts))

    def remove(self, host: Host) -> None:
        """Remove a worker that has gone, if it is still here."""
        if self._hosts.get(host.address) is host:
            del self._hosts[host.address]

    @property
    def n_threads(self) -> int:
        """Return how many requests can be spoken at once."""
        return sum(host.n_threads for host in self.ready())

    def ready(self) -> list[Host]:
        """Return those that may be given something."""
        return [host for host in self._hosts.values() if host.is_ready]

    def idle(self) -> Host | None:
        """Return one that has nothing at all to do."""
        return next((host for host in self.ready() if not host.batches), None)

    def freest(self, depth: int, *, n_suspects: int) -> tuple[Host | None, int]:
        """Return the worker with the most places a thread, if any has one, and how many places all have.

        Where suspects have to be alone with a worker, up to half of the workers get nothing more until they are
        done with what they have: those that will be first.
        """
        hosts = self.ready()
        if n_suspects:
            n_spared = min(n_suspects, (len(hosts) + 1) // 2)
            hosts = sorted(hosts, key=lambda host: len(host.batches))[n_spared:]
        places = [(host.n_places(depth), host) for host in hosts]
        n_places = sum(n for n, _ in places)
        if n_places == 0:
            return None, 0
        _, freest = max(places, key=lambda place: place[0] / place[1].n_threads)
        return freest, n_places
