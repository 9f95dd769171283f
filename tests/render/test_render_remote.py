"""Engines that are services elsewhere: nothing that was paid for is lost, and nothing false is said of a segment."""

import asyncio
import random
from collections import Counter
from dataclasses import replace

import pytest
import virtual_time
from fakes import ScriptedEngine
from render_room import REMOTE, Room, hummed, remote, script, silent

from batchtts.alignment import scale
from batchtts.engine import Speech, SpeechRequest
from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, StoppedEarly, TextRejected
from batchtts.events import EngineAway, EngineBack, Event, SegmentRetried
from batchtts.job import Price
from batchtts.ledger.reading import LedgerReader
from batchtts.render.retrying import RetryPolicy

PATIENT = RetryPolicy()
BUSY = EngineUnavailable("too many", busy=True)
BROKEN = EngineUnavailable("500")


class Clocked(ScriptedEngine):
    """Takes a second for each answer, and notes when it was asked for what."""

    def __init__(self, *args: object, **traits: object) -> None:
        super().__init__(*args, traits=replace(REMOTE, **traits))  # type: ignore[arg-type]
        self.times: list[tuple[float, str]] = []

    async def synthesize(self, request: SpeechRequest) -> Speech:
        self.times.append((virtual_time.now(), request.text))
        await asyncio.sleep(1)
        return await super().synthesize(request)


# --- Tries -----------------------------------------------------------------------------------------------


def test_being_busy_is_no_failure_of_a_segment_however_often(room: Room) -> None:
    engine = remote({"one": [BUSY] * 9})
    room.render(engine, "one", "two", policy=PATIENT)
    assert sorted(room.kept) == ["s0", "s1"]
    assert room.attempts == {"busy": 9, "kept": 2}
    assert room.retried == []


def test_a_segment_for_which_only_it_fails_is_given_up_after_its_attempts(room: Room) -> None:
    engine = remote({"bad": [BROKEN] * 99})
    room.render(engine, "bad", *(f"text {number}" for number in range(60)), policy=PATIENT)
    assert engine.asked.count("bad") == PATIENT.attempts
    assert (len(room.kept), room.failed) == (60, {"s0": "500"})
    assert room.stop.reason is None


def test_a_segment_that_waits_for_its_next_try_keeps_nobody_from_being_asked(room: Room) -> None:
    engine = Clocked({"bad": [BROKEN]}, max_concurrency=1)
    room.render(engine, "bad", "one", "two", policy=replace(PATIENT, first_wait_seconds=1000))
    assert engine.times[:3] == [(0.0, "bad"), (1.0, "one"), (2.0, "two")]
    assert engine.most_at_once == 1
    assert len(room.kept) == 3


def test_1400_segments_survive_a_bad_day_of_the_network(room: Room) -> None:
    n_asked = Counter[str]()

    class Unreliable(ScriptedEngine):
        n_busy = 0

        async def synthesize(self, request: SpeechRequest) -> Speech:
            await asyncio.sleep(0.2)
            n_asked[request.text] += 1
            face = random.Random(f"{request.text}, {n_asked[request.text]}").random()
            if face < 0.10:
                self.n_busy += 1
                raise BUSY
            if face < 0.18:  # 5 % errors of the service, 2 % resets, 1 % truncated bodies
                raise BROKEN
            return await super().synthesize(request)

    engine = Unreliable(traits=replace(REMOTE, paid=False, max_concurrency=16))
    room.render(engine, *(f"text {number}" for number in range(1400)), policy=PATIENT)
    assert (len(room.kept), room.failed) == (1400, {})
    assert room.attempts["busy"] == engine.n_busy
    assert room.attempts["kept"] == 1400


# --- Outages ---------------------------------------------------------------------------------------------


def test_an_outage_is_told_once_and_costs_no_segment_its_attempts(room: Room) -> None:
    class Away(Clocked):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            if 5 < virtual_time.now() < 200:
                raise EngineUnavailable("connection refused", reached=False)
            return await super().synthesize(request)

    room.render(Away(max_concurrency=8), *(f"text {number}" for number in range(60)), policy=PATIENT)
    assert (len(room.kept), room.failed, room.retried) == (60, {}, [])
    told = [event for event in room.told if isinstance(event, EngineAway | EngineBack)]
    assert [type(event) for event in told] == [EngineAway, EngineBack]
    assert room.attempts["unreached"] < 40


