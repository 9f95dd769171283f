"""Speech lasts exactly as long as was asked for, and what was done for that is told."""

import asyncio
from dataclasses import replace
from functools import cache

import pytest
from fakes import ScriptedEngine

from batchtts.alignment import Alignment, AlignmentItem, ItemKind, Level, Origin, faults
from batchtts.audio.pcm import Pcm
from batchtts.engine import GOOD_SPEEDS, EngineTraits, Speech, SpeechRequest
from batchtts.engines import registry
from batchtts.engines.tone import ToneEngine
from batchtts.job import LengthPolicy, Lengths
from batchtts.render.fitting import speak

TEXT = "The last boat leaves at nine, and nobody waits for it."
VOICES = {"hibari": "heart", "pico": "de-DE"}
PLAIN = replace(ToneEngine.traits, name="scripted", supports_length=False)
PAID = replace(PLAIN, paid=True)
RIGID = replace(PLAIN, speeds=(1.0, 1.0))


def asked(seconds: float, *, text: str = TEXT, **others: object) -> SpeechRequest:
    return SpeechRequest(text=text, voice="hum", length_seconds=seconds, **others)  # type: ignore[arg-type]


def fitted(traits: EngineTraits, request: SpeechRequest) -> tuple[Speech, ScriptedEngine]:
    engine = ScriptedEngine(traits=traits)
    return asyncio.run(speak(engine, request)), engine


@cache
def natural() -> Speech:
    return asyncio.run(ToneEngine().synthesize(SpeechRequest(text=TEXT, voice="hum")))


@pytest.mark.parametrize("share", [0.5, 0.75, 0.97, 1.0, 1.03, 1.4, 2.0])
@pytest.mark.parametrize("engine", VOICES)
def test_real_engines_speak_to_the_sample(engine: str, share: float) -> None:
    async def hear() -> tuple[Speech, Speech]:
        async with registry.open_engine(engine, {}) as opened:
            request = SpeechRequest(text=TEXT, voice=VOICES[engine])
            before = await opened.synthesize(request)
            seconds = before.audio.seconds * share
            return before, await speak(opened, replace(request, length_seconds=seconds))

    before, after = asyncio.run(hear())
    assert after.audio.n_samples == round(before.audio.n_samples * share)
    assert not faults(after.alignment, text=TEXT, n_samples=after.audio.n_samples)
    assert [item.text for item in after.alignment.words] == [item.text for item in before.alignment.words]
    assert after.fitted is not None
    assert after.fitted.is_met
    assert 0.9 <= after.fitted.stretch <= 1.1  # the engine did the rest


def test_an_engine_that_knows_lengths_is_asked_for_them_once() -> None:
    speech, engine = fitted(replace(PAID, supports_length=True), asked(2.5))
    assert [request.length_seconds for request in engine.requests] == [2.5]
    assert speech.audio.seconds == 2.5


def test_another_is_never_told_of_a_length() -> None:
    _, engine = fitted(PLAIN, asked(2.5))
    assert {request.length_seconds for request in engine.requests} == {None}


def test_a_free_engine_is_asked_for_the_speed_that_fits() -> None:
    speech, engine = fitted(PLAIN, asked(2.5))
    assert speech.audio.n_samples == 60_000
    assert speech.fitted is not None
    assert speech.fitted.stretch == 1.0
    assert 1 < len(engine.requests) == speech.fitted.n_asked
    assert engine.requests[0].speed == 1.0
    assert engine.requests[-1].speed == speech.fitted.speed > 1.0


def test_a_paid_engine_is_asked_once_and_its_answer_stretched() -> None:
    speech, engine = fitted(PAID, asked(2.5))
    assert len(engine.requests) == 1
    assert speech.audio.n_samples == 60_000
    assert speech.fitted is not None
    assert 0.6 < speech.fitted.stretch < 0.8
    assert not faults(speech.alignment, text=TEXT, n_samples=60_000)


def test_no_engine_is_asked_for_speeds_that_are_no_speech_any_more() -> None:
    _, engine = fitted(replace(PLAIN, speeds=(0.1, 10.0)), asked(0.5))
    assert max(request.speed for request in engine.requests) == GOOD_SPEEDS[1]


@pytest.mark.parametrize("seconds", [0.3, 30.0])
def test_what_allows_no_better_is_as_near_as_allowed(seconds: float) -> None:
    lengths = Lengths(policy=LengthPolicy.BEST)
    speech, _ = fitted(RIGID, asked(seconds, lengths=lengths))
    assert speech.fitted is not None
    assert not speech.fitted.is_met
    assert speech.fitted.stretch in (0.6, 1.6)
    assert speech.fitted.obtained == speech.audio.seconds
    assert not faults(speech.alignment, text=TEXT, n_samples=speech.audio.n_samples)


