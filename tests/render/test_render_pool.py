"""How a list of segments becomes takes, whatever the engine answers."""

import asyncio
import errno
import gc
import os
from dataclasses import replace

import pytest
from fakes import ScriptedEngine
from render_room import AT_ONCE, Room, script, silent

from batchtts.engine import Speech, SpeechRequest
from batchtts.errors import EngineRefused, EngineUnavailable, StoppedEarly, TextRejected
from batchtts.events import Event, SegmentRetried, TakeKept
from batchtts.render.retrying import RetryPolicy
from batchtts.takes.reading import TakeReader


def whole_takes(room: Room) -> int:
    """Return how many takes are on record, having read each."""
    with TakeReader(room.workspace) as reader:
        return len([reader.load(take) for take in room.ledger.live_takes()])


# --- Good answers ----------------------------------------------------------------------------------------


def test_every_text_is_asked_for_once_and_its_take_is_kept(room: Room) -> None:
    engine = script({})
    room.render(engine, "one", "two", "three")
    assert sorted(engine.asked) == ["one", "three", "two"]
    assert sorted(room.kept) == ["s0", "s1", "s2"]
    assert room.attempts == {"kept": 3}
    assert len(list(room.ledger.live_takes())) == 3


def test_the_engine_is_asked_with_the_seed_of_the_pending_segment(room: Room) -> None:
    engine = script({})
    room.render(engine, "one")
    assert engine.requests == [SpeechRequest(text="one", voice="hum", language="en", seed=3)]
    [take] = room.ledger.live_takes()
    assert take.seed == 3


@pytest.mark.parametrize(("concurrency", "most"), [(1, 1), (3, 3), (None, 4), (100, 4)])
def test_no_more_are_asked_at_once_than_job_and_engine_allow(
    room: Room, concurrency: int | None, most: int
) -> None:
    engine = script({})
    room.render(engine, *(f"text {number}" for number in range(12)), concurrency=concurrency)
    assert engine.most_at_once == most


def test_the_take_that_completes_a_chapter_says_so(room: Room) -> None:
    room.plan(["one", "two"], ["three"], ["four", "five"])
    room.render(script({"four": [TextRejected("no words in it")]}), "one", "two", "three", "four", "five")
    completed = {event.segment: event.completed for event in room.told if isinstance(event, TakeKept)}
    assert {completed.pop("s0"), completed.pop("s1")} == {(), ("ch1",)}
    assert completed == {"s2": ("ch2",), "s4": ()}


def test_texts_are_asked_for_in_their_order_but_the_last_of_them_longest_first(room: Room) -> None:
    texts = [f"text {number}" for number in range(40)]
    engine = script({})
    room.render(engine, *texts, concurrency=1, seconds=float)
    assert engine.asked == [*texts[:24], *reversed(texts[24:])]


# --- The engine is away ----------------------------------------------------------------------------------


def test_an_engine_that_was_away_is_asked_again(room: Room) -> None:
    engine = script({"two": [EngineUnavailable("busy"), EngineUnavailable("still busy")]})
    room.render(engine, "one", "two")
    assert engine.asked.count("two") == 3
    assert [reason for reason, _ in room.retried] == ["busy", "still busy"]
    assert room.attempts == {"kept": 2, "unavailable": 2}


def test_after_its_last_attempt_a_segment_fails_and_the_others_go_on(room: Room) -> None:
    engine = script({"two": [EngineUnavailable("busy")] * 9})
    room.render(engine, "one", "two", "three")
    assert engine.asked.count("two") == AT_ONCE.attempts
    assert (sorted(room.kept), room.failed) == (["s0", "s2"], {"s1": "busy"})


def test_an_engine_that_says_when_to_come_back_is_obeyed(room: Room) -> None:
    engine = script({"one": [EngineUnavailable("busy", retry_after=0.02)]})
    room.render(engine, "one", policy=replace(AT_ONCE, longest_told_seconds=0.05))
    assert room.retried == [("busy", 0.02)]


def test_an_engine_that_says_to_come_back_in_an_hour_is_obeyed_within_reason(room: Room) -> None:
    engine = script({"one": [EngineUnavailable("busy", retry_after=3600)]})
    room.render(engine, "one", policy=replace(AT_ONCE, longest_told_seconds=0.01))
    assert room.retried == [("busy", 0.01)]


def test_waits_grow_and_have_a_bound(room: Room) -> None:
    engine = script({"one": [EngineUnavailable("busy")] * 5})
    policy = RetryPolicy(attempts=6, first_wait_seconds=0.001, longest_wait_seconds=0.004)
    room.render(engine, "one", policy=policy)
    waits = [wait for _, wait in room.retried]
    assert all(wait <= bound for wait, bound in zip(waits, [0.001, 0.002, 0.004, 0.004, 0.004], strict=True))


def test_an_engine_that_does_not_answer_in_time_is_asked_again(room: Room) -> None:
    class Asleep(ScriptedEngine):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            if not self.asked:
                self.asked.append(request.text)
                await asyncio.Event().wait()
            return await super().synthesize(request)

    engine = Asleep()
    room.render(engine, "one", timeout_seconds=0.01)
    assert engine.asked == ["one", "one"]
    assert room.retried == [("scripted did not answer within 0.01 s", 0)]
    assert room.attempts == {"kept": 1, "unavailable": 1}


