"""A set of worker processes that share the requests of an engine, and are replaced when they die."""

import asyncio
import hashlib
import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock

from batchtts.engines.hosting.frames import Frame
from batchtts.engines.hosting.process import WorkerDied, WorkerFailed, WorkerKilled, WorkerProcess
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TextRejected

DEATHS_IN_A_ROW = 3
"""So many workers die while they load before the engine is to blame, and not the system."""


class Workers:
    """Up to `n` processes, each started when it is first needed, each answering one request at a time.

    The first time that a request kills its worker, by a crash or by taking longer than `seconds`, it is
    `EngineUnavailable`: what came before it may be to blame.  The second time it is `TextRejected`, for
    it would kill every worker that it is given.  So each text costs two workers at most, and the others are
    spoken.  A worker that is killed from outside tells nothing about the text: always `EngineUnavailable`.  A worker that cannot even load is `EngineRefused`, for no text would fare better: at
    once where it says why, and after three deaths in a row where it dies without a word.
    """

    def __init__(
        self, name: str, target: str, *, n: int, seconds: float, environment: Mapping[str, str] | None = None
    ) -> None:
        """Start nothing yet.  `name` is the engine's, `target` is MODULE:FUNCTION, as `worker` says."""
        self._name, self._target, self._seconds = name, target, seconds
        self._environment = environment or {}
        self._threads = ThreadPoolExecutor(n, thread_name_prefix=f"{name}-worker")
        self._lock = Lock()
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._deadly: set[bytes] = set()
        self._n_unloaded = 0
        self._is_closed = False

    async def ask(self, request: Frame) -> Frame:
        """Return the answer to a request.

        Whoever is cancelled while he waits leaves the worker to finish, and its answer is dropped.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._exchange, request)

    async def close(self) -> None:
        """End all workers, also those that are at work for somebody who has stopped waiting."""
        await asyncio.to_thread(self._close)

    @property
    def pids(self) -> tuple[int, ...]:
        """Return the numbers of the processes that are there now."""
        with self._lock:
            return tuple(worker.pid for worker in [*self._idle, *self._busy])

    def _exchange(self, request: Frame) -> Frame:
        worker = self._take()
        try:
            answer = worker.ask(request)
        except WorkerDied as died:
            self._drop(worker)
            raise self._blame(request, died) from None
        except EngineError:
            self._give_back(worker)
            raise
        self._give_back(worker)
        if self._deadly:
            self._deadly.discard(_digest(request))
        return answer

    def _take(self) -> WorkerProcess:
        """Return a worker that is alive: the one that was used last, or else a new one."""
        while (worker := self._idle_one()) is not None:
            if worker.is_alive:
                return worker
            self._drop(worker)
        worker = self._start()
        with self._lock:
            self._busy.add(worker)
            if self._is_closed:
                worker.kill()
        return worker

    def _start(self) -> WorkerProcess:
        try:
            worker = WorkerProcess(self._target, seconds=self._seconds, environment=self._environment)
        except WorkerDied as died:
            self._n_unloaded += 1
            what = f"cannot be loaded: its worker process {died}"
            if not isinstance(died, WorkerFailed) and self._n_unloaded < DEATHS_IN_A_ROW:
                raise EngineUnavailable(
                    f"the engine {self._name} {what}", hint="It is tried again."
                ) from None
            raise EngineRefused(
                f"the engine {self._name} {what}",
                hint=f"Reinstall the package that brings the engine {self._name}, or choose another engine.",
            ) from None
        self._n_unloaded = 0
        return worker

    def _idle_one(self) -> WorkerProcess | None:
        with self._lock:
            if not self._idle:
                return None
            worker = self._idle.pop()
            self._busy.add(worker)
            return worker

    def _give_back(self, worker: WorkerProcess) -> None:
        with self._lock:
            self._busy.discard(worker)
            self._idle.append(worker)

    def _drop(self, worker: WorkerProcess) -> None:
        with self._lock:
            self._busy.discard(worker)
        worker.end()

    def _blame(self, request: Frame, died: WorkerDied) -> EngineError:
        what = f"the worker process of {self._name} {died}"
        if isinstance(died, WorkerKilled):
            return EngineUnavailable(what, hint="It is replaced by a new one.")
        digest = _digest(request)
        with self._lock:
            is_second = digest in self._deadly
            (self._deadly.discard if is_second else self._deadly.add)(digest)
        if is_second:
            return TextRejected(
                f"{what}, for the second time with this text",
                hint="Change the text, or speak it with another engine.",
            )
        return EngineUnavailable(what, hint="It is replaced by a new one.")

    def _close(self) -> None:
        with self._lock:
            self._is_closed = True
            for worker in self._busy:
                worker.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for worker in self._idle:
            worker.end()
        self._idle.clear()


def _digest(request: Frame) -> bytes:
    return hashlib.sha256(json.dumps(request.head, sort_keys=True).encode("ascii") + request.body).digest()
