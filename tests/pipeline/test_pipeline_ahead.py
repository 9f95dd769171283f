"""Work that is done ahead comes in order, fails where it is asked for, and ends with whoever asked."""

import threading

import pytest

from batchtts.pipeline.exporting.ahead import ahead


def test_what_comes_of_the_inputs_comes_in_their_order() -> None:
    assert list(ahead(lambda number: number * number, iter(range(100)))) == [n * n for n in range(100)]


def test_the_next_are_worked_on_while_one_is_looked_at() -> None:
    second = threading.Event()

    def work(number: int) -> int:
        if number == 1:
            second.set()
        return number

    found = ahead(work, iter(range(20)))
    assert next(found) == 0
    assert second.wait(10)
    found.close()


def test_it_works_in_one_thread_which_is_not_the_own_one() -> None:
    threads = set(ahead(lambda _: threading.get_ident(), iter(range(50))))
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


def test_an_error_is_raised_where_its_result_would_be() -> None:
    found = ahead(lambda number: 1 // (3 - number), iter(range(20)))
    assert [next(found) for _ in range(3)] == [0, 0, 1]
    with pytest.raises(ZeroDivisionError):
        next(found)


def test_no_more_than_a_few_inputs_are_taken_before_they_are_needed() -> None:
    inputs = iter(range(1_000))
    found = ahead(str, inputs)
    next(found)
    found.close()
    assert next(inputs) < 20


def test_nothing_is_worked_on_after_it_was_closed() -> None:
    done: list[threading.Thread] = []
    found = ahead(lambda _: done.append(threading.current_thread()), iter(range(1_000)))
    next(found)
    found.close()
    assert len(done) < 20
    assert not done[0].is_alive()
