"""Who is there: watches workers come and go, and lets none work that is not what the run needs."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pkgutil import resolve_name
from typing import Any, Protocol

from batchtts.cluster import serving
from batchtts.cluster.link import AnswerLost, CallFailed, Link, LinkLost, Seat
from batchtts.cluster.messages import EngineSpec, Versions
from batchtts.cluster.roster import Host, Roster
from batchtts.errors import BatchttsError, EngineRefused, EngineUnavailable

_SECONDS_TO_LOOK = 5.0
"""After that time it is looked who is there, also if nobody was heard to come or go."""

_INTRODUCE = f"{serving.introduce.__module__}:{serving.introduce.__name__}"

GOES_ON = "What was rendered is stored; once there are workers, the same command goes on from there."


class Foreman(Protocol):
    """Who has to know about the crew."""

    def start(self, work: Coroutine[Any, Any, None]) -> object:
        """Do something meanwhile."""
        ...

    def arrived(self) -> None:
        """Hear that there is somebody new to work, or that somebody can do more than before."""
        ...

    def left(self, host: Host) -> None:
        """Hear that a worker is gone, and all that it had to do."""
        ...

    def give_up(self, reason: BatchttsError) -> None:
        """Hear that nothing can come of it any more."""
        ...


class Crew:
    """The workers of a cluster, each checked before it may do anything."""

    def __init__(
        self,
        link: Link,
        needed: Mapping[EngineSpec, Versions],
        foreman: Foreman,
        *,
        name: str,
        patience_seconds: float,
        note: Callable[[str], None],
    ) -> None:
        """Know nobody yet.  `needed` is what a worker must be, for each engine; `name` is that of the cluster."""
        self.roster = Roster()
        self._link = link
        self._needed = needed
        self._foreman = foreman
        self._name = name
        self._patience = patience_seconds
        self._note = note
        self._loop = asyncio.get_running_loop()
        self._ready_at = self._loop.time()

    async def watch(self) -> None:
        """Keep the roster true, until nobody has been ready to work for as long as there is patience."""
        while not self._despairs():
            try:
                self._compare(await self._link.seats())
            except LinkLost as lost:
                self.lose_link(lost)
                return
            await self._link.news(min(_SECONDS_TO_LOOK, self._patience_left()))

    def lose_link(self, lost: LinkLost) -> None:
        """Give up: the scheduler is gone."""
        self._foreman.give_up(
            EngineUnavailable(f"the scheduler of {self._name} is gone: {lost}", hint=GOES_ON)
        )

    def refuse(self, host: Host, why: str) -> None:
        """Let a worker do nothing more; if all that are there were refused, give up."""
        host.refusal = why
        self._note(f"the worker {host.address} is not used: {why}")
        self._despairs()

    def dismiss(self, host: Host) -> None:
        """Take a worker for gone, and for a new one if it is seen again."""
        self.roster.remove(host)
        self._foreman.left(host)
        self._link.look()

    def _compare(self, seats: Mapping[str, Seat]) -> None:
        for host in self.roster:
            if host.address not in seats:
                self.roster.remove(host)
                self._foreman.left(host)
        for address, seat in seats.items():
            host = self.roster.get(address) or self._newcomer(address)
            host.n_threads, host.takes_calls = seat.n_threads, seat.takes_calls
        self._foreman.arrived()

    def _newcomer(self, address: str) -> Host:
        host = Host(address=address)
        self.roster.add(host)
        self._foreman.start(self._meet(host))
        return host

    async def _meet(self, host: Host) -> None:
        engines = {spec.name: dict(spec.settings) for spec in self._needed}
        try:
            # A worker that cannot load what it is sent breaks down; one that is asked to load it says that it cannot.
            await self._link.call(host.address, resolve_name, _INTRODUCE)
            introduction = await self._link.call(host.address, serving.introduce, engines)
        except AnswerLost:
            self.dismiss(host)
        except LinkLost as lost:
            self.lose_link(lost)
        except CallFailed as error:
            self.refuse(host, str(error))
        else:
            self._judge(host, introduction)

    def _judge(self, host: Host, introduction: Mapping[str, Any]) -> None:
        misfits = [introduction.get("misfit")] + [
            Versions(**introduction["versions"][spec.name]).misfit(needed)
            for spec, needed in self._needed.items()
            if "versions" in introduction
        ]
        if any(misfits):
            self.refuse(host, "; ".join(dict.fromkeys(filter(None, misfits))))
        else:
            host.process = introduction["process"]
            self._foreman.arrived()

    def _patience_left(self) -> float:
        if self.roster.ready():
            self._ready_at = self._loop.time()
        return self._ready_at + self._patience - self._loop.time()

    def _despairs(self) -> bool:
        """Give up if nobody will ever be ready, or has not been for too long; return whether that is so."""
        hosts = list(self.roster)
        if hosts and all(host.refusal is not None for host in hosts):
            refused = "; ".join(f"{host.address}: {host.refusal}" for host in hosts)
            self._foreman.give_up(
                EngineRefused(
                    f"no worker of {self._name} may speak for this run: {refused}",
                    hint="Install the same versions of batchtts, its engines and Python there as here, and start "
                    "the workers again.",
                )
            )
            return True
        if self._patience_left() > 0:
            return False
        self._foreman.give_up(
            EngineUnavailable(
                f"{self._name} had no worker that was ready for {self._patience:g} s", hint=GOES_ON
            )
        )
        return True
