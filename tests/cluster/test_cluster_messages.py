"""What travels between a run and its workers arrives as it was sent."""

import pickle
from dataclasses import replace

import pytest
from scripted_link import NEEDED

from batchtts.cluster.messages import EngineSpec, Failure, RemoteBug
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TextRejected

ERRORS = [
    EngineUnavailable("busy", retry_after=3.5, busy=True, hint="wait"),
    EngineUnavailable("not there", reached=False),
    TextRejected("no", hint="write it in words"),
]


def parts(error: Exception) -> dict[str, object]:
    return {**vars(error), "kind": type(error), "text": str(error)}


@pytest.mark.parametrize("error", ERRORS, ids=str)
def test_an_error_of_an_engine_arrives_as_it_was(error: EngineError) -> None:
    arrived = pickle.loads(pickle.dumps(Failure.of(error))).error("tcp://worker")
    assert parts(arrived) == parts(error)


def test_a_refusal_names_the_worker_that_it_comes_from() -> None:
    error = Failure.of(EngineRefused("no key", hint="Set it.")).error("tcp://worker")
    assert parts(error) == parts(EngineRefused("no key (on worker tcp://worker)", hint="Set it."))


def test_an_engine_that_gives_up_waiting_does_so_here_too() -> None:
    assert isinstance(Failure.of(TimeoutError("slow")).error("w"), TimeoutError)


def test_a_bug_of_an_engine_brings_its_traceback_along() -> None:
    try:
        raise ZeroDivisionError("a bug")
    except ZeroDivisionError as bug:
        error = Failure.of(bug).error("tcp://worker")
    assert isinstance(error, RemoteBug)
    assert "tcp://worker" in str(error)
    assert 'raise ZeroDivisionError("a bug")' in str(error)


@pytest.mark.parametrize(
    ("change", "misfit"),
    [
        ({}, None),
        ({"batchtts": "0.9"}, "batchtts is 0.9, needed is 1"),
        ({"python": "3.10"}, "Python is 3.10, needed is 3.11"),
        ({"identity": "tone/2"}, "the engine is tone/2, needed is tone/1"),
    ],
    ids=str,
)
def test_a_misfit_is_named(change: dict[str, str], misfit: str | None) -> None:
    assert replace(NEEDED, **change).misfit(NEEDED) == misfit


def test_settings_in_another_order_open_the_same_engine() -> None:
    assert EngineSpec.of("tone", {"a": 1, "b": None}) == EngineSpec.of("tone", {"b": None, "a": 1})
