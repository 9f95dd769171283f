"""Slots, queues, and whose turn it is."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from batchtts.server.admission import Admission
from batchtts.server.refusals import Refusal

Work = Callable[[str, str], asyncio.Task[None]]


def with_one_slot_held(
    scenario: Callable[[Admission, Work, asyncio.Event, list[str]], Awaitable[None]],
    *,
    per_client: int = 100,
    in_all: int = 100,
) -> list[str]:
    """Run a scenario while the only slot is held until the event is set; return the names in order of entry."""
    entered: list[str] = []

    async def run() -> None:
        admission = Admission(n_slots=1, per_client=per_client, in_all=in_all)
        free = asyncio.Event()

        async def work(client: str, name: str) -> None:
            async with admission.slot(client):
                entered.append(name)
                await free.wait()

        async with asyncio.TaskGroup() as group:
            group.create_task(work("first", "first"))
            await asyncio.sleep(0)
            await scenario(admission, lambda *who: group.create_task(work(*who)), free, entered)
            free.set()
        assert (admission.n_active, admission.n_waiting) == (0, 0)

    asyncio.run(run())
    return entered


def test_no_more_than_there_are_slots_are_inside() -> None:
    async def scenario(admission: Admission, work: Work, free: asyncio.Event, entered: list[str]) -> None:
        work("a", "a1")
        await asyncio.sleep(0)
        assert entered == ["first"]
        assert (admission.n_active, admission.n_waiting) == (1, 1)

    assert with_one_slot_held(scenario) == ["first", "a1"]


def test_clients_take_turns_however_many_requests_one_has() -> None:
    async def scenario(admission: Admission, work: Work, free: asyncio.Event, entered: list[str]) -> None:
        for name in ("a1", "a2", "a3", "b1"):
            work(name[0], name)
        await asyncio.sleep(0)

    assert with_one_slot_held(scenario) == ["first", "a1", "b1", "a2", "a3"]


def test_a_client_that_goes_away_leaves_the_queue() -> None:
    async def scenario(admission: Admission, work: Work, free: asyncio.Event, entered: list[str]) -> None:
        going = work("a", "a1")
        work("a", "a2")
        await asyncio.sleep(0)
        going.cancel()
        await asyncio.sleep(0)
        assert admission.n_waiting == 1

    assert with_one_slot_held(scenario) == ["first", "a2"]


def test_a_slot_that_is_handed_to_a_client_that_just_left_goes_to_the_next() -> None:
    async def scenario(admission: Admission, work: Work, free: asyncio.Event, entered: list[str]) -> None:
        going = work("a", "a1")
        work("b", "b1")
        await asyncio.sleep(0)
        free.set()
        await asyncio.sleep(0)  # the first one leaves in this turn of the loop, and hands its slot to a1
        going.cancel()

    assert with_one_slot_held(scenario) == ["first", "b1"]


def test_a_slot_that_is_freed_in_the_moment_in_which_a_waiting_client_leaves_is_not_lost() -> None:
    async def scenario(admission: Admission, work: Work, free: asyncio.Event, entered: list[str]) -> None:
        going = work("a", "a1")
        await asyncio.sleep(0)
        free.set()
        going.cancel()

    assert with_one_slot_held(scenario) == ["first"]


@pytest.mark.parametrize(
    ("limits", "client"), [({"per_client": 1}, "a"), ({"in_all": 1}, "b")], ids=["per client", "in all"]
)
def test_who_finds_the_queue_full_is_told_when_to_come_back(limits: dict[str, int], client: str) -> None:
    async def scenario(admission: Admission, work: Work, free: asyncio.Event, entered: list[str]) -> None:
        work("a", "a1")
        await asyncio.sleep(0)
        with pytest.raises(Refusal) as caught:
            async with admission.slot(client):
                entered.append("too many")
        assert caught.value.status == 429
        assert 1 <= int(caught.value.headers["Retry-After"]) <= 60

    assert with_one_slot_held(scenario, **limits) == ["first", "a1"]


def test_a_full_queue_of_one_client_is_not_full_for_another() -> None:
    async def scenario(admission: Admission, work: Work, free: asyncio.Event, entered: list[str]) -> None:
        work("a", "a1")
        work("b", "b1")
        await asyncio.sleep(0)

    assert with_one_slot_held(scenario, per_client=1) == ["first", "a1", "b1"]
