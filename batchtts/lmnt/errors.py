"""Everything that LMNT's client can report, all of it a `SpeechError`.

SpeechError
├── NotOffered         this generation of the API lacks what was asked for; nothing was sent
├── KeyRejected        401, 403: the key is wrong, or may not do this
├── NoCredit           402: the account has nothing left
├── NotFound           404: no such voice, or the address is not LMNT's
├── RequestRejected    400, 409, 413, 422 and other 4xx: asking again the same way is useless
├── RateLimited        429: ask again after `retry_after` seconds
├── ServerFailed       5xx, 408, 425: ask again
├── ConnectionFailed   no connection (`reached` is False), or it was lost (`reached` is True)
├── TimedOut           the same, by a limit of `Timeout`
├── BadAnswer          the server says that all is well, but its answer cannot be used
├── StreamFailed       the server reported an error inside a stream
└── StreamTruncated    a stream ended before it was complete
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from batchtts.errors import BatchttsError

_MESSAGE_KEYS = ("error", "message", "detail", "msg", "title", "type")
_LONGEST_MESSAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What came with an answer besides its status and message.

    `body` is the beginning of the answer as text, `retry_after` is in seconds.
    """

    body: str = ""
    request_id: str | None = None
    retry_after: float | None = None


NO_PARTICULARS = Particulars()


class SpeechError(BatchttsError):
    """LMNT's service did not do what it was asked for.

    `status` is that of the HTTP answer, or None where there was none.  `reached` is False where nothing can
    have arrived at the service, so that nothing can have been billed.
    """

    advice: ClassVar[str | None] = None

    def __init__(
        self,
        status: int | None,
        error: object,
        *,
        particulars: Particulars = NO_PARTICULARS,
        reached: bool = True,
        hint: str | None = None,
    ) -> None:
        message = message_of(error) or "the server gave no reason"
        super().__init__(message, hint=hint or self.advice)
        self.args = (status, message)  # what copying and pickling call the class with
        self.status = status
        self.message = message
        self.reached = reached
        self.body = particulars.body
        self.request_id = particulars.request_id
        self.retry_after = particulars.retry_after

    def __str__(self) -> str:
        """Return status and message in the words of LMNT's own client."""
        if self.status is None:
            return f"SpeechError: {self.message}"
        return f"SpeechError [status={self.status}] {self.message}"


class NotOffered(SpeechError):
    """The chosen generation of the API lacks what was asked for; nothing was sent."""

    def __init__(self, message: object, error: object = None, *, hint: str | None = None) -> None:
        super().__init__(None, message if error is None else error, reached=False, hint=hint)


class KeyRejected(SpeechError):
    """The key is wrong or missing, or it may not do this."""

    advice = "check the key, and what it may do: the argument `api_key`, or else the environment variable LMNT_API_KEY"


class NoCredit(SpeechError):
    """The account has no characters left."""

    advice = "wait for the next period, or enlarge the plan of the account"


class NotFound(SpeechError):
    """There is no such voice, or the address does not lead to LMNT's protocol."""

    advice = "look for the voice in list_voices(), and check base_url or LMNT_BASE_URL"


class RequestRejected(SpeechError):
    """The server refuses this request; asking again in the same way is useless."""


class RateLimited(SpeechError):
    """The server wants fewer requests; `retry_after` says when to come back, if it is known."""

    advice = "wait, lower max_concurrency, or give the client a RetryPolicy"


class ServerFailed(SpeechError):
    """The server is not able to answer at the moment."""

    advice = "ask again later, or give the client a RetryPolicy"


class ConnectionFailed(SpeechError):
    """No connection could be made (`reached` is False), or it was lost before the answer was complete."""


class TimedOut(SpeechError):
    """A limit of `Timeout` was exceeded; `reached` is False if that was while connecting."""

    advice = "give the client, or this call, a larger Timeout"


class BadAnswer(SpeechError):
    """The server says that all is well, but its answer is empty, cut off, or not what was asked for."""


class StreamFailed(SpeechError):
    """The server reported an error inside a stream."""


class StreamTruncated(SpeechError):
    """A stream ended before it was complete: what was received is only the beginning."""


def class_of(status: int) -> type[SpeechError]:
    """Return what an HTTP status other than success means."""
    if status in _CLASSES:
        return _CLASSES[status]
    if status >= 500:
        return ServerFailed
    return RequestRejected if status >= 400 else BadAnswer


_CLASSES: Mapping[int, type[SpeechError]] = {
    401: KeyRejected,
    402: NoCredit,
    403: KeyRejected,
    404: NotFound,
    408: ServerFailed,
    425: ServerFailed,
    429: RateLimited,
}


def message_of(error: object) -> str:
    """Return the message in an error body, whatever its shape; empty if there is none.

    Seen: a string; an object with `error`, `message` or `detail`, itself a string, an object or a list of
    objects with `loc` and `msg`.
    """
    return _message(error, depth=0)[:_LONGEST_MESSAGE].strip()


def _message(error: object, *, depth: int) -> str:
    if error is None or isinstance(error, bool) or depth > 4:
        return ""
    if isinstance(error, Mapping):
        found = (_message(error.get(key), depth=depth + 1) for key in _MESSAGE_KEYS)
        return _located(error, next(filter(None, found), ""))
    if isinstance(error, list):
        return "; ".join(filter(None, (_message(entry, depth=depth + 1) for entry in error)))
    return str(error)


def _located(error: Mapping[object, object], message: str) -> str:
    place = error.get("loc")
    if not (message and isinstance(place, list) and place):
        return message
    return f"{'.'.join(map(str, place))}: {message}"
