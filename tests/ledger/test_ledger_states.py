import asyncio
from pathlib import Path

import pytest
from ledger_values import (
    SETTINGS,
    TARIFF,
    fail,
    failures,
    fingerprint,
    live,
    pending,
    record_of,
    render,
    replace_plan,
    sha256,
    start,
    take_of,
)

from batchtts.errors import (
    BatchttsError,
    EngineRefused,
    EngineUnavailable,
    LedgerError,
    TakeFailedChecks,
    TextRejected,
)
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.queries import Hole, Spending
from batchtts.ledger.reading import LedgerReader
from batchtts.model import Master, OutputFile


def states(done: int = 0, rendering: int = 0, failed: int = 0, pending: int = 0) -> dict[str, int]:
    return {"done": done, "rendering": rendering, "failed": failed, "pending": pending}


def test_a_segment_is_pending_until_it_has_a_take(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two"])
    assert ledger.counts() == states(pending=2)
    asyncio.run(render(ledger, "one"))
    assert ledger.counts() == states(done=1, pending=1)


def test_a_segment_is_rendering_while_an_attempt_is_open(ledger: Ledger) -> None:
    async def look() -> dict[str, int]:
        async with ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF):
            return ledger.counts()

    replace_plan(ledger, ["one", "two"])
    assert asyncio.run(look()) == states(rendering=1, pending=1)
    assert ledger.counts() == states(pending=2)


@pytest.mark.parametrize(
    ("error", "outcome", "state"),
    [
        (TakeFailedChecks("it is silent"), "failed_checks", "failed"),
        (TextRejected("no letters"), "rejected", "failed"),
        (EngineUnavailable("cut off"), "unavailable", "pending"),
        (EngineUnavailable("too many", busy=True), "busy", "pending"),
        (EngineUnavailable("no connection", reached=False), "unreached", "pending"),
        (EngineRefused("no credit"), "refused", "pending"),
        (LedgerError("anything else"), "interrupted", "pending"),
        (ValueError("a bug"), "interrupted", "pending"),
    ],
)
def test_how_an_attempt_fails_decides_whether_it_is_made_again(
    ledger: Ledger, error: BatchttsError, outcome: str, state: str
) -> None:
    replace_plan(ledger, ["one"])
    asyncio.run(fail(ledger, "one", error))
    assert ledger.counts()[state] == 1
    assert ledger.spending() == [Spending(outcome=outcome, n_attempts=1, n_characters=3)]
    assert failures(ledger) == ({fingerprint("one"): str(error)} if state == "failed" else {})


