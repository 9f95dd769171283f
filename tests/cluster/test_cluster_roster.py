"""Which worker is next."""

import pytest
from scripted_link import NEEDED, SPEC

from batchtts.cluster.gate import Gate
from batchtts.cluster.line import Line
from batchtts.cluster.roster import Batch, Host, Roster
from batchtts.render.stopping import Stop

LINE = Line(SPEC, NEEDED, Gate(Stop()))


def host(address: str, *, n_batches: int = 0, n_threads: int = 1, is_alone: bool = False) -> Host:
    batches = [Batch(line=LINE, asked=(), is_alone=is_alone) for _ in range(n_batches)]
    return Host(address=address, n_threads=n_threads, takes_calls=True, process=address, batches=batches)


def roster(*hosts: Host) -> Roster:
    found = Roster()
    for one in hosts:
        found.add(one)
    return found


@pytest.mark.parametrize(
    "change",
    [{"process": None}, {"refusal": "it is too old"}, {"takes_calls": False}, {"is_hung": True}],
    ids=lambda change: next(iter(change)),
)
def test_a_worker_that_is_not_ready_has_no_place(change: dict[str, object]) -> None:
    one = host("one")
    assert one.n_places(2) == 2
    for name, value in change.items():
        setattr(one, name, value)
    assert one.n_places(2) == 0
    assert roster(one).n_threads == 0


def test_the_worker_with_most_places_a_thread_is_next() -> None:
    wide, narrow = host("wide", n_batches=5, n_threads=4), host("narrow", n_batches=1)
    assert roster(wide, narrow).freest(2, n_suspects=0) == (narrow, 4)


def test_nobody_is_next_where_all_have_enough_to_do() -> None:
    assert roster(host("one", n_batches=2), host("two", n_batches=2)).freest(2, n_suspects=0) == (None, 0)


def test_a_worker_that_is_alone_with_a_text_has_no_place_beside_it() -> None:
    assert roster(host("one", n_batches=1, is_alone=True, n_threads=8)).freest(2, n_suspects=0) == (None, 0)


def test_half_of_the_workers_go_on_while_suspects_wait_for_the_others() -> None:
    busy, nearly_idle = host("busy", n_batches=1, n_threads=4), host("nearly idle", n_threads=4)
    assert roster(busy, nearly_idle).freest(2, n_suspects=9) == (busy, 7)
    assert roster(busy).freest(2, n_suspects=1) == (None, 0)


def test_a_worker_that_has_come_in_the_place_of_another_is_not_removed_with_it() -> None:
    old, new = host("one"), host("one")
    both = roster(old, new)
    both.remove(old)
    assert list(both) == [new]
