"""The program of a worker process: `python -m batchtts.engines.hosting.worker MODULE:FUNCTION SECONDS`.

It calls the function once, which loads the engine and returns what answers a request.  Requests come in
on standard input, answers go out on standard output, one for one.  It ends when its input ends, which
happens however the other side has died.
"""

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import IO

from batchtts.engines.hosting.frames import Frame, read_frame, write_frame
from batchtts.errors import EngineError

Answer = Callable[[Frame], Frame]
"""Answers one request, or raises `EngineError`."""

READY = Frame(head={"ready": True})


def main(target: str, seconds: float) -> None:
    """Load what answers, say so, and answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the run decides what becomes of work in flight
    requests, answers = _take_pipes()
    try:
        try:
            answer = _load(target)
        except Exception as error:
            write_frame(answers, Frame(head={"broken": f"{type(error).__name__}: {error}"}))
            raise
        write_frame(answers, READY)
        while (request := read_frame(requests)) is not None:
            write_frame(answers, _answer(answer, request, answers, seconds))
    except BrokenPipeError:
        os._exit(0)  # nobody is there to hear it; flushing at exit would only fail once more


def _take_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return the two pipes, out of reach of native code that prints to standard output."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123  # Path.open gives no more
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return requests, answers


def _load(target: str) -> Answer:
    module, _, function = target.partition(":")
    answer: Answer = getattr(import_module(module), function)()
    return answer


def _answer(answer: Answer, request: Frame, answers: IO[bytes], seconds: float) -> Frame:
    _end_after(2 * seconds)
    try:
        return answer(request)
    except EngineError as error:
        return Frame(head={"error": type(error).__name__, "message": str(error), "hint": error.hint})
    except Exception as error:
        write_frame(answers, Frame(head={"broken": f"{type(error).__name__}: {error}"}))
        raise
    finally:
        _end_after(0)


def _end_after(seconds: float) -> None:
    """Let the system end this process then: if it hangs in native code, its parent may be dead by now."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