def test_a_bad_recording_that_another_follows_decides_nothing(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"])
    asyncio.run(fail(ledger, "one", TakeFailedChecks("it is silent"), is_last=False))
    assert ledger.counts() == states(pending=1)
    assert [spent.outcome for spent in ledger.spending()] == ["discarded"]
    assert failures(ledger) == {}


def test_only_failures_of_the_plan_are_told(ledger: Ledger) -> None:
    replace_plan(ledger, ["two"])
    asyncio.run(fail(ledger, "one", TextRejected("no letters")))
    assert failures(ledger) == {}


def test_a_retake_makes_a_failed_segment_pending(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"])
    asyncio.run(fail(ledger, "one", TextRejected("no letters")))
    ledger.ask_retake(fingerprint("one"), why="the engine learned letters", seed=None)
    assert ledger.counts() == states(pending=1)
    asyncio.run(fail(ledger, "one", TextRejected("still none")))
    assert failures(ledger) == {fingerprint("one"): "still none"}


def test_a_later_success_forgives_a_failure(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"])
    asyncio.run(fail(ledger, "one", TakeFailedChecks("it is silent")))
    asyncio.run(render(ledger, "one"))
    assert (ledger.counts(), failures(ledger)) == (states(done=1), {})


def test_an_error_without_a_message_is_named_by_its_class(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"])
    asyncio.run(fail(ledger, "one", TextRejected("")))
    assert failures(ledger) == {fingerprint("one"): "TextRejected"}


def test_a_message_that_utf_8_cannot_hold_is_recorded_all_the_same(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"])
    asyncio.run(fail(ledger, "one", TextRejected("\udcff" + "x" * 9999)))
    assert failures(ledger) == {fingerprint("one"): "?" + "x" * 1999}


def test_a_take_comes_back_as_it_was_kept(ledger: Ledger) -> None:
    take = asyncio.run(render(ledger, "one"))
    assert live(ledger) == {take.fingerprint: take}
    assert ledger.live_take(take.fingerprint) == take
    assert ledger.live_take(fingerprint("two")) is None


def test_a_retake_names_the_seed_of_the_next_take(ledger: Ledger) -> None:
    for seed in (7, 8, None):
        ledger.ask_retake(fingerprint("one"), why="mumbled", seed=seed)
    assert ledger.retake_seed(fingerprint("one"), 1) == 8
    assert ledger.retake_seed(fingerprint("two"), 1) == 1
    replace_plan(ledger, ["one", "two"])
    assert [asked.seed for asked in pending(ledger)] == [8, 0]


def test_take_numbers_are_not_used_twice_even_after_a_prune(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"])
    assert [asked.number for asked in pending(ledger)] == [1]
    asyncio.run(render(ledger, "one"))
    ledger.ask_retake(fingerprint("one"), why="mumbled", seed=None)
    assert [asked.number for asked in pending(ledger)] == [2]
    ledger.forget_dropped()
    assert [asked.number for asked in pending(ledger)] == [2]


def test_an_adopted_take_counts_with_the_number_it_brings(ledger: Ledger) -> None:
    replace_plan(ledger, ["one"])
    ledger.adopt(record_of("one", number=5), drop_reason="mumbled")
    assert [asked.number for asked in pending(ledger)] == [6]


def test_the_first_adopted_take_is_used_and_the_next_ones_are_superseded(ledger: Ledger) -> None:
    ledger.adopt(record_of("one", number=1), drop_reason="mumbled")
    ledger.adopt(record_of("one", number=3))
    ledger.adopt(record_of("one", number=2))
    assert live(ledger) == {fingerprint("one"): take_of("one", number=3)}
    reasons = ledger.ask(
        lambda db: db.execute("SELECT number, drop_reason FROM take ORDER BY number").fetchall()
    )
    assert reasons == [(1, "mumbled"), (2, "superseded"), (3, None)]


def test_takes_can_be_adopted_before_a_run_and_cost_nothing(folder: Path) -> None:
    with Ledger.open(folder) as ledger:
        ledger.adopt(record_of("one"))
        assert ledger.spending() == [Spending(outcome="adopted", n_attempts=1, n_characters=0)]


def test_a_dropped_take_is_dropped_only_once(ledger: Ledger) -> None:
    take = asyncio.run(render(ledger, "one"))
    ledger.drop(take, "damaged")
    assert (live(ledger), ledger.dropped_takes()) == ({}, [take])
    with pytest.raises(LedgerError, match="no take that is in use"):
        ledger.drop(take, "damaged")


def test_chapters_tell_how_far_they_are(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two", "three"], ["one"])
    asyncio.run(render(ledger, "one"))
    asyncio.run(fail(ledger, "two", TextRejected("no letters")))
    first, second = ledger.chapter_states()
    assert (first.id, first.number, first.title) == ("chapter-1", 1, "Chapter 1")
    assert (first.slug, first.document, first.n_segments, first.n_characters) == (
        *("01-chapter", "book.txt", 3, 11),
    )
    assert (first.states, first.seconds, first.audio_seconds) == (
        states(done=1, failed=1, pending=1),
        4.0,
        1.0,
    )
    assert (second.states, second.audio_seconds) == (states(done=1), 1.0)


def test_holes_are_named_with_place_and_text_in_reading_order(ledger: Ledger) -> None:
    replace_plan(ledger, ["two", "one"], ["three"])
    asyncio.run(render(ledger, "one"))
    asyncio.run(fail(ledger, "two", TextRejected("no letters")))
    asyncio.run(fail(ledger, "three", EngineUnavailable("busy")))
    place = {"document": "book.txt", "locator": "line 1"}
    two = Hole(
        segment="chapter-1/0000",
        fingerprint=fingerprint("two"),
        text="two",
        state="failed",
        detail="no letters",
        **place,
    )
    three = Hole(
        segment="chapter-2/0000",
        fingerprint=fingerprint("three"),
        text="three",
        state="pending",
        detail="busy",
        **place,
    )
    assert list(ledger.holes()) == [two, three]
    assert list(ledger.holes(only_failed=True)) == [two]


def test_masters_replace_each_other_and_can_be_forgotten(ledger: Ledger) -> None:
    files = (OutputFile(path="chapters/01.wav", sha256="ab", n_bytes=7),)
    one = Master(chapter="chapter-1", recipe="r1", sample_rate=24_000, n_samples=5, files=files)
    two = Master(chapter="chapter-1", recipe="r2", sample_rate=24_000, n_samples=6, files=files)
    ledger.keep_master(one)
    ledger.keep_master(two)
    assert ledger.masters() == {"chapter-1": two}
    ledger.forget_masters(["chapter-1", "chapter-2"])
    assert ledger.masters() == {}


def test_verified_files_are_remembered_until_they_are_forgotten(ledger: Ledger) -> None:
    ledger.note_verified("a.wav", 1, 10)
    ledger.note_verified("a.wav", 2, 20)
    ledger.note_verified("b.wav", 3, 2**62)
    ledger.forget_verified("a.wav")
    assert ledger.verified() == {"b.wav": (3, 2**62)}


def test_settings_of_a_text_are_told_newest_first(ledger: Ledger) -> None:
    slow = {**SETTINGS, "speed": 0.5}
    ledger.adopt(record_of("one", salt="slow", settings=slow))
    ledger.adopt(record_of("one"))
    ledger.adopt(record_of("one", salt="slow", number=2, settings=slow))
    ledger.ask_retake(fingerprint("one", "quick"), why="never recorded", seed=None)
    assert ledger.settings_of_text(sha256("one")) == [slow, SETTINGS]


def test_the_plan_can_be_asked_for_its_segments(ledger: Ledger) -> None:
    replace_plan(ledger, ["one", "two"])
    assert ledger.planned_segment("chapter-1/0001") == ("two", SETTINGS)
    assert ledger.planned_segment("chapter-9/0001") is None


def test_a_run_is_on_record_with_its_outcome(folder: Path) -> None:
    with start(folder) as ledger:
        going_on = ledger.last_run()
        ledger.end_run("done")
        ended = ledger.last_run()
    assert going_on is not None
    assert ended is not None
    assert (going_on.ended_at, ended.outcome, ended.version) == (None, "done", "1.0")
    assert ended.ended_at is not None
    assert ended.started_at <= ended.ended_at
    assert ended.ended_at.endswith("Z")


def test_a_new_ledger_answers_every_question(folder: Path) -> None:
    with Ledger.open(folder) as ledger:
        assert (ledger.is_new, ledger.set_aside, ledger.last_run()) == (True, None, None)
    reader = LedgerReader.open(folder)
    assert reader is not None
    with reader:
        assert (reader.counts(), reader.inputs(), reader.example_id()) == (states(), None, None)
        assert not any((live(reader), list(reader.holes()), reader.chapter_states(), reader.spending()))
        assert not any((reader.packs(), pending(reader), reader.lacking(), reader.voices(), reader.masters()))


def test_an_attempt_needs_a_run(folder: Path) -> None:
    with Ledger.open(folder) as ledger, pytest.raises(LedgerError, match="no run"):
        ledger.attempt(fingerprint("one"), characters=3, durable=True, tariff=TARIFF)
