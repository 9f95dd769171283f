"""Where a sound lies in another one is found to a fraction of a sample, whatever was done to it on its way."""

import asyncio

import numpy as np
import pytest
from audio_sounds import RATE, Samples, at_rate, babble, pcm, samples_of
from hypothesis import example, given, settings
from hypothesis import strategies as st

from batchtts.audio.fit import fit
from batchtts.audio.likeness import Likeness, Original, find
from batchtts.audio.pcm import Pcm

SPEECH = babble(3 * RATE)
SEARCH = 600


def whole(sound: Pcm) -> Original:
    return Original(pcm=sound, first=0, last=sound.n_samples)


def found(at: int, heard: Pcm, expected: int, original: Pcm = SPEECH) -> Likeness:
    likeness = find(whole(original), at, heard, expected, SEARCH)
    assert likeness is not None
    return likeness


def late(sound: Pcm, n_samples: float) -> Pcm:
    """Return a sound that ends in silence so many samples later, whole or not."""
    spectrum = np.fft.rfft(samples_of(sound))
    turns = np.exp(-2j * np.pi * np.arange(len(spectrum)) * n_samples / sound.n_samples)
    return pcm(np.fft.irfft(spectrum * turns, sound.n_samples))


def syllables() -> Pcm:
    """Return words of one pitch each, as the engine `tone` hums them, with silence between."""
    hummed = [6000 * np.sin(2 * np.pi * np.arange(0, 24 * period) / period) for period in (120, 90, 150)]
    return pcm(
        np.concatenate([part for word in hummed for part in (np.zeros(2000), word)] + [np.zeros(2000)])
    )


@settings(max_examples=30)
@given(st.integers(3_000, 66_000), st.integers(-SEARCH, SEARCH))
@example(5_567, -SEARCH)
@example(5_567, SEARCH)
def test_whole_samples_are_found_exactly(at: int, shift: int) -> None:
    likeness = found(at, SPEECH, at - shift)
    assert likeness.offset == pytest.approx(shift, abs=0.1)
    assert likeness.correlation == pytest.approx(1, abs=1e-4)


def test_a_vowel_is_not_taken_for_itself_a_wave_later() -> None:
    vowel = sum(np.sin(2 * np.pi * n * np.arange(RATE // 6) / 233) for n in (1, 2, 3))
    noise = np.random.default_rng(5).normal(size=(2, RATE))
    original = 3000 * np.concatenate([noise[0], vowel, noise[1]])
    heard = pcm(original + np.random.default_rng(6).normal(scale=300, size=len(original)))
    for at in range(RATE + 1_500, RATE + 2_500, 100):
        assert found(at, heard, at, pcm(original)).offset == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize(("shift", "is_there"), [(0, True), (54, False)])
def test_what_is_as_alike_a_wave_later_is_taken_to_be_where_it_should_be(shift: int, is_there: bool) -> None:
    hum = np.concatenate([np.zeros(RATE), 6000 * np.sin(2 * np.pi * np.arange(RATE) / 109), np.zeros(RATE)])
    heard = np.roll(hum, shift)
    heard[RATE + shift :][:100] *= np.linspace(0, 1, 100)  # codecs soften what begins at once
    spoken = Original(pcm=pcm(hum), first=RATE, last=2 * RATE)
    likeness = find(spoken, RATE, pcm(heard), RATE, SEARCH)
    assert likeness is not None
    assert (abs(likeness.offset) < 0.75) is is_there


@pytest.mark.parametrize("shift", [-48.5, -0.25, 0.1, 0.5, 33.75])
def test_fractions_of_a_sample_are_found(shift: float) -> None:
    likeness = found(30_000, late(SPEECH, shift), 30_000)
    assert likeness.offset == pytest.approx(shift, abs=0.05)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("at", [9_000, 30_001, 51_233])
def test_a_sound_is_found_at_another_rate(rate: int, at: int) -> None:
    heard = pcm(at_rate(SPEECH, rate), rate)
    expected = round(at * rate / RATE)
    likeness = found(at, heard, expected)
    assert expected + likeness.offset == pytest.approx(at * rate / RATE, abs=0.05)
    assert likeness.correlation > 0.99


def test_how_loud_it_is_does_not_matter() -> None:
    quiet = pcm(samples_of(SPEECH) / 10)
    assert found(30_000, quiet, 29_900).offset == pytest.approx(100, abs=0.1)


def test_noise_does_not_move_it() -> None:
    noise = np.random.default_rng(1).standard_normal(SPEECH.n_samples) * samples_of(SPEECH).std() / 3
    likeness = found(30_000, pcm(samples_of(SPEECH) + noise), 30_000)
    assert likeness.is_found
    assert abs(likeness.offset) < 1


@pytest.mark.parametrize("place", [2000, 4880, 6880, 9040, 11_040, 14_640])
@pytest.mark.parametrize("shift", [0, 3, -48])
def test_where_a_hum_begins_and_ends_is_not_mistaken_for_a_period_later(place: int, shift: int) -> None:
    heard = pcm(np.roll(samples_of(syllables()), shift))
    assert found(place, heard, place, syllables()).offset == pytest.approx(shift, abs=0.05)


def test_what_is_too_quiet_cannot_be_told() -> None:
    hiss = pcm(np.random.default_rng(1).standard_normal(RATE) * 10)
    assert find(whole(hiss), 12_000, hiss, 12_000, SEARCH) is None
    assert find(whole(pcm(np.zeros(RATE))), 12_000, hiss, 12_000, SEARCH) is None


def test_what_is_too_short_cannot_be_told() -> None:
    scrap = Original(pcm=SPEECH, first=30_000, last=30_400)
    assert find(scrap, 30_200, SPEECH, 30_200, SEARCH) is None


def test_a_quiet_place_is_found_by_what_surrounds_it() -> None:
    gap = samples_of(SPEECH).copy()
    gap[20_000:24_000] = 0
    heard = pcm(np.roll(gap, 7))
    assert found(22_000, heard, 22_000, pcm(gap)).offset == pytest.approx(7, abs=0.05)


@pytest.mark.parametrize(
    "heard", [pcm(np.zeros(3 * RATE)), Pcm(b"", RATE), babble(6 * RATE).slice(70_000, 142_000)]
)
def test_another_sound_or_none_is_not_taken_for_it(heard: Pcm) -> None:
    assert not found(30_000, heard, 30_000).is_found


def test_what_lies_outside_of_a_file_counts_as_silence() -> None:
    assert found(30_000, SPEECH.slice(30_000, 50_000), 0).offset == pytest.approx(0, abs=0.5)
    assert found(30_000, SPEECH.slice(10_000, 30_000), 20_000).offset == pytest.approx(0, abs=0.5)


def test_speech_that_was_stretched_is_not_the_same() -> None:
    slower = asyncio.run(fit(SPEECH, round(SPEECH.n_samples * 1.02)))
    likeness = find(whole(SPEECH), 60_000, slower, 60_000, 200)
    assert likeness is None or not likeness.is_found or abs(likeness.offset) > 24


def test_only_what_is_kept_of_the_original_is_compared() -> None:
    heard: Samples = samples_of(SPEECH).copy()
    heard[:30_000] = 0
    kept = Original(pcm=SPEECH, first=30_000, last=SPEECH.n_samples)
    likeness = find(kept, 30_100, pcm(heard), 30_100, SEARCH)
    assert likeness is not None
    assert likeness.offset == pytest.approx(0, abs=0.5)
    assert likeness.correlation > 0.99
