"""When a call is made again, and after how long."""

from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_after_attempt,
    wait_random_exponential,
)
from tenacity.wait import wait_base

from batchtts.lmnt.errors import (
    BadAnswer,
    ConnectionFailed,
    RateLimited,
    ServerFailed,
    SpeechError,
    TimedOut,
)
from batchtts.lmnt.patience import RetryPolicy

_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


def retrying(policy: RetryPolicy, *, billed: bool) -> AsyncRetrying:
    """Return a loop of attempts; `billed` calls cost something each time they are carried out."""

    def again(error: BaseException) -> bool:
        if isinstance(error, RateLimited | ServerFailed):
            return error.status in _PASSING
        if isinstance(error, ConnectionFailed | TimedOut):
            return not error.reached or not billed or policy.resend_unanswered
        # A success that is of no use was paid for; asking again pays for it again.
        return isinstance(error, BadAnswer) and error.status == 200 and policy.resend_unanswered

    return AsyncRetrying(
        stop=stop_after_attempt(policy.attempts),
        wait=_WaitAsTold(policy),
        retry=retry_if_exception(again),
        reraise=True,
    )


class _WaitAsTold(wait_base):
    """Waits as long as the server said, or else for a random time that grows."""

    def __init__(self, policy: RetryPolicy) -> None:
        self._longest_told = policy.longest_told_seconds
        self._random = wait_random_exponential(
            multiplier=policy.first_wait_seconds, max=policy.longest_wait_seconds
        )

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        if isinstance(error, SpeechError) and error.retry_after is not None:
            return min(error.retry_after, self._longest_told)
        return self._random(retry_state)