def test_once_the_end_is_asked_for_nothing_is_tried_again(room: Room) -> None:
    engine = script({"one": [EngineUnavailable("busy", retry_after=300)] * 2})

    def stop(event: Event) -> None:
        if isinstance(event, SegmentRetried):
            room.stop.request(StoppedEarly("--max-time"))

    room.render(engine, "one", "two", "three", concurrency=1, policy=RetryPolicy(), on=stop)
    assert engine.asked == ["one"]
    assert (room.kept, room.failed) == ([], {})


# --- The engine says no ----------------------------------------------------------------------------------


def test_a_rejected_text_is_asked_for_once_and_the_others_go_on(room: Room) -> None:
    engine = script({"two": [TextRejected("no words in it")]})
    room.render(engine, "one", "two", "three")
    assert engine.asked.count("two") == 1
    assert (sorted(room.kept), room.failed) == (["s0", "s2"], {"s1": "no words in it"})
    assert room.attempts == {"kept": 2, "rejected": 1}


def test_an_engine_that_refuses_is_asked_nothing_new(room: Room) -> None:
    engine = script({"two": [EngineRefused("no credit")]})
    room.render(engine, "one", "two", "three", "four", concurrency=1)
    assert engine.asked == ["one", "two"]
    assert (str(room.stop.reason), room.failed) == ("no credit", {})
    assert room.attempts == {"kept": 1, "refused": 1}


def test_what_is_in_flight_when_an_engine_refuses_is_kept(room: Room) -> None:
    refused = asyncio.Event()

    class Slow(ScriptedEngine):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            if request.text == "refused":
                refused.set()
                raise EngineRefused("no credit")
            await refused.wait()
            return await super().synthesize(request)

    room.render(Slow(), "first", "second", "refused", "fourth", concurrency=3)
    assert sorted(room.kept) == ["s0", "s1"]


def test_an_error_of_nobodys_making_ends_the_run(room: Room) -> None:
    engine = script({"two": [ZeroDivisionError("a bug")]})
    with pytest.raises(ExceptionGroup) as caught:
        room.render(engine, "one", "two", concurrency=1)
    assert caught.group_contains(ZeroDivisionError)
    assert room.attempts == {"kept": 1, "interrupted": 1}


def test_an_engine_that_leaks_a_cancellation_of_its_own_ends_the_run_and_not_one_worker(room: Room) -> None:
    engine = script({"two": [asyncio.CancelledError()]})
    with pytest.raises(BaseExceptionGroup) as caught:
        room.render(engine, "one", "two", "three", concurrency=1)
    assert caught.group_contains(asyncio.CancelledError)
    assert (room.attempts, room.stop.requested) == ({"kept": 1, "interrupted": 1}, True)


# --- Bad answers -----------------------------------------------------------------------------------------


def test_a_bad_recording_of_an_engine_that_would_say_the_same_is_final(room: Room) -> None:
    engine = script({"one": [silent("one")]})
    room.render(engine, "one")
    assert engine.asked == ["one"]
    assert "all but silent" in room.failed["s0"]
    assert room.attempts == {"failed_checks": 1}
    assert not room.workspace.takes.exists()


def test_a_bad_recording_of_an_engine_that_varies_is_worth_another_attempt(room: Room) -> None:
    engine = script({"one": [silent("one")]}, deterministic=False)
    room.render(engine, "one")
    assert engine.asked == ["one", "one"]
    assert room.kept == ["s0"]
    assert room.attempts == {"kept": 1, "discarded": 1}


def test_what_an_engine_answers_though_no_engine_may_ends_the_run_and_spoils_no_other_take(
    room: Room,
) -> None:
    no_speech: Speech = None  # type: ignore[assignment]
    with pytest.raises(ExceptionGroup) as caught:
        room.render(script({"two": [no_speech]}), "one", "two", "three", concurrency=3)
    assert caught.group_contains(AttributeError)
    assert sorted(room.kept) == ["s0", "s2"]
    assert room.attempts == {"kept": 2, "interrupted": 1}
    assert whole_takes(room) == 2


# --- This machine fails ----------------------------------------------------------------------------------


def test_errors_of_the_disk_are_raised_and_nobody_complains_behind_them(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room.workspace.takes.write_text("a file where the folder of takes should be")
    with pytest.raises(ExceptionGroup) as caught:
        room.render(script({}), *(f"text {number}" for number in range(12)))
    assert caught.group_contains(OSError)
    del caught
    gc.collect()
    assert caplog.records == []


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_disk_that_fails_ends_the_run_and_whoever_was_told_of_a_take_has_it(
    room: Room, monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    class Filling(ScriptedEngine):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            if request.text == "text 8":
                monkeypatch.setattr(os, "fsync", fail)
            return await super().synthesize(request)

    engine = Filling()
    with pytest.raises(ExceptionGroup) as caught:
        room.render(engine, *(f"text {number}" for number in range(60)), concurrency=concurrency)
    assert caught.group_contains(OSError, match="No space left")
    assert 9 - concurrency <= len(room.kept) == whole_takes(room) <= 8
    assert len(engine.asked) <= 8 + concurrency
    assert room.attempts == {"kept": len(room.kept), "interrupted": len(engine.asked) - len(room.kept)}
