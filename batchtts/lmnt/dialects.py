"""The two dialects of a stream that the client speaks: what is sent, and what is understood.

A is that of the beta: text and its end go out, binary frames come in.  D is that of v1 with `lmnt-version`
1.2: it also has flush, reset and the times of words.  In both, an error is an object with the key `error`.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from aiohttp import WSMessage, WSMsgType

from batchtts.lmnt import wire
from batchtts.lmnt.durations import spoken_texts
from batchtts.lmnt.errors import KeyRejected, NotFound, NotOffered, Particulars, StreamFailed, message_of
from batchtts.lmnt.features import Api
from batchtts.lmnt.results import SpokenText
from batchtts.lmnt.service import Service

_EXCERPT = 500


@dataclass(frozen=True, slots=True)
class Timestamps:
    """When the words are spoken in the audio received since the start, or since the last flush or reset."""

    texts: tuple[SpokenText, ...]
    type: ClassVar = WSMsgType.TEXT

    @property
    def data(self) -> tuple[SpokenText, ...]:
        """Return the words."""
        return self.texts


@dataclass(frozen=True, slots=True)
class FlushComplete:
    """All audio of the text before this `flush()` has been received."""

    nonce: int
    type: ClassVar = WSMsgType.TEXT

    @property
    def data(self) -> int:
        """Return the number of the flush."""
        return self.nonce


@dataclass(frozen=True, slots=True)
class ResetComplete:
    """The text before this `reset()` has been dropped."""

    nonce: int
    type: ClassVar = WSMsgType.TEXT

    @property
    def data(self) -> int:
        """Return the number of the reset."""
        return self.nonce


StreamMessage = WSMessage | Timestamps | FlushComplete | ResetComplete
"""What a stream yields: a binary `WSMessage` with audio as its `data`; in v1 also what is not audio."""

Sent = Mapping[str, object]


class Dialect(Protocol):
    """What is sent for each action, and what a text frame means; None where it means nothing to a user."""

    api: Api
    path: str

    def first(self, voice: str, options: Sent) -> Sent:
        """Return the first message, without the key."""

    def text(self, text: str) -> Sent:
        """Return what adds text."""

    def command(self, name: str, nonce: int) -> Sent:
        """Return what asks for a `flush` or a `reset`."""

    def finish(self) -> Sent:
        """Return what says that no more text follows."""

    def understood(self, told: dict[str, Any]) -> StreamMessage | None:
        """Return what a text frame without an error means."""


class _DialectA:
    api: Api = "beta"
    path = wire.BETA_STREAM

    def first(self, voice: str, options: Sent) -> Sent:
        del options  # there are none in the beta
        return {"voice": voice}

    def text(self, text: str) -> Sent:
        return {"text": text}

    def command(self, name: str, nonce: int) -> Sent:
        raise NotOffered(f"the beta has no {name}, so it gets no number {nonce}")

    def finish(self) -> Sent:
        return {"eof": True}

    def understood(self, told: dict[str, Any]) -> StreamMessage | None:
        raise StreamFailed(
            None, f"the server sent text where only audio belongs: {json.dumps(told)[:_EXCERPT]}"
        )


class _DialectD:
    api: Api = "v1"
    path = wire.V1_STREAM

    def first(self, voice: str, options: Sent) -> Sent:
        asked = dict(options)
        if asked.pop("timestamps", False):
            asked["return_timestamps"] = True
        return {wire.VERSION_HEADER: "1.2", "voice": voice, **dict(sorted(asked.items()))}

    def text(self, text: str) -> Sent:
        return {"type": "text", "text": text}

    def command(self, name: str, nonce: int) -> Sent:
        return {"type": name, "nonce": nonce}

    def finish(self) -> Sent:
        return {"type": "finish"}

    def understood(self, told: dict[str, Any]) -> StreamMessage | None:
        kind, nonce = told.get("type"), told.get("nonce")
        if kind == "timestamps":
            return Timestamps(tuple(spoken_texts(told.get("timestamps"))))
        if kind == "flush_complete" and isinstance(nonce, int):
            return FlushComplete(nonce)
        if kind == "reset_complete" and isinstance(nonce, int):
            return ResetComplete(nonce)
        return None  # `ready`, and whatever a later version may add for whom it may concern


DIALECTS: Mapping[Api, Dialect] = {"beta": _DialectA(), "v1": _DialectD()}


def read_frame(frame: str, dialect: Dialect, service: Service) -> StreamMessage | None:
    """Return what a text frame means; raise `StreamFailed` for an error, in the shape of any dialect."""
    safe = service.redacted(frame)
    try:
        told = json.loads(safe)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise StreamFailed(None, f"the server sent what is no message: {safe[:_EXCERPT]}")
    if "error" in told or told.get("type") == "error":
        request_id = told.get("request_id")
        particulars = Particulars(body=safe[:_EXCERPT], request_id=str(request_id) if request_id else None)
        message = message_of(told)
        raise StreamFailed(None, message, particulars=particulars, hint=_advice(message))
    return dialect.understood(told)


def _advice(message: str) -> str | None:
    """Return what to do about an error that has no status, by the words that LMNT and others use."""
    if "api key" in message.lower():
        return KeyRejected.advice
    return NotFound.advice if "voice" in message.lower() else None
