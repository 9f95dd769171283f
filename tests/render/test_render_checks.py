"""Which recordings are not fit to keep, and what is measured of those that are."""

import asyncio
from array import array
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
from fakes import ScriptedEngine

from batchtts.alignment import Level
from batchtts.audio.pcm import Pcm
from batchtts.engine import Speech, SpeechRequest
from batchtts.engines.tone import SAMPLE_RATE, ToneEngine
from batchtts.errors import LengthMissed, TakeFailedChecks
from batchtts.job import Boundary, LengthPolicy, Lengths, Limits, Voice
from batchtts.model import Locator, Segment, Span
from batchtts.render.checks import examine
from batchtts.render.fitting import speak

TEXT = "The tide came in, and nobody had seen it."


def segment_of(text: str = TEXT, *, speed: float = 1.0, length_seconds: float | None = None) -> Segment:
    return Segment(
        id="s0",
        index=0,
        text=text,
        voice=Voice(name="narrator", engine="tone", voice="hum"),
        speed=speed,
        seed=0,
        length_seconds=length_seconds,
        span=Span(document="book.md", start=0, end=len(text), locator=Locator(line=1)),
        boundary=Boundary.SEGMENT,
        settings={},
        fingerprint="0" * 64,
        seconds=3.0,
    )


def hummed(text: str = TEXT, **settings: float) -> Speech:
    request = SpeechRequest(text=text, voice="hum", **settings)  # type: ignore[arg-type]
    return asyncio.run(ToneEngine().synthesize(request))


def with_samples(speech: Speech, change: Callable[[int, int], int]) -> Speech:
    """Return a speech in which each sample is what `change` makes of its position and value."""
    samples = array("h", speech.audio.data)
    changed = array("h", (change(position, value) for position, value in enumerate(samples)))
    return replace(speech, audio=Pcm(changed.tobytes(), speech.audio.sample_rate))


def shouting(speech: Speech) -> Speech:
    return with_samples(speech, lambda position, value: max(-32768, min(32767, value * 50)))


def with_items(speech: Speech, *, level: Level | None = None, drop: int = 0) -> Speech:
    items = speech.alignment.items[: len(speech.alignment.items) - drop]
    return replace(
        speech, alignment=replace(speech.alignment, items=items, level=level or speech.alignment.level)
    )


# --- Fit to keep -----------------------------------------------------------------------------------------


def test_what_was_measured_is_returned() -> None:
    checks = examine(hummed(), segment_of(), Limits())
    assert checks["n_words"] == 9
    assert checks["chars_per_s"] == pytest.approx(15, abs=3)
    assert checks["rms_db"] == pytest.approx(-18, abs=3)
    assert (checks["clipped"], checks["flags"]) == (0, ())


def test_a_short_text_is_not_judged_by_its_rate() -> None:
    checks = examine(hummed("Oh!"), segment_of("Oh!"), Limits())
    assert checks["chars_per_s"] is None


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (lambda speech: with_samples(speech, lambda p, v: 32767 if 3000 <= p < 3010 else v), "clipped"),
        (lambda speech: with_samples(speech, lambda p, v: 32760 if p == 3000 else v), "loud_peak"),
        (lambda speech: with_samples(speech, lambda p, v: v + 1000), "dc_offset"),
        (lambda speech: with_samples(speech, lambda p, v: v or 5000 * (-1) ** p), "cut_off"),
    ],
    ids=["clipped", "loud_peak", "dc_offset", "cut_off"],
)
def test_what_is_only_unusual_is_kept_with_a_flag(change: Callable[[Speech], Speech], flag: str) -> None:
    flags = examine(change(hummed()), segment_of(), Limits())["flags"]
    assert isinstance(flags, tuple)
    assert flag in flags


def test_an_unusual_rate_is_a_flag() -> None:
    assert examine(hummed(speed=2.2), segment_of(speed=2.2), Limits())["flags"] == ("unusual_rate",)


