"""What the worker processes of the tests answer with: whatever the request tells them to do."""

import ctypes
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from batchtts.engines.hosting import Frame
from batchtts.engines.hosting.worker import Answer
from batchtts.errors import TextRejected


def load() -> Answer:
    return answer


def load_nothing() -> Answer:
    raise FileNotFoundError("the model is not where it should be")


def load_and_crash() -> Answer:
    os.kill(os.getpid(), signal.SIGSEGV)
    return answer


def load_noisily() -> Answer:
    os.write(1, b"native code greets standard output\n")
    return answer


def answer(request: Frame) -> Frame:
    DEEDS[request.head.get("do", "speak")](request)
    return Frame(head={"pid": os.getpid(), **request.head}, body=request.body)


def crash(request: Frame) -> None:
    ctypes.string_at(0)


def crash_once(request: Frame) -> None:
    mark = Path(request.head["mark"])
    if not mark.exists():
        mark.touch()
        ctypes.string_at(0)


def hang(request: Frame) -> None:
    while True:
        time.sleep(60)


def reject(request: Frame) -> None:
    raise TextRejected("no", hint="Say something else.")


def fail(request: Frame) -> None:
    raise ValueError("nobody foresaw this")


def wait_for(request: Frame) -> None:
    Path(request.head["begun"]).touch()
    while not Path(request.head["until"]).exists():
        time.sleep(0.005)


DEEDS: dict[str, Callable[[Frame], object]] = {
    "speak": lambda request: None,
    "crash": crash,
    "crash once": crash_once,
    "hang": hang,
    "hang with the interpreter held": lambda request: ctypes.PyDLL(None).sleep(60),
    "reject": reject,
    "fail": fail,
    "wait for": wait_for,
}
