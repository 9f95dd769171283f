"""What is asked for again, and what never is."""

import asyncio
from typing import Any

import pytest
from scripted_service import Answering, Reply, hang_up, play, told, wav_of

from batchtts.lmnt import RateLimited, RetryPolicy, Speech, SpeechError
from batchtts.lmnt.errors import Particulars
from batchtts.lmnt.retrying import retrying

AUDIO = Reply(body=wav_of(3_000))
AT_ONCE = RetryPolicy(attempts=3, first_wait_seconds=0, longest_wait_seconds=0, longest_told_seconds=0)
RESENDING = RetryPolicy(attempts=3, first_wait_seconds=0, resend_unanswered=True)


def asked(*answers: Answering, ask: Any = None, **settings: Any) -> tuple[bool, int]:
    """Return whether it went well in the end, and how often it was asked for."""

    async def scenario(speech: Speech) -> bool:
        try:
            await (ask or (lambda client: client.synthesize("Hi", "lily")))(speech)
        except SpeechError:
            return False
        return True

    went_well, service = play(scenario, *answers, **settings)
    return went_well, len(service.requests)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_passing_failure_is_asked_again_only_with_a_policy(status: int) -> None:
    failure = told({"error": "later"}, status=status)
    assert asked(failure, failure, AUDIO, retries=AT_ONCE) == (True, 3)
    assert asked(failure, AUDIO) == (False, 1)


@pytest.mark.parametrize("status", [302, 400, 401, 402, 403, 404, 409, 413, 422, 501])
def test_what_will_not_pass_is_never_asked_again(status: int) -> None:
    assert asked(told({"error": "no"}, status=status), AUDIO, retries=RESENDING) == (False, 1)


def test_the_attempts_are_counted() -> None:
    assert asked(Reply(status=500), retries=AT_ONCE) == (False, 3)


@pytest.mark.parametrize("unanswered", [hang_up, Reply(body=wav_of(3_000), cut_after=99), Reply(body=b"")])
def test_what_may_have_been_billed_is_asked_again_only_on_request(unanswered: Answering) -> None:
    assert asked(unanswered, AUDIO, retries=AT_ONCE) == (False, 1)
    assert asked(unanswered, AUDIO, retries=RESENDING) == (True, 2)


def test_what_costs_nothing_is_asked_again_when_the_connection_was_lost() -> None:
    async def ask(speech: Speech) -> None:
        await speech.account_info()

    assert asked(hang_up, told({"plan": {}}), ask=ask, retries=AT_ONCE, api="v1")[0]


def test_a_server_that_says_when_is_obeyed() -> None:
    told_to_wait = [Particulars(retry_after=7), Particulars(retry_after=4_000), Particulars()]
    waits: list[float] = []

    async def note(seconds: float) -> None:
        waits.append(seconds)

    async def failing() -> None:
        if told_to_wait:
            raise RateLimited(429, "slowly", particulars=told_to_wait.pop(0))

    policy = RetryPolicy(longest_told_seconds=60, first_wait_seconds=0.5)
    asyncio.run(retrying(policy, billed=True).copy(sleep=note)(failing))

    assert waits[:2] == [7, 60]
    assert 0 <= waits[2] <= 2


def test_slots_are_free_while_somebody_waits() -> None:
    async def scenario(speech: Speech) -> None:
        waiting = asyncio.create_task(speech.list_voices())
        await busy_has_answered.wait()
        await speech.synthesize("Hi", "lily")
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

    busy_has_answered = asyncio.Event()

    async def busy(request: Any) -> Any:
        busy_has_answered.set()
        return await Reply(status=429, headers={"Retry-After": "1000"})(request)

    play(scenario, busy, AUDIO, retries=RetryPolicy(longest_told_seconds=1_000), max_concurrency=1)
