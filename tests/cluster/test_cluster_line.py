"""How much goes to a worker at once, and which texts go alone."""

import pytest
from scripted_link import NEEDED, SPEC

from batchtts.cluster.gate import Gate
from batchtts.cluster.line import Asked, Line
from batchtts.engine import SpeechRequest
from batchtts.errors import EngineUnavailable, TextRejected
from batchtts.render.stopping import Stop


def line(*, most_requests: int = 16) -> Line:
    return Line(SPEC, NEEDED, Gate(Stop()), most_requests=most_requests)


def asked(text: str) -> Asked:
    """Return a request for whose answer nobody waits."""
    return Asked(SpeechRequest(text=text, voice="hum"), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("seconds", "n_requests"), [(0.0, 16), (0.001, 16), (0.02, 12), (0.04, 6), (0.2, 1), (5.0, 1)]
)
def test_a_batch_takes_about_a_quarter_of_a_second(seconds: float, n_requests: int) -> None:
    one = line()
    for _ in range(50):
        one.note_pace(1, seconds)
    assert one.batch_size == n_requests


def test_an_engine_that_costs_money_is_asked_for_one_text_at_a_time() -> None:
    one = line(most_requests=1)
    one.note_pace(1, 0.001)
    assert one.batch_size == 1


@pytest.mark.parametrize(("seconds", "depth"), [(0.01, 2), (0.5, 2), (3.0, 1)])
def test_the_next_batch_is_sent_ahead_unless_each_takes_long(seconds: float, depth: int) -> None:
    one = line()
    one.note_pace(1, seconds)
    assert one.depth == depth


def test_what_waits_is_shared_out_among_the_places_that_are_free() -> None:
    one = line()
    one.note_pace(16, 0.01)
    for number in range(20):
        one.add(asked(f"{number}"))
    assert [len(one.take(n_places)) for n_places in (4, 3, 2, 1)] == [5, 5, 5, 5]
    assert not one.waiting


def test_a_text_that_was_lost_once_waits_apart_until_it_is_answered() -> None:
    one, text = line(), asked("A line.")
    assert isinstance(one.note_loss(text, "w", is_alone=False, is_hang=False), EngineUnavailable)
    one.add(text)
    assert list(one.suspects) == [text]
    one.suspects.clear()
    one.note_answer(text)
    one.add(text)
    assert list(one.waiting) == [text]


def test_losses_in_company_reject_no_text_however_many() -> None:
    one, text = line(), asked("A line.")
    losses = [one.note_loss(text, "w", is_alone=False, is_hang=False) for _ in range(10)]
    assert {type(loss) for loss in losses} == {EngineUnavailable}
    assert one.rejection(text.request) is None


@pytest.mark.parametrize(("is_hang", "n_losses"), [(False, 4), (True, 2)], ids=["lost", "hung"])
def test_a_text_with_which_worker_after_worker_was_lost_alone_is_rejected_from_then_on(
    is_hang: bool, n_losses: int
) -> None:
    one, text = line(), asked("A line.")
    losses = [type(one.note_loss(text, "w", is_alone=True, is_hang=is_hang)) for _ in range(n_losses)]
    assert losses == [EngineUnavailable] * (n_losses - 1) + [TextRejected]
    assert isinstance(one.rejection(text.request), TextRejected)
    assert one.rejection(asked("Another.").request) is None


def test_a_window_keeps_every_thread_busy_and_fills_the_next_batches() -> None:
    one = line()
    one.note_pace(1, 0.0)
    assert one.window(0) == 0
    assert one.window(2) == 96
