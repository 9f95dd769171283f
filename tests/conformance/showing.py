"""How a program shows what it checked: one line of JSON for each check, for `tests/conformance` to read.

Every program here runs in the environment of one SDK, so this module needs the standard library only.
"""

import json
import os
import sys
from importlib.metadata import version
from types import TracebackType
from typing import Self

URL = os.environ.get("LMNT_BASE_URL", "")
KEY = os.environ.get("LMNT_API_KEY", "")
WRONG_KEY = "not-the-key-of-anybody"
VOICE = os.environ.get("CONFORMANCE_VOICE", "")
WHO = os.environ.get("CONFORMANCE_WHO") or version("lmnt")
"""Whose requests these are: the version of the SDK, unless the environment names someone else."""

SENTENCE = "The ferry left the island at noon."
OTHER = "Nobody saw it arrive."


class shows:  # noqa: N801 - read as a word: `with shows(1, "…"):`
    """A block that shows something about a line of the acceptance list: it must not raise.

    What it raises is told and not passed on, so that the checks after it are still made.
    """

    def __init__(self, line: int, what: str) -> None:
        self._told = {"line": line, "what": what, "who": WHO}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        wrong = None
        if kind is not None:
            while trace is not None and trace.tb_next is not None and "conformance" in _file(trace.tb_next):
                trace = trace.tb_next
            wrong = f"{kind.__name__}: {error} (line {trace.tb_lineno if trace else '?'})"
        sys.stdout.write(json.dumps({**self._told, "wrong": wrong}) + "\n")
        sys.stdout.flush()
        return isinstance(error, Exception)


def _file(trace: TracebackType) -> str:
    return trace.tb_frame.f_code.co_filename


def close(one: float, other: float, within: float) -> bool:
    """Return whether two figures are the same but for a tolerance."""
    return abs(one - other) <= within
