"""Any engine speaks at any speed, of any length, for any time."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from fakes import ScriptedEngine

from batchtts.alignment import Alignment, AlignmentItem, ItemKind, Level, Origin, faults, silence
from batchtts.audio.pcm import Pcm
from batchtts.engine import Engine, EngineTraits, Speech, SpeechRequest
from batchtts.engines.hibari.engine import open_engine as open_hibari
from batchtts.engines.tone import ToneEngine
from batchtts.errors import EngineRefused, TextRejected
from batchtts.server.speaking import Speaker, Utterance

TEXT = "The boats came in late. Nobody on the quay had waited for them, and it rained."
PLAIN = replace(ToneEngine.traits, supports_length=False)


def engine_with(
    traits: EngineTraits, script: dict[str, list[Exception | Speech]] | None = None
) -> ScriptedEngine:
    return ScriptedEngine(script, traits=traits)


def speak(engine: Engine, text: str = TEXT, **wishes: Any) -> Speech:
    """Return what is spoken, after a look at what holds for all speech."""
    speech = asyncio.run(Speaker(engine).speak(Utterance(text=text, voice="low", **wishes)))
    check(speech, text)
    return speech


def check(speech: Speech, text: str) -> None:
    assert faults(speech.alignment, text=text, n_samples=speech.audio.n_samples) == []
    assert (speech.audio.sample_rate, speech.alignment.sample_rate) == (24_000, 24_000)
    assert speech.audio.n_samples % 300 == 0


def word_starts(speech: Speech) -> list[float]:
    """Return where each word starts, as a share of the speech."""
    return [word.start / speech.audio.n_samples for word in speech.alignment.words]


NATURAL = speak(ToneEngine())


@pytest.mark.parametrize("speed", [0.25, 0.4, 1.0, 1.3, 2.0])
@pytest.mark.parametrize("range_of_engine", [(0.1, 10.0), (0.5, 2.0), (1.0, 1.0)])
def test_any_speed_is_spoken_whatever_the_engine_can(
    speed: float, range_of_engine: tuple[float, float]
) -> None:
    engine = engine_with(replace(PLAIN, speeds=range_of_engine))
    speech = speak(engine, speed=speed)
    assert speech.audio.seconds == pytest.approx(NATURAL.audio.seconds / speed, abs=0.0125 / speed + 0.0125)
    assert word_starts(speech) == pytest.approx(word_starts(NATURAL), abs=0.005)
    slowest, fastest = range_of_engine
    assert [request.speed for request in engine.requests] == [min(max(speed, slowest), fastest)]


@pytest.mark.parametrize(
    ("seconds", "n_samples"), [(2.5, 60_000), (0.1, 2_400), (7.0004, 168_000), (12.5, 300_000), (0.001, 300)]
)
@pytest.mark.parametrize("traits", [ToneEngine.traits, PLAIN, replace(PLAIN, speeds=(0.9, 1.1))])
def test_a_length_is_met_to_the_frame(seconds: float, n_samples: int, traits: EngineTraits) -> None:
    assert speak(engine_with(traits), length_seconds=seconds, speed=2.0).audio.n_samples == n_samples


def test_an_engine_that_can_is_asked_for_the_length_itself() -> None:
    engine = engine_with(ToneEngine.traits)
    speak(engine, length_seconds=5.0)
    assert [request.length_seconds for request in engine.requests] == [5.0]


def test_an_engine_that_cannot_is_asked_for_the_speed_that_fits() -> None:
    engine = engine_with(replace(PLAIN, speeds=(0.5, 2.0)))
    speak(engine, length_seconds=NATURAL.audio.seconds * 0.8)
    assert [request.speed for request in engine.requests] == [1.0, pytest.approx(1.25, rel=0.01)]
    assert {request.length_seconds for request in engine.requests} == {None}


def test_what_nearly_fits_is_not_spoken_again() -> None:
    engine = engine_with(PLAIN)
    speak(engine, length_seconds=NATURAL.audio.seconds + 0.05)
    assert len(engine.requests) == 1


def test_speech_as_it_is_wanted_is_handed_on_as_it_came() -> None:
    raw = asyncio.run(ToneEngine().synthesize(SpeechRequest(text=TEXT, voice="low")))
    speech = speak(ToneEngine())
    assert speech.audio.data[: len(raw.audio.data)] == raw.audio.data
    assert not any(speech.audio.data[len(raw.audio.data) :])
    assert speech.alignment.items[:-1] == raw.alignment.items[:-1]


def test_a_long_text_is_spoken_in_sentences_and_joined() -> None:
    text = "  " + " ".join(f"Sentence number {n} is here." for n in range(20)) + " "
    engine = engine_with(replace(PLAIN, max_characters=100))
    speech = speak(engine, text)
    assert len(engine.asked) == 7
    assert all(len(part) <= 100 and part.endswith("here.") for part in engine.asked)
    assert [word.text for word in speech.alignment.words] == text.replace(".", "").split()


def test_a_long_text_has_a_length_too() -> None:
    engine = engine_with(replace(ToneEngine.traits, max_characters=40))
    assert speak(engine, length_seconds=5.0).audio.seconds == 5.0
    assert {request.length_seconds for request in engine.requests} == {None}


def spoken_at(rate: int, n_samples: int, *, last: Sequence[AlignmentItem] = ()) -> Speech:
    word = AlignmentItem(
        kind=ItemKind.WORD, text="Hi", start=0, n_samples=n_samples, char=(0, 2), phonemes=("h", "aɪ"),
        phoneme_n_samples=(n_samples - 5, 5),
    )  # fmt: skip
    alignment = Alignment(
        sample_rate=rate, level=Level.PHONEME, origin=Origin.ENGINE, items=(word, *last), frame=7
    )
    return Speech(audio=Pcm(bytes(2 * alignment.n_samples), rate), alignment=alignment)


def test_an_engine_with_another_rate_is_brought_to_ours() -> None:
    engine = engine_with(PLAIN, {"Hi": [spoken_at(22_050, 22_050)]})
    speech = speak(engine, "Hi")
    assert speech.audio.n_samples == 24_000
    assert speech.alignment.frame == 1


def test_what_is_missing_to_a_frame_is_silence_after_the_last_word() -> None:
    speech = speak(engine_with(PLAIN, {"Hi": [spoken_at(24_000, 599)]}), "Hi")
    assert speech.alignment.items[-1] == silence(599, 1, 2, phonemes=True)


def test_a_silence_at_the_end_grows_to_a_frame() -> None:
    end = silence(590, 9, 2, phonemes=True)
    speech = speak(engine_with(PLAIN, {"Hi": [spoken_at(24_000, 590, last=[end])]}), "Hi")
    assert speech.alignment.items[1:] == (silence(590, 10, 2, phonemes=True),)


def test_the_language_is_the_one_asked_for_or_the_first_of_the_engine() -> None:
    engine = engine_with(replace(PLAIN, languages=("nl", "de")))
    for language in ("de", None):
        asyncio.run(Speaker(engine).speak(Utterance(text=TEXT, voice="low", language=language, seed=3)))
    assert [(request.language, request.seed) for request in engine.requests] == [("de", 3), ("nl", 3)]


@pytest.mark.parametrize("error", [TextRejected("not that"), EngineRefused("not you")])
def test_errors_of_the_engine_pass_through(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        speak(engine_with(PLAIN, {TEXT: [error]}))


@pytest.mark.parametrize("wishes", [{"speed": 0.0}, {"speed": -1.0}, {"length_seconds": 0.0}])
def test_what_is_not_greater_than_nothing_is_refused(wishes: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be greater than 0"):
        speak(ToneEngine(), **wishes)


def test_a_speaker_tells_what_its_engine_is() -> None:
    speaker = Speaker(ToneEngine())
    assert speaker.traits is ToneEngine.traits
    assert [voice.id for voice in asyncio.run(speaker.voices())] == ["low", "hum", "high"]


def test_a_real_voice_fits_its_time_and_keeps_its_phonemes() -> None:
    async def speak_twice() -> list[Speech]:
        async with open_hibari({}) as engine:
            ask = [Utterance(text=TEXT, voice="heart", length_seconds=length) for length in (2.0, 9.0)]
            return await asyncio.gather(*(Speaker(engine).speak(utterance) for utterance in ask))

    short, long = asyncio.run(speak_twice())
    for speech, seconds in ((short, 2.0), (long, 9.0)):
        check(speech, TEXT)
        assert speech.audio.seconds == seconds
    assert [word.phonemes for word in short.alignment.words] == [
        word.phonemes for word in long.alignment.words
    ]
