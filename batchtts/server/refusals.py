"""What the server will not do: a status, a sentence, and the two shapes in which they travel.

Clients that send no `lmnt-version` (or 1.0) read `{"error": "text"}`, and break on anything deeper there; those
of version 1.1 and later read the envelope `{"type": "error", "error": {"type", "message"}, "request_id"}`.
"""

import math
import re
from enum import StrEnum

from batchtts.errors import EngineError, EngineUnavailable, TextRejected

_VERSION = re.compile(r"(\d{1,4})\.(\d{1,4})")
_ENVELOPE_SINCE = (1, 1)


class Kind(StrEnum):
    """The names that version 1.1 gave to what can go wrong."""

    INVALID_REQUEST = "invalid_request_error"
    AUTHENTICATION = "authentication_error"
    PAYMENT_REQUIRED = "payment_required_error"
    PERMISSION = "permission_error"
    NOT_FOUND = "not_found_error"
    RATE_LIMIT = "rate_limit_error"
    INTERNAL = "internal_server_error"


_KINDS = {
    401: Kind.AUTHENTICATION,
    402: Kind.PAYMENT_REQUIRED,
    403: Kind.PERMISSION,
    404: Kind.NOT_FOUND,
    429: Kind.RATE_LIMIT,
}


class Refusal(Exception):
    """The server will not do what it was asked; `retry_after` is in seconds."""

    def __init__(
        self, status: int, message: str, *, kind: Kind | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.kind = kind or kind_of(status)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of the answer: `Retry-After` in whole seconds, where there is one."""
        return {} if self.retry_after is None else {"Retry-After": str(whole_seconds(self.retry_after))}


def kind_of(status: int) -> Kind:
    """Return the name that goes with a status."""
    return _KINDS.get(status, Kind.INTERNAL if status >= 500 else Kind.INVALID_REQUEST)


def whole_seconds(seconds: float) -> int:
    """Return a waiting time as `Retry-After` says it: rounded up, and never 0, which would be no wait."""
    return max(1, math.ceil(seconds))


def invalid(message: str) -> Refusal:
    """Return the refusal of a request that is wrong in itself."""
    return Refusal(400, message)


def knows_envelope(version: str | None) -> bool:
    """Return whether a client of this `lmnt-version` reads the envelope; what is no version does not count."""
    matched = _VERSION.fullmatch((version or "").strip())
    return matched is not None and (int(matched[1]), int(matched[2])) >= _ENVELOPE_SINCE


def refusal_body(refusal: Refusal, *, version: str | None, request_id: str) -> dict[str, object]:
    """Return the JSON body of a refusal, in the shape that a client of this `lmnt-version` reads."""
    if not knows_envelope(version):
        return {"error": refusal.message}
    return {
        "type": "error",
        "error": {"type": str(refusal.kind), "message": refusal.message},
        "request_id": request_id,
    }


def refusal_of(error: EngineError) -> Refusal:
    """Return what an engine's error is to a client.

    A text that cannot be spoken is the client's matter (400), an engine that is away may come back (503), and
    one that refuses its own server will not be mended by the client (500).
    """
    if isinstance(error, TextRejected):
        return invalid(f"the text cannot be spoken: {error}")
    if isinstance(error, EngineUnavailable):
        after = 1.0 if error.retry_after is None else error.retry_after
        return Refusal(503, f"the engine is not available: {error}", retry_after=after)
    return Refusal(500, f"the engine of this server refuses: {error}")
