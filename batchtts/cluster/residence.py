"""An engine that lives in a worker: opened once for each process, on an event loop in a thread of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any, TypeVar

from batchtts.cluster.messages import EngineSpec
from batchtts.engine import Engine
from batchtts.engines import registry

T = TypeVar("T")


class Residence:
    """An open engine, and the loop that it lives on.

    It is never closed: a worker may be killed at any moment, so an engine must bear to end with its process.
    """

    def __init__(self, spec: EngineSpec) -> None:
        """Open the engine.  Raises whatever it raises when it is opened."""
        self._spec = spec
        self._opened: Future[tuple[Engine, asyncio.AbstractEventLoop]] = Future()
        # A thread that kept the process alive would make a worker that is told to end hang.
        thread = Thread(target=asyncio.run, args=(self._live(),), name=f"engine-{spec.name}", daemon=True)
        thread.start()
        self.engine, self._loop = self._opened.result()

    def run(self, work: Callable[[Engine], Coroutine[Any, Any, T]]) -> T:
        """Do work with the engine on its loop, and wait for it in this thread."""
        return asyncio.run_coroutine_threadsafe(work(self.engine), self._loop).result()

    async def _live(self) -> None:
        try:
            async with registry.open_engine(self._spec.name, dict(self._spec.settings)) as engine:
                self._opened.set_result((engine, asyncio.get_running_loop()))
                await asyncio.Event().wait()
        except BaseException as error:
            if self._opened.done():
                raise
            self._opened.set_exception(error)


class Residences:
    """The engines of a process.  Threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_spec: dict[EngineSpec, Residence] = {}

    def __getitem__(self, spec: EngineSpec) -> Residence:
        """Return the engine of a spec, opened if this is the first time that it is asked for."""
        with self._lock:
            if spec not in self._by_spec:
                self._by_spec[spec] = Residence(spec)
            return self._by_spec[spec]