@pytest.mark.parametrize("policy", [LengthPolicy.OVERFLOW, LengthPolicy.FAIL])
def test_what_must_not_be_stretched_so_far_stays_as_it_was_spoken(policy: LengthPolicy) -> None:
    speech, _ = fitted(RIGID, asked(30.0, lengths=Lengths(policy=policy)))
    assert speech.audio == natural().audio
    assert speech.fitted is not None
    assert (speech.fitted.stretch, speech.fitted.policy, speech.fitted.is_met) == (1.0, policy, False)
    assert speech.fitted.needed > 5


def test_silence_gives_way_before_speech_does() -> None:
    start, end = natural().alignment.speech
    seconds = (end - start) / 24_000 + 0.05
    speech, engine = fitted(PLAIN, asked(seconds))
    assert len(engine.requests) == 1
    assert natural().audio.data[2 * start : 2 * end] in speech.audio.data


def test_speech_begins_at_once_whatever_its_length() -> None:
    for seconds in (2.0, 3.0, 6.0, 9.0):
        speech, _ = fitted(PLAIN, asked(seconds))
        assert speech.alignment.speech[0] / 24_000 <= 0.033


def test_what_may_last_up_to_a_length_is_left_alone_if_it_does() -> None:
    request = SpeechRequest(text=TEXT, voice="hum", most_seconds=natural().audio.seconds)
    speech, engine = fitted(PLAIN, request)
    assert speech == natural()
    assert len(engine.requests) == 1


def test_what_may_last_up_to_a_length_is_made_to_if_it_does_not() -> None:
    speech, _ = fitted(PLAIN, SpeechRequest(text=TEXT, voice="hum", most_seconds=2.0))
    assert speech.audio.seconds == 2.0
    assert speech.fitted is not None
    assert speech.fitted.requested == 2.0


def test_without_words_all_of_a_recording_is_stretched() -> None:
    n_samples = natural().audio.n_samples
    all_of_it = AlignmentItem(
        kind=ItemKind.WORD, text=TEXT, start=0, n_samples=n_samples, char=(0, len(TEXT))
    )
    whole = Alignment(sample_rate=24_000, level=Level.SEGMENT, origin=Origin.ENGINE, items=(all_of_it,))
    engine = ScriptedEngine({TEXT: [replace(natural(), alignment=whole)]}, traits=PAID)
    speech = asyncio.run(speak(engine, asked(3.0)))
    assert speech.audio.seconds == 3.0
    assert not faults(speech.alignment, text=TEXT, n_samples=72_000)


def test_the_same_request_is_answered_the_same() -> None:
    assert fitted(PAID, asked(2.5))[0] == fitted(PAID, asked(2.5))[0]


def test_what_may_be_shorter_is_never_stretched_to_be_longer() -> None:
    leaping = replace(PLAIN, speeds=(1.0, 2.0))
    fast = asyncio.run(ToneEngine().synthesize(SpeechRequest(text=TEXT, voice="hum", speed=2.0)))
    engine = ScriptedEngine({TEXT: [natural(), *[fast] * 3]}, traits=leaping)
    most = natural().audio.seconds - 0.6
    speech = asyncio.run(speak(engine, SpeechRequest(text=TEXT, voice="hum", most_seconds=most)))
    assert speech.fitted is not None
    assert speech.fitted.stretch == 1.0
    assert speech.audio.n_samples == round(most * 24_000)


def test_a_speed_is_sought_between_one_that_was_too_slow_and_one_that_was_too_fast() -> None:
    fast = asyncio.run(ToneEngine().synthesize(SpeechRequest(text=TEXT, voice="hum", speed=2.0)))
    engine = ScriptedEngine({TEXT: [natural(), fast]}, traits=PLAIN)
    asyncio.run(speak(engine, asked(natural().audio.seconds - 0.6)))
    first, second, third, *_ = (request.speed for request in engine.requests)
    assert first < third < second


@pytest.mark.parametrize("data", [b"", bytes(2_000)])
def test_of_an_answer_that_makes_no_sense_nothing_is_made(data: bytes) -> None:
    broken = replace(natural(), audio=Pcm(data, 24_000))
    engine = ScriptedEngine({TEXT: [broken]}, traits=PLAIN)
    assert asyncio.run(speak(engine, asked(2.5))) == broken
    engine = ScriptedEngine({TEXT: [natural(), broken]}, traits=PLAIN)
    assert asyncio.run(speak(engine, asked(2.5))).audio.seconds == 2.5
