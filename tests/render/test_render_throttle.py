"""How much a remote engine is asked for at once, and how an outage is told from a text that it cannot speak.

Time is virtual: services take seconds to answer, and no test waits for them.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import virtual_time
from virtual_time import now

from batchtts.errors import EngineUnavailable, TextRejected
from batchtts.events import EngineAway, EngineBack, Event
from batchtts.render.retrying import RetryPolicy
from batchtts.render.stopping import Stop
from batchtts.render.throttle import Throttle
from batchtts.render.window import Window

BUSY = EngineUnavailable("429 too many", busy=True)
BROKEN = EngineUnavailable("500 broken")
UNREACHED = EngineUnavailable("connection refused", reached=False)


class Service:
    """Answers so many requests at once, after a while, and says at once that it is busy to the others.

    `fault` may say what is wrong with a text at a time.
    """

    def __init__(
        self,
        *,
        capacity: int = 1000,
        seconds: float = 1.0,
        fault: Callable[[str], Exception | None] = lambda text: None,
    ) -> None:
        self.capacity = capacity
        self.seconds = seconds
        self.fault = fault
        self.asked: list[tuple[float, str]] = []
        self.n_busy = self.n_in_flight = self.most_at_once = 0

    async def speak(self, text: str, note_answer: Callable[[], None]) -> str:
        self.asked.append((now(), text))
        if self.n_in_flight >= self.capacity:
            self.n_busy += 1
            raise BUSY
        self.n_in_flight += 1
        self.most_at_once = max(self.most_at_once, self.n_in_flight)
        try:
            await asyncio.sleep(self.seconds)
            if error := self.fault(text):
                raise error
        finally:
            self.n_in_flight -= 1
        note_answer()
        return text


class Desk:
    """Workers that share a throttle; what came of each text, when, and what was told."""

    def __init__(self, service: Service, *, most: int = 32, patience_seconds: float = 300) -> None:
        self.service = service
        self.most = most
        self.policy = RetryPolicy(patience_seconds=patience_seconds)
        self.stop = Stop()
        self.told: list[Event] = []
        self.spoken: list[str] = []
        self.counted: list[str] = []
        self.slots: list[int] = []
        self.seconds = 0.0

    def work(self, texts: Sequence[str]) -> None:
        """Have all texts spoken, however often each fails, as long as nobody asks for the end."""
        virtual_time.run(self._work(texts))

    async def _work(self, texts: Sequence[str]) -> None:
        self.throttle = Throttle(
            "lmnt", most=self.most, policy=self.policy, stop=self.stop, tell=self.told.append
        )
        waiting = iter(texts)
        await asyncio.gather(*(self._speak(waiting) for _ in range(2 * self.most)))
        self.seconds = now()

    async def _speak(self, waiting: Any) -> None:
        for text in waiting:
            while not self.stop.requested and text not in self.spoken:
                try:
                    spoken = await self.throttle.ask(text, partial(self.service.speak, text))
                except EngineUnavailable:
                    self.counted.append(text)
                    await asyncio.sleep(0.5)
                else:
                    self.slots.append(self.throttle.slots)
                    self.spoken += [spoken] if spoken else []


def texts(n: int) -> list[str]:
    return [str(number) for number in range(n)]


# --- How much at once ------------------------------------------------------------------------------------


@pytest.mark.parametrize("capacity", [1, 2, 3, 5, 8, 16])
def test_it_settles_near_what_the_service_can_do(capacity: int) -> None:
    desk = Desk(Service(capacity=capacity))
    desk.work(texts(1000))
    assert len(desk.spoken) == 1000
    assert desk.service.n_busy <= 120
    settled = desk.slots[500:]
    assert capacity * 0.75 <= sum(settled) / len(settled) <= capacity + 1
    assert 1000 / capacity / desk.seconds > 0.8


def test_it_begins_modestly_and_goes_no_further_than_it_may() -> None:
    desk = Desk(Service(), most=12)
    desk.work(texts(300))
    assert [time for time, _ in desk.service.asked].count(0.0) == 4
    assert (desk.service.most_at_once, desk.slots[-1]) == (12, 12)


def test_a_round_of_answers_adds_half_as_many_slots_until_there_are_all() -> None:
    desk = Desk(Service(), most=16)
    desk.work(texts(4 + 6 + 9 + 13 + 16))
    times = [time for time, _ in desk.service.asked]
    assert [times.count(second) for second in (0.0, 1.0, 2.0, 3.0, 4.0)] == [4, 6, 9, 13, 16]


def test_a_busy_round_cuts_the_slots_once_and_then_a_round_adds_one() -> None:
    service = Service()
    desk = Desk(service, most=16)
    service.fault = lambda text: BUSY if 5.5 < now() < 6.5 else None
    desk.work(texts(160))
    times = [time for time, _ in service.asked]
    assert [times.count(second) for second in (5.0, 6.0, 7.0, 8.0, 9.0)] == [16, 12, 12, 13, 14]


def test_a_second_cut_without_an_answer_leaves_a_single_slot() -> None:
    window = Window(most=32)
    for _ in range(30):
        window.grow(8, is_news=True)
    window.shrink(8)
    assert window.slots > 1
    window.shrink(8)
    assert window.slots == 1


def test_less_capacity_than_before_is_found_out() -> None:
    service = Service(capacity=16)
    desk = Desk(service)

    def shrink(text: str) -> None:
        service.capacity = 4 if len(service.asked) > 500 else 16

    service.fault = shrink
    desk.work(texts(1000))
    assert 2.5 <= sum(desk.slots[-200:]) / 200 <= 5
    assert service.n_busy <= 120


def test_whoever_is_told_to_come_back_later_holds_up_everybody_until_then() -> None:
    service = Service()
    service.fault = lambda text: (
        EngineUnavailable("429", busy=True, retry_after=30) if 2.5 < now() < 3.5 else None
    )
    desk = Desk(service)
    desk.work(texts(60))
    times = [time for time, _ in service.asked]
    assert not [time for time in times if 3.0 <= time < 33.0]
    assert times.count(33.0) > 1
    assert (desk.counted, desk.told) == ([], [])


def test_a_request_that_waits_for_a_slot_can_be_cancelled_and_costs_none() -> None:
    async def cancel_some() -> int:
        service = Service(capacity=1)
        throttle = Throttle("lmnt", most=1, policy=RetryPolicy(), stop=Stop(), tell=lambda event: None)
        tasks = [asyncio.ensure_future(throttle.ask(text, partial(service.speak, text))) for text in texts(4)]
        await asyncio.sleep(0.5)
        tasks[1].cancel()
        await asyncio.sleep(0.5)  # the first one's answer lets the third one in, at this very moment
        tasks[2].cancel()
        await asyncio.wait(tasks)
        return sum(not task.cancelled() for task in tasks)

    assert virtual_time.run(cancel_some()) == 2


# --- Who is to blame -------------------------------------------------------------------------------------


def test_a_text_on_which_the_engine_fails_while_others_succeed_is_to_blame() -> None:
    service = Service()
    failures = iter([BROKEN] * 6)
    service.fault = lambda text: next(failures, None) if text == "7" else None
    desk = Desk(service)
    desk.work(texts(200))
    assert desk.counted == ["7"] * 6
    assert desk.told == []


def test_random_faults_are_told_from_an_outage() -> None:
    dice = random.Random(5)
    service = Service(seconds=0.2)

    def fault(text: str) -> Exception | None:
        face = dice.random()
        return BUSY if face < 0.10 else BROKEN if face < 0.18 else None

    service.fault = fault
    desk = Desk(service)
    desk.work(texts(1400))
    assert len(desk.spoken) == 1400
    assert desk.told == []
    assert max(map(desk.counted.count, desk.counted)) < RetryPolicy().attempts


def test_an_engine_that_fails_for_everybody_is_away_and_nobody_is_to_blame() -> None:
    service = Service()
    service.fault = lambda text: BROKEN if 9.5 < now() < 60 else None
    desk = Desk(service)
    desk.work(texts(200))
    away, back = desk.told
    assert away == EngineAway(engine="lmnt", reason="500 broken", patience_seconds=300.0)
    assert isinstance(back, EngineBack)
    assert 50 < back.away_seconds < 67
    assert len(desk.spoken) == 200
    assert len(desk.counted) <= 5
    probes = [time for time, _ in service.asked if 11 < time < 60]
    assert len(probes) < 15
    assert all(later - earlier >= 1 for earlier, later in pairwise(probes))


def test_an_engine_that_is_not_reached_is_probed_by_one_after_longer_and_longer_waits() -> None:
    service = Service(seconds=0, fault=lambda text: UNREACHED)
    desk = Desk(service)
    desk.work(texts(50))
    times = [time for time, _ in service.asked]
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert times.count(0.0) <= 8
    growing = [wait for wait in waits if wait > 0]
    bounds = [min(15.0, 0.5 * 2**number) for number in range(len(growing))]
    *full, last = zip(growing, bounds, strict=True)
    assert all(bound / 2 <= wait <= bound for wait, bound in full)
    assert last[0] <= last[1]  # the last one ends with patience
    assert (desk.counted, [type(event) for event in desk.told]) == ([], [EngineAway])


@pytest.mark.parametrize("error", [UNREACHED, BROKEN, BUSY])
def test_when_nobody_was_answered_for_too_long_the_run_is_to_end(error: EngineUnavailable) -> None:
    desk = Desk(Service(fault=lambda text: error), patience_seconds=120)
    desk.work(texts(50))
    assert isinstance(desk.stop.reason, EngineUnavailable)
    assert str(desk.stop.reason) == f"lmnt has answered nobody for 120 s: {error}"
    assert desk.stop.reason.hint
    assert 120 <= desk.seconds <= 121  # one request, which was under way when patience ended
    assert desk.spoken == []


def test_an_answer_restores_patience() -> None:
    service = Service()
    service.fault = lambda text: None if int(now() / 100) % 2 == 0 else UNREACHED
    desk = Desk(service, patience_seconds=120, most=4)
    desk.work(texts(1000))
    assert (len(desk.spoken), desk.stop.reason) == (1000, None)
    assert [type(event) for event in desk.told] == [EngineAway, EngineBack] * (len(desk.told) // 2)
    assert len(desk.told) >= 4


def test_an_engine_that_wants_to_be_left_alone_for_longer_than_there_is_patience_ends_the_run_at_once() -> (
    None
):
    service = Service(fault=lambda text: EngineUnavailable("429", busy=True, retry_after=3600))
    desk = Desk(service)
    desk.work(texts(50))
    assert str(desk.stop.reason) == "lmnt wants to be left alone for 3600 s: 429"
    assert (desk.seconds, len(service.asked)) == (1.0, 4)


def test_whoever_has_to_wait_leaves_when_the_end_is_asked_for() -> None:
    async def stop_later(desk: Desk) -> None:
        asyncio.get_running_loop().call_later(50, desk.stop.request, TextRejected("any reason"))
        await desk._work(texts(50))

    desk = Desk(Service(seconds=0, fault=lambda text: EngineUnavailable("429", retry_after=200)))
    virtual_time.run(stop_later(desk))
    assert desk.seconds == 50


def test_a_rejected_text_is_an_answer_but_does_not_end_an_outage() -> None:
    async def reject(note_answer: Callable[[], None]) -> str:
        raise TextRejected("no words in it")

    async def fail_and_reject(n_failures: int) -> list[Event]:
        told: list[Event] = []
        service = Service(seconds=0, fault=lambda text: UNREACHED)
        throttle = Throttle(
            "lmnt", most=8, policy=RetryPolicy(patience_seconds=9), stop=Stop(), tell=told.append
        )
        asking = [
            asyncio.ensure_future(throttle.ask(text, partial(service.speak, text)))
            for text in texts(n_failures)
        ]
        with pytest.raises(TextRejected):
            await throttle.ask("rejected", reject)
        await asyncio.wait(asking)
        return told

    assert [type(event) for event in virtual_time.run(fail_and_reject(6))] == [EngineAway]
