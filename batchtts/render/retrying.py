"""When an engine is asked again, and after how long."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)
from tenacity.wait import wait_base

from batchtts.errors import EngineUnavailable, TakeFailedChecks
from batchtts.render.stopping import Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a segment is asked for, and the waits between: exponential with full jitter.

    An engine that says when to come back is obeyed, up to `longest_told_seconds`.
    """

    attempts: int = 4
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 60.0
    longest_told_seconds: float = 300.0


Told = Callable[[BaseException, float], None]
"""Called with the error and the seconds of the wait, before each wait."""


def retrying(policy: RetryPolicy, *, stop: Stop, deterministic: bool, told: Told) -> AsyncRetrying:
    """Return a loop of attempts.

    A recording that failed its checks is worth another attempt only where the engine would not answer the
    same again.  Once the end of the run is asked for, nothing is tried again.
    """

    def again(error: BaseException) -> bool:
        if stop.requested:
            return False
        return isinstance(error, EngineUnavailable) or (
            isinstance(error, TakeFailedChecks) and not deterministic
        )

    def tell(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if error is not None and state.next_action is not None:
            told(error, state.next_action.sleep)

    pause: Callable[[float], Awaitable[None]] = stop.pause
    return AsyncRetrying(
        stop=stop_after_attempt(policy.attempts),
        wait=_WaitAsTold(policy),
        retry=retry_if_exception(again),
        before_sleep=tell,
        sleep=pause,
        reraise=True,
    )


class _WaitAsTold(wait_base):
    """Waits as long as the engine said, or else for a random time that grows."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._longest_told = policy.longest_told_seconds
        self._random = wait_random_exponential(
            multiplier=policy.first_wait_seconds, max=policy.longest_wait_seconds
        )

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        if isinstance(error, EngineUnavailable) and error.retry_after is not None:
            return min(error.retry_after, self._longest_told)
        return self._random(retry_state)
