"""How long the client waits, and how often it asks."""

from dataclasses import dataclass
from math import inf, isfinite


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeout:
    """Limits in seconds; None stands for no limit.

    `connect_seconds` is for making a connection or opening a stream.  `idle_seconds` is the longest silence
    of the server, also before its first byte: it sends none before it has rendered.  `total_seconds` is for
    one request and its whole answer, from when it is its turn.  In a stream, `receive_seconds` is the
    longest wait for audio after text was sent, and after each `ping_seconds` of silence the server has to
    answer a ping, within the same time.
    """

    connect_seconds: float | None = 10.0
    idle_seconds: float | None = 300.0
    total_seconds: float | None = 1_800.0
    receive_seconds: float | None = 120.0
    ping_seconds: float | None = 20.0

    def __post_init__(self) -> None:
        """Refuse limits that nothing could keep."""
        for name in self.__slots__:
            seconds = getattr(self, name)
            if seconds is not None and not (isfinite(seconds) and seconds > 0):
                raise ValueError(f"Timeout.{name} is {seconds}, but has to be above 0, or None for no limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a call is made in all, and the waits between: exponential, with full jitter.

    Asked again: what never connected, and the statuses 408, 425, 429, 500, 502, 503, 504.  A server that
    says when to come back is obeyed, up to `longest_told_seconds`.  A synthesis that reached the server
    and was not answered whole may have been billed: it is asked for again only with `resend_unanswered`.
    """

    attempts: int = 4
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 30.0
    longest_told_seconds: float = 300.0
    resend_unanswered: bool = False

    def __post_init__(self) -> None:
        """Refuse what is no number of attempts, and negative waits."""
        if self.attempts < 1:
            raise ValueError(f"RetryPolicy.attempts is {self.attempts}, but has to be at least 1")
        for name in ("first_wait_seconds", "longest_wait_seconds", "longest_told_seconds"):
            if not 0 <= getattr(self, name) < inf:
                raise ValueError(f"RetryPolicy.{name} is {getattr(self, name)}, but has to be 0 or more")
