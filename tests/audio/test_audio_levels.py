"""What is measured of a signal is what can be worked out by hand."""

from math import pi, sin, sqrt

import numpy as np
import pytest

from batchtts.audio.levels import FLOOR_DBFS, decibels, measure
from batchtts.audio.pcm import Pcm

RATE = 24_000
BLOCK = 240
LOUD = [8000, -8000] * (BLOCK // 2)
QUIET = [50, -50] * (BLOCK // 2)  # -56 dB
SILENT = [0] * BLOCK


def pcm(samples: list[int]) -> Pcm:
    return Pcm(np.array(samples, dtype="<i2").tobytes(), RATE)


@pytest.mark.parametrize(("amplitude", "decibel"), [(16384, -6.0206), (3276.8, -20.0), (32.768, -60.0)])
def test_the_rms_of_a_sine_is_three_decibels_below_its_peak(amplitude: float, decibel: float) -> None:
    sine = pcm([round(amplitude * sin(2 * pi * n / 48)) for n in range(4800)])
    levels = measure(sine)
    assert levels.peak_dbfs == pytest.approx(decibel, abs=0.12)
    assert levels.rms_dbfs == pytest.approx(decibel - 3.0103, abs=0.12)
    assert levels.dc_offset == pytest.approx(0, abs=1e-6)


def test_full_scale_is_zero_decibels() -> None:
    levels = measure(pcm([-32768] * 480))
    assert levels.peak_dbfs == levels.rms_dbfs == 0
    assert levels.dc_offset == -1


def test_an_offset_is_a_share_of_full_scale() -> None:
    assert measure(pcm([8192 + 100, 8192 - 100] * 240)).dc_offset == pytest.approx(0.25)


@pytest.mark.parametrize("samples", [[], SILENT * 3])
def test_silence_is_the_floor(samples: list[int]) -> None:
    levels = measure(pcm(samples))
    assert levels.peak_dbfs == levels.rms_dbfs == FLOOR_DBFS
    assert (levels.n_lead, levels.n_tail) == (len(samples), 0)
    assert levels.dc_offset == levels.n_clipped == 0


@pytest.mark.parametrize(("amplitude", "decibel"), [(1.0, 0.0), (0.1, -20.0), (0.0, -120.0), (1e-9, -120.0)])
def test_decibels_end_at_the_floor(amplitude: float, decibel: float) -> None:
    assert decibels(amplitude) == pytest.approx(decibel)


@pytest.mark.parametrize(
    ("samples", "n_clipped"),
    [
        ([0, 32767, 32767, 0], 0),
        ([0, 32767, 32767, 32767, 0], 3),
        ([-32768] * 4, 4),
        ([32767] * 5 + [0] + [-32768] * 2 + [0] + [-32768] * 3, 8),
        ([32766] * 50 + [-32767] * 50, 0),
        ([0] * 10, 0),
    ],
)
def test_three_samples_in_a_row_at_full_scale_are_clipped(samples: list[int], n_clipped: int) -> None:
    assert measure(pcm(samples)).n_clipped == n_clipped


@pytest.mark.parametrize(
    ("samples", "n_lead", "n_tail"),
    [
        (LOUD, 0, 0),
        (SILENT * 2 + LOUD + SILENT * 3, 2 * BLOCK, 3 * BLOCK),
        (QUIET * 2 + LOUD + QUIET, 2 * BLOCK, BLOCK),
        (SILENT + LOUD + SILENT + LOUD + SILENT, BLOCK, BLOCK),
        (SILENT + LOUD + SILENT + [0] * 17, BLOCK, BLOCK + 17),
        (SILENT + LOUD[:20], BLOCK, 0),
        (SILENT + [150] * 20, BLOCK, 0),  # loud for as long as it lasts
    ],
)
def test_silent_edges_are_counted_in_blocks_of_ten_milliseconds(
    samples: list[int], n_lead: int, n_tail: int
) -> None:
    levels = measure(pcm(samples))
    assert (levels.n_lead, levels.n_tail) == (n_lead, n_tail)


def test_what_counts_as_silence_can_be_chosen() -> None:
    samples = pcm(QUIET + LOUD + QUIET)
    assert measure(samples, silence_dbfs=-60).n_lead == 0
    assert measure(samples, silence_dbfs=-56).n_lead == BLOCK
    assert decibels(50 / 32768) == pytest.approx(-56.33, abs=0.01)


def test_a_long_recording_is_measured_as_exactly_as_a_short_one() -> None:
    rng = np.random.default_rng(1)
    noise = rng.integers(-3000, 3000, 2_000_000).astype("<i2")
    exact = sqrt(float(np.mean(noise.astype(np.float64) ** 2))) / 32768
    levels = measure(Pcm(noise.tobytes(), RATE))
    assert levels.rms_dbfs == pytest.approx(decibels(exact), abs=0.001)
    assert levels.dc_offset == pytest.approx(float(noise.mean()) / 32768, abs=1e-6)
