"""One worker process, as its owner sees it: it is asked, it answers, it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from threading import Timer
from typing import IO

from batchtts import errors
from batchtts.engines.hosting.frames import Frame, read_frame, write_frame

_SECONDS_TO_LOAD = 120.0
_SECONDS_TO_END = 2.0


class WorkerDied(Exception):
    """A worker process ended before it answered; the message says how."""


class WorkerFailed(WorkerDied):
    """A worker process ended by an error of its program, which the message names: it would do so again."""


class WorkerKilled(WorkerDied):
    """A worker process was ended by another, such as the system when memory is short."""


class WorkerProcess:
    """A process that is used by one thread at a time; any thread may kill it."""

    def __init__(self, target: str, *, seconds: float, environment: Mapping[str, str]) -> None:
        """Start the process and wait until it is ready.  Raises `WorkerDied` where it never is."""
        self._seconds = seconds
        self._is_late = False
        self._process = subprocess.Popen(  # noqa: S603  # our own program
            [sys.executable, "-m", "batchtts.engines.hosting.worker", target, repr(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
            # In a group of its own, no signal for the group of the run ends it in the middle of a text.
            process_group=0 if os.name == "posix" else None,
        )
        try:
            self._read(_SECONDS_TO_LOAD)
        except WorkerDied:
            self.end()
            raise

    @property
    def pid(self) -> int:
        """Return the number of the process."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Return whether the process can still be asked."""
        return self._process.poll() is None

    def ask(self, request: Frame) -> Frame:
        """Return the answer to a request.  Raises `WorkerDied`, or the `EngineError` that the worker raised."""
        assert self._process.stdin is not None
        try:
            write_frame(self._process.stdin, request)
        except OSError:
            raise self._death() from None
        answer = self._read(self._seconds)
        if "error" in answer.head:
            kind: type[errors.EngineError] = getattr(errors, answer.head["error"])
            raise kind(answer.head["message"], hint=answer.head["hint"])
        return answer

    def kill(self) -> None:
        """End the process now, in the middle of whatever it does."""
        self._process.kill()

    def end(self) -> None:
        """Close the pipes, upon which an idle process ends; kill it if it does not; leave nothing behind."""
        for pipe in (self._process.stdin, self._process.stdout):
            _close(pipe)
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _read(self, seconds: float) -> Frame:
        assert self._process.stdout is not None
        timer = Timer(seconds, self._kill_late)
        timer.daemon = True
        timer.start()
        try:
            answer = read_frame(self._process.stdout)
        finally:
            timer.cancel()
        if answer is None:
            raise self._death(seconds)
        if "broken" in answer.head:
            raise WorkerFailed(f"ended with {answer.head['broken']}")
        return answer

    def _kill_late(self) -> None:
        self._is_late = True
        self.kill()

    def _death(self, seconds: float = 0.0) -> WorkerDied:
        if self._is_late:
            return WorkerDied(f"did not answer for {seconds:g} s and was ended")
        code = self._process.wait()
        if code >= 0:
            return WorkerDied(f"ended with exit code {code}")
        name = signal.Signals(-code).name
        if name in {"SIGKILL", "SIGTERM"}:
            return WorkerKilled(f"was ended from outside with {name}")
        return WorkerDied(f"crashed with {name}")


def _close(pipe: IO[bytes] | None) -> None:
    assert pipe is not None
    try:
        pipe.close()
    except OSError:  # half a request was still to be written, and nobody reads it any more
        return
