"""True peaks: the cases of EBU Tech 3341, and ffmpeg's meter."""

import numpy as np
import pytest
from audio_meters import as_bytes, faded, heard_by_ffmpeg, sine

from batchtts.audio import true_peak
from batchtts.audio.loudness import measure

RATES = (8_000, 24_000, 44_100, 48_000)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("case", "share_of_rate", "phase", "amplitude", "dbtp"),
    [
        (15, 4, 0.0, 0.5, -6.0),
        (16, 4, 45.0, 0.5, -6.0),
        (17, 6, 60.0, 0.5, -6.0),
        (18, 8, 67.5, 0.5, -6.0),
        (19, 4, 45.0, 1.41, 3.0),
    ],
)
def test_the_tones_of_tech_3341_are_as_high_as_it_says(
    case: int, share_of_rate: int, phase: float, amplitude: float, dbtp: float, rate: int
) -> None:
    tone = amplitude * np.sin(2 * np.pi * np.arange(rate) / share_of_rate + np.deg2rad(phase))
    found = measure([faded(as_bytes(tone))], rate).true_peak_dbtp
    assert dbtp - 0.4 <= found <= dbtp + 0.2, case


@pytest.mark.parametrize("rate", RATES)
def test_noise_of_low_frequencies_is_as_high_as_ffmpeg_says(rate: int) -> None:
    noise = np.convolve(np.random.default_rng(5).standard_normal(5 * rate), np.hanning(9), "same")
    data = as_bytes(0.09 * noise)
    assert measure([data], rate).true_peak_dbtp == pytest.approx(heard_by_ffmpeg(data, rate).dbtp, abs=0.2)


@pytest.mark.parametrize("hertz", [100.0, 1_000.0, 4_000.0, 7_000.0, 9_500.0])
def test_a_tone_is_as_high_as_ffmpeg_says(hertz: float) -> None:
    data = faded(sine(-3.0, 2, 24_000, hertz=hertz, phase=20))
    assert measure([data], 24_000).true_peak_dbtp == pytest.approx(
        heard_by_ffmpeg(data, 24_000).dbtp, abs=0.2
    )


def test_leaving_out_what_is_low_leaves_out_no_peak() -> None:
    sound = np.random.default_rng(1).standard_normal(4_000) * np.linspace(0, 1, 4_000)
    everything = true_peak.heights(sound, 0.0)
    assert true_peak.highest(sound) == pytest.approx(everything.max())
    low = everything < 2.0
    assert np.all(true_peak.heights(sound, 2.0)[low] <= 2.0)
    assert np.array_equal(true_peak.heights(sound, 2.0)[~low], everything[~low])


def test_heights_belong_to_the_samples_that_they_follow() -> None:
    sound = np.zeros(100)
    sound[50:52] = 1.0
    heights = true_peak.heights(sound, 0.0)
    assert int(heights.argmax()) + true_peak.REACH == 50
    assert heights.max() > 1.2
    assert len(heights) == 100 - 2 * true_peak.REACH
