"""How much the server does at once, and for whom next."""

import asyncio
import time
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from batchtts.server.refusals import Refusal

PER_CLIENT = 256
"""Requests of one client that may wait."""

IN_ALL = 2_048
"""Requests of all clients that may wait; each costs a few kilobytes while it does."""

SESSIONS_PER_CLIENT = 160
SESSIONS_IN_ALL = 320
"""WebSocket sessions that may be open; each has an encoder of its own, which takes some megabytes."""

_LONGEST_ADVICE = 60.0
"""Seconds; SDKs do not heed a `Retry-After` beyond that."""


class Admission:
    """Slots in which something is rendered, and places for sessions.

    Whoever finds none free waits in the queue of its client.  A slot that becomes free goes to each client in
    turn, so that one with a thousand requests does not keep another with a single one waiting.
    """

    def __init__(
        self,
        *,
        n_slots: int,
        per_client: int = PER_CLIENT,
        in_all: int = IN_ALL,
        sessions_per_client: int = SESSIONS_PER_CLIENT,
        sessions_in_all: int = SESSIONS_IN_ALL,
    ) -> None:
        self._n_slots = n_slots
        self._per_client = per_client
        self._in_all = in_all
        self._sessions_per_client = sessions_per_client
        self._sessions_in_all = sessions_in_all
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._seconds = 0.0  # how long a slot is held, averaged over the last ten or so
        self._sessions: Counter[str] = Counter()
        self.n_active = 0
        self.n_waiting = 0

    @contextmanager
    def session(self, client: str) -> Iterator[None]:
        """Hold a place for a session for the block.  Raises `Refusal` 429 where too many are open."""
        n_sessions = self._sessions[client]
        if n_sessions >= self._sessions_per_client or self._sessions.total() >= self._sessions_in_all:
            raise Refusal(429, "Too many sessions are open", retry_after=self._advice())
        self._sessions[client] += 1
        try:
            yield
        finally:
            self._sessions[client] -= 1
            self._sessions += Counter()  # forgets clients without a session

    @asynccontextmanager
    async def slot(self, client: str) -> AsyncIterator[None]:
        """Hold a slot for the block.  Raises `Refusal` 429 where too many wait already.

        A client that goes away while it waits (its handler is cancelled) leaves the queue at once.
        """
        await self._enter(client)
        entered = time.monotonic()
        try:
            yield
        finally:
            self._seconds += (time.monotonic() - entered - self._seconds) / 10
            self._leave()

    async def _enter(self, client: str) -> None:
        if self.n_active < self._n_slots:
            self.n_active += 1
            return
        queue = self._queues.get(client, ())
        if len(queue) >= self._per_client or self.n_waiting >= self._in_all:
            raise Refusal(429, "Too many requests are waiting", retry_after=self._advice())
        future = asyncio.get_running_loop().create_future()
        self._queues.setdefault(client, deque()).append(future)
        self.n_waiting += 1
        try:
            await future
        except asyncio.CancelledError:
            if future.cancelled():
                self._forget(client, future)
            else:  # the slot was handed over in the very moment in which the client went away
                self._leave()
            raise

    def _forget(self, client: str, future: asyncio.Future[None]) -> None:
        queue = self._queues.get(client)
        if queue is None or future not in queue:  # `_leave` has passed over it already
            return
        queue.remove(future)
        self.n_waiting -= 1
        if not queue:
            del self._queues[client]

    def _leave(self) -> None:
        """Hand the slot to the client whose turn it is; its next turn comes after all others'."""
        while self._queues:
            client, queue = self._queues.popitem(last=False)
            future = queue.popleft()
            self.n_waiting -= 1
            if queue:
                self._queues[client] = queue
            if not future.done():  # done: its client went away just now
                future.set_result(None)
                return
        self.n_active -= 1

    def _advice(self) -> float:
        return min(_LONGEST_ADVICE, self._seconds * (self.n_waiting + 1) / self._n_slots)