def test_an_engine_that_stays_away_ends_the_run_and_leaves_its_segments_pending(room: Room) -> None:
    class Gone(Clocked):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            if virtual_time.now() > 5:
                raise EngineUnavailable("connection refused", reached=False)
            return await super().synthesize(request)

    room.render(Gone(max_concurrency=8), *(f"text {number}" for number in range(60)), policy=PATIENT)
    assert isinstance(room.stop.reason, EngineError)
    assert (room.stop.reason.exit_code, room.failed) == (4, {})
    assert "connection refused" in str(room.stop.reason)
    assert len(room.kept) == len(list(room.ledger.live_takes())) > 10
    assert room.attempts.keys() == {"kept", "unreached"}


@pytest.mark.parametrize(
    ("retry_after", "what"),
    [
        (0.0, "has answered nobody for"),
        (5.0, "has answered nobody for"),
        (900.0, "left alone for 900 s"),
    ],
)
def test_the_end_of_patience_is_told_as_it_is(room: Room, retry_after: float, what: str) -> None:
    busy = EngineUnavailable("too many", busy=True, retry_after=retry_after)
    room.render(remote({"one": [busy] * 99}), "one", policy=PATIENT)
    assert what in str(room.stop.reason)
    assert str(room.stop.reason).endswith(": too many")


@pytest.mark.parametrize(("answer", "outcome"), [(BROKEN, "unavailable"), (silent("one"), "discarded")])
def test_a_try_that_fails_when_the_end_was_asked_for_is_no_verdict(
    room: Room, answer: Exception | Speech, outcome: str
) -> None:
    class Stopping(ScriptedEngine):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            room.stop.request(StoppedEarly("--max-time"))
            return await super().synthesize(request)

    room.render(Stopping({"one": [answer]}, traits=REMOTE), "one", policy=PATIENT)
    assert (room.failed, room.attempts) == ({}, {outcome: 1})


# --- Nothing paid is lost --------------------------------------------------------------------------------


def test_nobody_who_waits_for_a_slot_has_an_attempt_on_record(room: Room) -> None:
    n_open: list[int] = []

    class Watched(Clocked):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            await asyncio.sleep(1)  # what was asked for before is stored by now
            question = "SELECT count(*) FROM attempt WHERE ended_at IS NULL"
            n_open.append(room.ledger.ask(lambda db: db.execute(question).fetchone()[0]))
            return await super().synthesize(request)

    room.render(Watched(max_concurrency=1), "one", "two", "three", "four", "five", policy=PATIENT)
    assert n_open == [1] * 5


def test_what_costs_money_is_on_record_before_it_is_asked_for(room: Room) -> None:
    on_record: list[int] = []

    class Watched(ScriptedEngine):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            with LedgerReader.open(room.workspace.state) as reader:  # sees what other processes would
                on_record.extend(reader.ask(lambda db: db.execute(question).fetchone()))
            return await super().synthesize(request)

    question = "SELECT characters FROM attempt WHERE ended_at IS NULL"
    room.render(Watched(traits=REMOTE), "four", policy=PATIENT)
    assert on_record == [4]


def test_a_bug_in_an_engine_loses_nothing_that_was_in_flight(room: Room) -> None:
    class Buggy(Clocked):
        async def synthesize(self, request: SpeechRequest) -> Speech:
            if request.text == "second":
                raise ZeroDivisionError("a bug")
            return await super().synthesize(request)

    with pytest.raises(ExceptionGroup) as caught:
        room.render(Buggy(), "first", "second", "third", "fourth", "fifth", "sixth")
    assert caught.group_contains(ZeroDivisionError)
    assert sorted(room.kept) == ["s0", "s2", "s3"]
    assert room.attempts == {"kept": 3, "interrupted": 1}


def test_nobody_waits_for_a_retry_while_a_bug_is_to_be_told(room: Room) -> None:
    def stop_at_retry(event: Event) -> None:
        if isinstance(event, SegmentRetried):
            raise ZeroDivisionError("a bug in a listener")

    with pytest.raises(ExceptionGroup):
        room.render(remote({"one": [BROKEN]}), "one", "two", policy=PATIENT, on=stop_at_retry)
    assert room.kept == ["s1"]


