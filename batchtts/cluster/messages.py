"""What travels between a run and the workers of its cluster: plain values, pickled by Dask.

Secrets never do: an engine on a worker finds its key where it always looks, in the environment of its own process.
"""

import sys
import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from batchtts import __version__, errors
from batchtts.engine import Speech, SpeechRequest
from batchtts.errors import EngineError, EngineUnavailable
from batchtts.job import Scalar


class Misfit(Exception):
    """A worker must not speak for the run; the message says why."""


class WrongProcess(Exception):
    """The order was meant for another process, which had the address of this one before it."""


class RemoteBug(Exception):
    """An engine raised on a worker what no engine may raise; the message has the traceback from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSpec:
    """How an engine is opened: its name, and its settings from the manifest as pairs."""

    name: str
    settings: tuple[tuple[str, Scalar], ...] = ()

    @classmethod
    def of(cls, name: str, settings: Mapping[str, Scalar]) -> "EngineSpec":
        """Return the spec of an engine with its settings."""
        return cls(name=name, settings=tuple(sorted(settings.items())))


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """What must be the same here and there, so that a recording is what its fingerprint says."""

    batchtts: str
    python: str
    identity: str

    @classmethod
    def here(cls, identity: str) -> "Versions":
        """Return the versions of this process, for an engine with such an identity."""
        major, minor = sys.version_info[:2]
        return cls(batchtts=__version__, python=f"{major}.{minor}", identity=identity)

    def misfit(self, needed: "Versions") -> str | None:
        """Return in what these differ from those that are needed, None if in nothing."""
        names = {"batchtts": "batchtts", "python": "Python", "identity": "the engine"}
        have, need = asdict(self), asdict(needed)
        wrong = [
            f"{name} is {have[key]}, needed is {need[key]}"
            for key, name in names.items()
            if have[key] != need[key]
        ]
        return "; ".join(wrong) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Some requests to one engine, for one process, which must have these versions."""

    engine: EngineSpec
    needed: Versions
    process: str
    requests: tuple[SpeechRequest, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why there is no speech: an error of `batchtts.errors`, taken apart."""

    kind: str
    message: str
    hint: str | None = None
    retry_after: float | None = None
    busy: bool = False
    reached: bool = True

    @classmethod
    def of(cls, error: BaseException) -> "Failure":
        """Take an error apart; of one that no engine may raise, keep the traceback."""
        if isinstance(error, EngineUnavailable):
            return cls(
                kind="EngineUnavailable",
                message=str(error),
                hint=error.hint,
                retry_after=error.retry_after,
                busy=error.busy,
                reached=error.reached,
            )
        if isinstance(error, EngineError):
            return cls(kind=type(error).__name__, message=str(error), hint=error.hint)
        if isinstance(error, TimeoutError):
            return cls(kind="TimeoutError", message=str(error))
        return cls(kind="RemoteBug", message="".join(traceback.format_exception(error)))

    def error(self, worker: str) -> Exception:
        """Return the error again, with the name of the worker where that may be what is wrong."""
        if self.kind == "EngineUnavailable":
            return EngineUnavailable(
                self.message,
                retry_after=self.retry_after,
                busy=self.busy,
                reached=self.reached,
                hint=self.hint,
            )
        if self.kind == "TimeoutError":
            return TimeoutError(self.message)
        if self.kind == "RemoteBug":
            return RemoteBug(f"on worker {worker}:\n{self.message}")
        kind: type[EngineError] = getattr(errors, self.kind)
        where = f" (on worker {worker})" if self.kind == "EngineRefused" else ""
        return kind(self.message + where, hint=self.hint)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an order, request by request, and how many seconds all of them took."""

    outcomes: tuple[Speech | Failure, ...]
    seconds: float