# --- Not fit to keep -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("speech", "segment", "why"),
    [
        (replace(hummed(), audio=Pcm(b"", SAMPLE_RATE)), segment_of(), "no audio at all"),
        (with_samples(hummed(), lambda p, v: 0), segment_of(), r"all but silent \(-\S+ dB\)"),
        (with_samples(hummed(), lambda p, v: v // 100), segment_of(), r"all but silent \(-5\S+ dB\)"),
        (shouting(hummed()), segment_of(), r"\d+ samples are clipped"),
        (with_items(hummed(), drop=1), segment_of(), "the alignment is wrong: the items end at sample"),
        (
            with_items(hummed(), level=Level.PHONEME),
            segment_of(),
            "the alignment is wrong: .* has no phonemes",
        ),
        (hummed(), segment_of("Quite another text."), "the alignment is wrong: .* does not stand at"),
        (hummed(speed=6), segment_of(), "characters a second cannot be this text"),
        (hummed(speed=0.1), segment_of(), "characters a second cannot be this text"),
    ],
)
def test_a_broken_recording_is_refused_with_what_was_measured(
    speech: Speech, segment: Segment, why: str
) -> None:
    with pytest.raises(TakeFailedChecks, match=why):
        examine(speech, segment, Limits())


def test_an_alignment_at_another_sample_rate_is_refused() -> None:
    speech = hummed()
    at_48_khz = replace(speech, audio=Pcm(speech.audio.data, 48_000))
    with pytest.raises(TakeFailedChecks, match="24000 samples a second, the audio has 48000"):
        examine(at_48_khz, segment_of(), Limits())


def test_the_longest_time_is_that_of_the_speech_and_not_of_the_silence_around_it() -> None:
    speech = hummed()
    seconds = (speech.audio.n_samples - 2_400 - 3_600) / SAMPLE_RATE
    assert examine(speech, segment_of(), Limits(max_seconds=seconds))["flags"] == ()
    assert examine(speech, segment_of(), Limits(max_seconds=seconds - 0.01))["flags"] == ("too_long",)


def fitted(seconds: float, lengths: Lengths) -> Speech:
    request = SpeechRequest(text=TEXT, voice="hum", length_seconds=seconds, lengths=lengths)
    traits = replace(ToneEngine.traits, name="scripted", supports_length=False)
    return asyncio.run(speak(ScriptedEngine(traits=traits), request))


@pytest.mark.parametrize("seconds", [1.3, 6.5])
def test_a_recording_of_the_length_asked_for_is_kept_whatever_its_rate(seconds: float) -> None:
    lengths = Lengths(least_stretch=0.25, most_stretch=4)
    checks = examine(fitted(seconds, lengths), segment_of(length_seconds=seconds), Limits())
    length = checks["length"]
    assert isinstance(length, Mapping)
    assert (length["requested_s"], length["obtained_s"], length["policy"]) == (seconds, seconds, "fail")


def test_a_recording_that_cannot_last_as_long_as_asked_is_refused_with_the_numbers() -> None:
    with pytest.raises(
        LengthMissed,
        match=r"it cannot last 30 s: .*, and what comes nearest .* 5\.\d+ times as long \(0\.6 to 1\.6 are allowed\)",
    ):
        examine(fitted(30, Lengths()), segment_of(length_seconds=30), Limits())


@pytest.mark.parametrize("policy", [LengthPolicy.BEST, LengthPolicy.OVERFLOW])
def test_other_policies_keep_it_with_a_flag(policy: LengthPolicy) -> None:
    speech = fitted(30, Lengths(policy=policy))
    flags = examine(speech, segment_of(length_seconds=30), Limits())["flags"]
    assert isinstance(flags, tuple)
    assert "length_missed" in flags


def test_all_that_is_wrong_is_told() -> None:
    with pytest.raises(TakeFailedChecks, match=r"clipped; .* cannot be this text"):
        examine(shouting(hummed(speed=6)), segment_of(), Limits())