def test_bad_recordings_decide_about_a_segment_only_when_it_is_given_up(room: Room) -> None:
    engine = remote({"one": [silent("one")] * 2, "two": [silent("two")] * 9})
    room.render(engine, "one", "two", policy=PATIENT)
    assert room.attempts == {"kept": 1, "discarded": 4, "failed_checks": 1}
    assert room.failed.keys() == {"s1"}


def in_vain(number: int) -> list[Exception | Speech]:
    """Return what an engine answers to the segment of this number each time, for any text the same."""
    return [TextRejected("no such setting")] * 9 if number % 2 else [silent("text")] * 9


@pytest.mark.parametrize("kinds", [(0,), (1,), (0, 1)], ids=["silent", "rejected", "both"])
def test_a_service_whose_answers_are_of_no_use_is_not_paid_for_a_whole_book(
    room: Room, kinds: tuple[int, ...]
) -> None:
    texts = [f"text {number}" for number in range(60)]
    engine = remote({text: in_vain(kinds[n % len(kinds)]) for n, text in enumerate(texts)})
    room.render(engine, *texts, policy=PATIENT)
    assert isinstance(room.stop.reason, EngineRefused)
    assert "20 answers of scripted in a row" in str(room.stop.reason)
    assert 20 <= len(engine.asked) < 30


def test_a_few_texts_that_cannot_be_spoken_are_given_up_and_do_not_end_a_run(room: Room) -> None:
    texts = [f"text {number}" for number in range(4)]
    room.render(remote(dict.fromkeys(texts, [silent("text")] * 20)), *texts, policy=PATIENT)
    assert (room.stop.reason, len(room.failed)) == (None, 4)


def test_segments_that_are_of_no_use_now_and_then_do_not_end_a_run(room: Room) -> None:
    texts = [f"text {number}" for number in range(60)]
    engine = remote({text: in_vain(1) for number, text in enumerate(texts) if number % 10})
    room.render(engine, *texts, policy=PATIENT, concurrency=1)
    assert (room.stop.reason, len(room.failed), len(room.kept)) == (None, 54, 6)


def test_what_was_asked_for_is_on_record_with_its_price(room: Room) -> None:
    room.render(remote(), "four", prices={"scripted": Price(per_1000_characters=50)}, policy=PATIENT)
    [spent] = room.ledger.spending()
    assert (spent.cost, spent.currency) == (pytest.approx(0.2), "USD")


# --- The same audio for different texts ------------------------------------------------------------------

LONG = "The keeper climbed the stairs to the lamp before the first fog came in."
OTHER = "Nobody on board had ever heard what that bell was good for, or why."


def mixed_up(text: str, other: str) -> Speech:
    """Return the audio of another text, with an alignment of this one that fits it."""
    audio = hummed(other, seed=3).audio
    return Speech(audio=audio, alignment=scale(hummed(text).alignment, n_samples=audio.n_samples))


def test_the_same_audio_for_different_texts_is_caught_and_asked_for_again(room: Room) -> None:
    engine = remote({OTHER: [mixed_up(OTHER, LONG)]})
    room.render(engine, LONG, OTHER, concurrency=1, policy=PATIENT)
    assert sorted(room.kept) == ["s0", "s1"]
    [(reason, _)] = room.retried
    assert reason.startswith("different texts, identical audio: it is the same as that of s0, 'The keeper")
    assert room.attempts == {"kept": 2, "discarded": 1}


@pytest.mark.parametrize(
    "text",
    [
        LONG.upper(),
        LONG.replace("came in", "has come in"),
        "Stairs, lamp, fog.",
        "In 1984 nobody on board had ever heard what that bell was good for.",
    ],
)
def test_texts_that_may_well_sound_the_same_are_not_suspected(room: Room, text: str) -> None:
    room.render(remote({text: [mixed_up(text, LONG)]}), LONG, text, concurrency=1, policy=PATIENT)
    assert (sorted(room.kept), room.retried) == (["s0", "s1"], [])


def test_an_engine_of_this_machine_is_not_suspected_of_mixing_up_answers(room: Room) -> None:
    room.render(script({OTHER: [mixed_up(OTHER, LONG)]}), LONG, OTHER, concurrency=1)
    assert sorted(room.kept) == ["s0", "s1"]
