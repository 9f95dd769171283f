"""The way to a Dask cluster: who is there, and one call to one worker.  Dask is spoken here and nowhere else.

Every call is a task for one worker, named by its address.  So nothing is run again behind our back: when a worker
is lost, Dask has nobody else to give its tasks to, whatever its scheduler is told about failures, and keeps them
until we let go of them.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import uuid4

from batchtts.cluster.messages import Misfit, WrongProcess

if TYPE_CHECKING:
    from distributed import Client

T = TypeVar("T")
A = TypeVar("A")

_NEWS = {"add-worker", "remove-worker"}
_SECONDS_TO_REPLACE = 30.0


class AnswerLost(Exception):
    """The worker was lost with the call, or the way to it; what it has done meanwhile nobody knows."""


class CallFailed(Exception):
    """The worker could not even make the call; the message says why."""


class LinkLost(Exception):
    """The scheduler is gone, and all calls with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """A worker as the scheduler knows it: how much it does at once, and whether it takes on anything new."""

    n_threads: int
    takes_calls: bool


class Link:
    """A connection to a scheduler."""

    def __init__(self, client: "Client") -> None:
        """Listen to who comes and goes."""
        self._client = client
        self._news = asyncio.Event()
        client.subscribe_topic("all", self._hear)

    def close(self) -> None:
        """Stop listening."""
        if self._client.status == "running":
            self._client.unsubscribe_topic("all")

    def look(self) -> None:
        """Let `news` return at once."""
        self._news.set()

    async def seats(self) -> Mapping[str, Seat]:
        """Return the workers that are there now, by address.  Raises `LinkLost`."""
        scheduler: Any = self._client.scheduler
        try:
            identity = await scheduler.identity()
        except OSError as error:
            raise LinkLost(str(error)) from error
        return {
            address: Seat(n_threads=worker["nthreads"], takes_calls=worker["status"] == "running")
            for address, worker in identity["workers"].items()
        }

    async def news(self, seconds: float) -> None:
        """Wait until a worker has come or gone, but no longer than that: a message may get lost."""
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            return
        finally:
            self._news.clear()

    async def call(self, address: str, function: Callable[[A], T], argument: A) -> T:
        """Have one worker call a function, and return what that returns, or raise what it raises.

        Raises `AnswerLost`, `CallFailed` and `LinkLost`.  Whoever is cancelled lets go of the call.
        """
        from distributed.client import FutureCancelledError
        from distributed.scheduler import KilledWorker

        future = self._client.submit(
            function,
            argument,
            key=f"batchtts-{function.__name__}-{uuid4().hex}",
            workers=[address],
            allow_other_workers=False,
            retries=0,
            pure=False,
        )
        try:
            # Typed for clients that block; one that is asynchronous returns what is to be awaited.
            return await cast(Awaitable[T], future.result())
        except FutureCancelledError as error:
            if error.reason == "scheduler-connection-lost":
                raise LinkLost("the connection to the scheduler broke") from error
            raise AnswerLost(str(error)) from error
        except (KilledWorker, OSError) as error:
            raise AnswerLost(str(error)) from error
        except (Misfit, WrongProcess):
            raise
        except Exception as error:
            raise CallFailed(f"{type(error).__name__}: {error}") from error
        finally:
            future.release()

    async def replace(self, address: str) -> bool:
        """End a worker that does not answer, so that its nanny starts another; return False where there is none."""
        try:
            await self._client.restart_workers([address], timeout=_SECONDS_TO_REPLACE, raise_for_error=False)
        except (OSError, ValueError):  # nobody can be reached there, or there is no nanny
            return False
        return True

    def _hear(self, event: tuple[float, Any]) -> None:
        _, message = event
        if isinstance(message, Mapping) and message.get("action") in _NEWS:
            self._news.set()
