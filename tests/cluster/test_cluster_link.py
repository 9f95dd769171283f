"""One call to one worker of a real cluster, and never a second one behind our back."""

import asyncio
import operator
import os
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from cluster_room import Cluster

from batchtts.cluster.connecting import connected, local_cluster
from batchtts.cluster.executor import Executor
from batchtts.cluster.link import AnswerLost, CallFailed, Link, LinkLost
from batchtts.render.stopping import Stop

pytestmark = [
    pytest.mark.xdist_group("dask"),
    pytest.mark.timeout(60),
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs"),
]


class Room:
    """A link to a local cluster of one worker."""

    def __init__(self, cluster: object, link: Link, folder: Path) -> None:
        self.scheduler = cluster.scheduler  # type: ignore[attr-defined]
        self.link = link
        self._cluster = cluster
        self._fifo = folder / "fifo"
        os.mkfifo(self._fifo)

    @property
    def pid(self) -> int:
        [nanny] = self._cluster.workers.values()  # type: ignore[attr-defined]
        return int(nanny.pid)

    async def address(self) -> str:
        """Return the address of the worker, when there is one."""
        while not (seats := await self.link.seats()):
            await self.link.news(10)
        return next(iter(seats))

    async def call_that_hangs(self) -> "asyncio.Task[str]":
        """Return a call that a worker has begun and will not end."""
        call = asyncio.ensure_future(self.link.call(await self.address(), Path.read_text, self._fifo))
        await asyncio.to_thread(os.open, self._fifo, os.O_WRONLY)  # returns when there is somebody to read
        return call


def in_room(tmp_path: Path, script: Callable[[Room], Awaitable[None]]) -> None:
    async def run() -> None:
        async with local_cluster(1) as cluster:
            executor = Executor(address=cluster.scheduler_address)
            async with connected(executor, patience_seconds=10, stop=Stop()) as link:
                assert link is not None
                await script(Room(cluster, link, tmp_path))

    asyncio.run(run())


@pytest.mark.parametrize("allowed_failures", [0, 3])
def test_a_call_whose_worker_is_killed_is_not_made_again(tmp_path: Path, allowed_failures: int) -> None:
    async def script(room: Room) -> None:
        room.scheduler.allowed_failures = allowed_failures
        call = await room.call_that_hangs()
        before = await room.address()
        os.kill(room.pid, signal.SIGKILL)
        while await room.address() == before:
            await room.link.news(10)
        if allowed_failures == 0:
            with pytest.raises(AnswerLost):
                await call
        else:
            [waiting] = room.scheduler.tasks.values()
            assert (waiting.state, call.done()) == ("no-worker", False)
            call.cancel()

    in_room(tmp_path, script)


def test_a_call_returns_what_the_function_returns_or_says_what_it_raised(tmp_path: Path) -> None:
    async def script(room: Room) -> None:
        assert await room.link.call(await room.address(), len, "abc") == 3
        with pytest.raises(CallFailed, match="TypeError: bad operand type"):
            await room.link.call(await room.address(), operator.neg, "abc")

    in_room(tmp_path, script)


def test_a_call_is_lost_with_its_scheduler(empty: Cluster) -> None:
    worker = empty.start_worker().join()

    async def script() -> None:
        executor = Executor.parse(empty.address)
        async with connected(executor, patience_seconds=10, stop=Stop()) as link:
            assert link is not None
            assert await link.call(worker, len, "abc") == 3
            call = asyncio.ensure_future(link.call(worker, time.sleep, 3600))
            await link.seats()  # the call has been sent by now
            empty.scheduler.process.kill()
            with pytest.raises(LinkLost):
                await call

    asyncio.run(script())
