"""When a segment is asked for again, after how long, and when it is given up."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, stop_never, wait_random_exponential
from tenacity.wait import wait_base

from batchtts.errors import EngineError, EngineUnavailable, LengthMissed, TakeFailedChecks
from batchtts.render.stopping import Stop

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often a segment is asked for, and the waits between: exponential with full jitter.

    `recordings` bounds the attempts of a segment whose recording fails its checks: each may have cost money.

    An engine that says when to come back is obeyed, up to `longest_told_seconds`.  A remote one is obeyed to
    the second; while it is away it is probed after waits of up to `longest_probe_seconds`, and when it has
    answered nobody for `patience_seconds`, the run ends.
    """

    attempts: int = 6
    recordings: int = 3
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 60.0
    longest_told_seconds: float = 300.0
    longest_probe_seconds: float = 15.0
    patience_seconds: float = 300.0

    def gives_up(self, error: type[BaseException], n_attempts: int, *, deterministic: bool) -> bool:
        """Return whether an attempt that ends with such an error is the last one of its segment.

        A recording that fails its checks is worth another only where the engine would not answer the same
        again, and if that could be better.
        """
        if issubclass(error, LengthMissed):
            return True
        if issubclass(error, TakeFailedChecks):
            return deterministic or n_attempts >= min(self.attempts, self.recordings)
        return n_attempts >= self.attempts or not issubclass(error, EngineUnavailable)


async def persevere(trials: AsyncRetrying, attempt: Callable[[int], Awaitable[T]]) -> T:
    """Return what an attempt brings, made again as often as `trials` allow; it is told its number, from 1.

    The first one is made without tenacity, which nearly no segment needs, and whose bookkeeping would be a quarter
    of what this room spends on a segment.  It hears of the first attempt when that has failed, and goes on from there.
    """
    try:
        return await attempt(1)
    except (EngineError, TakeFailedChecks) as error:
        first = error
    async for trial in trials:
        with trial:
            if trial.retry_state.attempt_number == 1:
                raise first
            return await attempt(trial.retry_state.attempt_number)
    raise AssertionError("tenacity ends with a result or an error")


Told = Callable[[BaseException, float], None]
"""Called with the error and the seconds of the wait, before each wait."""


def retrying(policy: RetryPolicy, *, stop: Stop, deterministic: bool, told: Told) -> AsyncRetrying:
    """Return a loop of attempts.  Once the end of the run is asked for, nothing is tried again."""

    def again(state: RetryCallState) -> bool:
        error = _error(state)
        if error is None or stop.requested:
            return False
        return not policy.gives_up(type(error), state.attempt_number, deterministic=deterministic)

    def tell(state: RetryCallState) -> None:
        error = _error(state)
        if error is not None and state.next_action is not None:
            told(error, state.next_action.sleep)

    pause: Callable[[float], Awaitable[None]] = stop.pause
    return AsyncRetrying(
        stop=stop_never,
        wait=_WaitAsTold(policy),
        retry=again,
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
        error = _error(retry_state)
        if isinstance(error, EngineUnavailable) and error.retry_after is not None:
            return min(error.retry_after, self._longest_told)
        return self._random(retry_state)


def _error(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None
