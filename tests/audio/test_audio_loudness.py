"""Loudness, held against EBU Tech 3341, against ffmpeg, and against arithmetic."""

from itertools import pairwise
from math import inf, log10
from pathlib import Path

import numpy as np
import pytest
from audio_meters import as_bytes, heard_by_ffmpeg, sine
from audio_sounds import babble
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtts.audio.loudness import Loudness, Meter, measure
from batchtts.pipeline.speaking import speak

RATES = (8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000)
STEREO_DB = 10 * log10(2)
"""The cases are of two equal channels; one alone is as loud if it is so much higher."""

FIVE_DB = 10 * log10(2 * 10**-2.8 + 10**-2.4 + 2 * 1.41 * 10**-3.0)
"""Case 6 has five channels at -28, -28, -24, -30 and -30 dBFS; this is the level of one with their power."""

SILENT = Loudness(
    integrated_lufs=-inf,
    rms_dbfs=-inf,
    sample_peak_dbfs=-inf,
    true_peak_dbtp=-inf,
    noise_floor_dbfs=-inf,
)


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, int]:
    text = (
        "The lamp went out. Nobody had touched it, and yet all of us heard the switch, quite clearly, twice!"
    )
    path: Path = tmp_path_factory.mktemp("speech") / "speech.wav"
    audio = speak(text, path, engine="hibari", voice=None, speed=1.0, seed=0).audio
    return audio.data, audio.sample_rate


@pytest.mark.parametrize("rate", [8_000, 24_000, 48_000])
@pytest.mark.parametrize(
    ("case", "steps", "expected"),
    [
        (1, [(-23.0, 20)], -23.0),
        (2, [(-33.0, 20)], -33.0),
        (3, [(-36.0, 10), (-23.0, 60), (-36.0, 10)], -23.0),
        (4, [(-72.0, 10), (-36.0, 10), (-23.0, 60), (-36.0, 10), (-72.0, 10)], -23.0),
        (5, [(-26.0, 20), (-20.0, 20.1), (-26.0, 20)], -23.0),
        (6, [(FIVE_DB - STEREO_DB, 20)], -23.0),
    ],
)
def test_the_sines_of_tech_3341_are_as_loud_as_it_says(
    case: int, steps: list[tuple[float, float]], expected: float, rate: int
) -> None:
    tones = [sine(dbfs + STEREO_DB, seconds, rate) for dbfs, seconds in steps]
    assert measure(tones, rate).integrated_lufs == pytest.approx(expected, abs=0.1), case


@pytest.mark.parametrize("rate", RATES)
def test_noise_is_as_loud_as_ffmpeg_says(rate: int) -> None:
    swelling = np.repeat([0.003, 0.1, 0.001, 0.03, 0.0], 2 * rate)
    data = as_bytes(swelling * np.random.default_rng(3).standard_normal(len(swelling)))
    found, heard = measure([data], rate), heard_by_ffmpeg(data, rate)
    assert found.integrated_lufs == pytest.approx(heard.lufs, abs=0.1)


def test_speech_is_as_loud_and_as_high_as_ffmpeg_says(speech: tuple[bytes, int]) -> None:
    found, heard = measure([speech[0]], speech[1]), heard_by_ffmpeg(*speech)
    assert found.integrated_lufs == pytest.approx(heard.lufs, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(heard.dbtp, abs=0.2)
    assert found.integrated_lufs > -40.0


def test_what_is_like_speech_is_as_loud_and_as_high_as_ffmpeg_says() -> None:
    sound = babble(24_000 * 20)
    found, heard = measure([sound.data], sound.sample_rate), heard_by_ffmpeg(sound.data, sound.sample_rate)
    assert found.integrated_lufs == pytest.approx(heard.lufs, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(heard.dbtp, abs=0.2)


@settings(max_examples=40)
@given(cuts=st.lists(st.integers(0, 2 * 40_001), max_size=12))
def test_the_same_sound_measures_the_same_however_it_is_cut(cuts: list[int]) -> None:
    data = babble(40_001).data
    edges = [0, *sorted(cuts), len(data)]
    assert measure((data[a:b] for a, b in pairwise(edges)), 8_000) == measure([data], 8_000)


@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.3, 1.0, 7.3])
def test_digital_silence_has_no_level(seconds: float) -> None:
    assert measure([bytes(2 * round(24_000 * seconds))], 24_000) == SILENT


def test_silence_is_null_in_json() -> None:
    assert set(SILENT.form.values()) == {None}


def test_what_is_below_the_gate_has_levels_but_no_loudness() -> None:
    found = measure([sine(-75.0, 3, 24_000)], 24_000)
    assert found.integrated_lufs == -inf
    assert found.rms_dbfs == pytest.approx(-78.0, abs=0.5)


@pytest.mark.parametrize(("quiet", "expected"), [(-32.0, -22.74), (-34.0, -20.0)])
def test_what_is_ten_units_below_the_rest_does_not_count(quiet: float, expected: float) -> None:
    tones = [sine(dbfs + STEREO_DB, 30, 24_000) for dbfs in (-20.0, quiet)]
    assert measure(tones, 24_000).integrated_lufs == pytest.approx(expected, abs=0.1)


def test_a_peak_between_the_last_two_samples_is_found() -> None:
    found = measure([bytes(2 * 30_000), as_bytes(np.array([0.5, 0.5]))], 24_000)
    assert found.true_peak_dbtp > found.sample_peak_dbfs + 1.0


def test_a_sound_shorter_than_a_block_has_levels_but_no_loudness() -> None:
    found = measure([sine(-20.0, 0.39, 24_000)], 24_000)
    assert found.integrated_lufs == -inf
    assert found.noise_floor_dbfs == found.rms_dbfs == pytest.approx(-23.0, abs=0.05)


def test_a_square_wave_has_the_rms_of_its_height() -> None:
    square = np.tile(np.repeat([16_384, -16_384], 120), 100).astype("<i2").tobytes()
    found = measure([square], 24_000)
    assert found.rms_dbfs == found.sample_peak_dbfs == pytest.approx(20 * log10(0.5))
    assert found.true_peak_dbtp > found.sample_peak_dbfs


@pytest.mark.parametrize("offset", [0.0, 0.03, 0.07])
def test_the_noise_floor_is_the_quietest_half_second_wherever_it_lies(offset: float) -> None:
    quiet = sine(-60.0, 0.6 + 0.0001, 24_000)
    around = sine(-20.0, 1.2 + offset, 24_000)
    assert measure([around, quiet, around], 24_000).noise_floor_dbfs == pytest.approx(-63.0, abs=0.1)


def test_the_end_counts_though_it_fills_no_second() -> None:
    found = measure([bytes(2 * 24_000), sine(-6.0, 0.25, 24_000)], 24_000)
    assert found.sample_peak_dbfs == pytest.approx(-6.0, abs=0.01)
    assert found.rms_dbfs == pytest.approx(-9.0 - 10 * log10(5), abs=0.02)


def test_a_peak_between_two_seconds_is_found() -> None:
    pulse = np.sinc(0.7 * (np.arange(-1000, 1000) + 0.5))  # as high as 1 between its two middle samples
    for place in (24_000, 23_999, 24_001):
        data = np.zeros(48_000)
        data[place - 1000 : place + 1000] = 0.5 * pulse
        assert measure([as_bytes(data)], 24_000).true_peak_dbtp == pytest.approx(-6.02, abs=0.05)


def test_half_a_sample_is_refused() -> None:
    meter = Meter(24_000)
    meter.add(b"\0\0\0")
    with pytest.raises(ValueError, match="middle of a sample"):
        meter.result()
