"""How a session speaks to its client: one class for each way in which an SDK expects to be spoken to.

The path and the first message decide which it is.  Text that an SDK did not ask for breaks it, so each dialect
sends exactly what its clients know; audio goes out alike in all of them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from batchtts.lmnt import wire
from batchtts.server.inputs import Fields
from batchtts.server.refusals import Refusal, knows_envelope, refusal_body
from batchtts.server.sessions.messages import Opening, read_beta_opening, read_opening

_ENVELOPE = "1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of the text; `start` counts samples from the beginning of the stream of audio."""

    text: str
    start: int
    n_samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One frame of audio, the sample of the stream at which it starts, and what is said in it.

    `is_last` says that nothing is left to be spoken: a flush or the end follows.
    """

    audio: bytes
    start: int
    spans: tuple[Span, ...] = ()
    is_last: bool = False


class Dialect:
    """The session of 2023: audio, and nothing else.  The others say more; where one says nothing it has None."""

    def read_opening(self, form: dict[str, object]) -> Opening:
        """Return what the first message asks for.  Raises `Refusal` for what the service would not take."""
        return read_beta_opening(form)

    def opened(self, request_id: str) -> str | None:
        """Return what is said before anything else."""

    def before(self, piece: Piece) -> str | None:
        """Return what goes before a piece of audio, where extras are wanted."""

    def after(self, piece: Piece) -> str | None:
        """Return what goes after a piece of audio, where extras are wanted."""

    def flushed(self, nonce: int | None) -> str | None:
        """Return what is said when all the audio of a flush is out."""

    def was_reset(self, nonce: int | None) -> str | None:
        """Return what is said when the text is forgotten."""

    def refused(self, refusal: Refusal, request_id: str) -> str:
        """Return why the session is closed; SDK 0.x hands it to its user as a message of text."""
        return json.dumps(refusal_body(refusal, version=None, request_id=request_id))


class PairedDialect(Dialect):
    """SDKs 1.0 to 2.1: where extras are wanted, each piece of audio comes behind a JSON object of its own."""

    def read_opening(self, form: dict[str, object]) -> Opening:
        """Return all options; the flag for extras had two names."""
        return read_opening(form, extras=("send_extras", "return_extras"))

    def before(self, piece: Piece) -> str | None:
        """Say when each word of this piece is spoken, counted from the start of the piece."""
        extras: dict[str, object] = {"durations": _timed(piece.spans, piece.start)}
        if piece.is_last:
            extras["buffer_empty"] = True
        return json.dumps(extras)


class CommandDialect(PairedDialect):
    """SDKs 2.2 to 2.5: commands with a number are answered when they are done."""

    def flushed(self, nonce: int | None) -> str | None:
        """Answer a flush."""
        return json.dumps({"complete": "flush"} | _numbered(nonce))

    def was_reset(self, nonce: int | None) -> str | None:
        """Answer a reset."""
        return json.dumps({"complete": "reset"} | _numbered(nonce))


class TypedDialect(Dialect):
    """SDKs from 2.6 on: every message says of which type it is."""

    def read_opening(self, form: dict[str, object]) -> Opening:
        """Return all options."""
        return read_opening(form, extras=("return_timestamps",))

    def opened(self, request_id: str) -> str | None:
        """Say that the session is accepted."""
        return json.dumps({"type": "ready", "request_id": request_id})

    def after(self, piece: Piece) -> str | None:
        """Say when each word was spoken, counted from the start of the stream; nothing if there was none."""
        if not piece.spans:
            return None
        return json.dumps({"type": "timestamps", "timestamps": _timed(piece.spans, 0)})

    def flushed(self, nonce: int | None) -> str | None:
        """Answer a flush."""
        return json.dumps({"type": "flush_complete"} | _numbered(nonce))

    def was_reset(self, nonce: int | None) -> str | None:
        """Answer a reset."""
        return json.dumps({"type": "reset_complete"} | _numbered(nonce))

    def refused(self, refusal: Refusal, request_id: str) -> str:
        """Say why, in the envelope of version 1.1."""
        return json.dumps(refusal_body(refusal, version=_ENVELOPE, request_id=request_id))


def dialect_before_words(path: str) -> Dialect:
    """Return the dialect in which a client is answered that has not said anything sensible yet."""
    return Dialect() if path == wire.BETA_STREAM else PairedDialect()


def dialect_of(path: str, form: dict[str, object]) -> Dialect:
    """Return the dialect of a session from its path and first message.  Raises `Refusal` for a version of no sense."""
    if path == wire.BETA_STREAM:
        return Dialect()
    fields = Fields(form)
    if knows_envelope(fields.optional_text(wire.VERSION_HEADER)):
        return TypedDialect()
    return CommandDialect() if fields.integer("protocol_version", (1, 2)) == 2 else PairedDialect()


def _timed(spans: Sequence[Span], origin: int) -> list[dict[str, object]]:
    return [
        {"text": span.text, "start": _seconds(span.start - origin), "duration": _seconds(span.n_samples)}
        for span in spans
    ]


def _seconds(n_samples: int) -> float:
    return round(n_samples / wire.SAMPLE_RATE, 4)


def _numbered(nonce: int | None) -> dict[str, object]:
    return {} if nonce is None else {"nonce": nonce}
