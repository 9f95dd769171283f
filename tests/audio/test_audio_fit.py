"""Sound that is stretched or shortened is exactly as long as was asked, and otherwise the same."""

import asyncio
from itertools import pairwise

import numpy as np
import pytest
from audio_sounds import RATE, Samples, babble, pcm, pitch, samples_of, tone

from batchtts.audio.fit import fit
from batchtts.audio.levels import measure
from batchtts.audio.pcm import Pcm
from batchtts.audio.resampling import resample

RATIOS = (0.25, 0.6, 0.77, 0.79, 0.95, 1.02, 1.25, 1.6, 2.0, 4.0)
BLOCK = 240


def bursts() -> Pcm:
    """Return five bursts of a tone in silence."""
    at = np.arange(2 * RATE)
    return pcm(samples_of(tone(300, 2 * RATE)) * ((at // 4_800) % 2))


def centres(samples: Samples, n: int) -> list[float]:
    """Return where in each of `n` equal stretches the energy lies, as shares of all."""
    energy = np.square(samples)
    edges = np.linspace(0, len(samples), n + 1).astype(int)
    return [
        float(np.average(np.arange(a, b), weights=energy[a:b])) / len(samples) for a, b in pairwise(edges)
    ]


@pytest.mark.parametrize("ratio", RATIOS)
def test_it_is_exactly_as_long_as_asked_at_the_same_pitch_and_level(ratio: float) -> None:
    before = tone(197, RATE)
    after = asyncio.run(fit(before, round(RATE * ratio) + 1))
    assert after.n_samples == round(RATE * ratio) + 1
    assert pitch(after) == pytest.approx(pitch(before), rel=0.01)
    assert measure(after).rms_dbfs == pytest.approx(measure(before).rms_dbfs, abs=0.3)


@pytest.mark.parametrize("ratio", [0.3, 0.6, 0.8, 1.25, 1.6, 3.0])
def test_everything_stays_at_its_share_of_the_time(ratio: float) -> None:
    before = bursts()
    after = asyncio.run(fit(before, round(before.n_samples * ratio)))
    late = np.subtract(centres(samples_of(after), 5), centres(samples_of(before), 5)) * after.seconds
    assert np.abs(late).max() < 0.012


@pytest.mark.parametrize("n_samples", [1, 7, 299, 40 * RATE, 120 * RATE])
def test_even_absurd_lengths_are_met(n_samples: int) -> None:
    assert asyncio.run(fit(tone(200, RATE), n_samples)).n_samples == n_samples


def test_its_own_length_is_free() -> None:
    sound = babble(RATE)
    assert asyncio.run(fit(sound, RATE)) is sound


@pytest.mark.parametrize(("n_before", "n_after"), [(0, 10), (10, 0), (10, -1)])
def test_nothing_cannot_be_stretched(n_before: int, n_after: int) -> None:
    with pytest.raises(ValueError, match=f"{n_before} samples of sound cannot be made {n_after}"):
        asyncio.run(fit(tone(200, n_before), n_after))


def test_the_loudest_sound_is_not_clipped() -> None:
    square = pcm(32_000 * np.sign(np.sin(np.arange(RATE) / 20)))
    assert measure(asyncio.run(fit(square, 30_000))).n_clipped <= 3


def test_silence_stays_silent() -> None:
    assert not samples_of(asyncio.run(fit(Pcm(bytes(2 * RATE), RATE), 30_000))).any()


@pytest.mark.parametrize(("before", "after", "n_after"), [(22_050, 24_000, 26_122), (16_000, 24_000, 36_000)])
def test_resampled_sound_is_as_long_at_the_same_pitch(before: int, after: int, n_after: int) -> None:
    sound = asyncio.run(resample(tone(200, 24_000, before), after))
    assert (sound.n_samples, sound.sample_rate) == (n_after, after)
    assert pitch(sound) == pytest.approx(200, rel=0.002)


def test_resampling_to_the_same_rate_is_free_and_of_nothing_nothing() -> None:
    sound = tone(200, 100)
    assert asyncio.run(resample(sound, RATE)) is sound
    assert asyncio.run(resample(Pcm(b"", 8_000), RATE)) == Pcm(b"", RATE)
