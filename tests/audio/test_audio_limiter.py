"""The limiter: nothing gets through, and nothing else is touched."""

from itertools import pairwise

import numpy as np
import pytest
from audio_meters import as_bytes, n_samples, sine
from audio_sounds import babble
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtts.audio.limiter import REACH_SECONDS, limited
from batchtts.audio.loudness import FULL_SCALE, measure
from batchtts.audio.mastering import Treatment, treated

RATE = 8_000


def seen(data: bytes) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.frombuffer(data, "<i2").astype(np.int64)


def after(data: bytes, gain_db: float, ceiling_dbtp: float | None, rate: int = RATE) -> bytes:
    return b"".join(treated([data], rate, Treatment(gain_db=gain_db, ceiling_dbtp=ceiling_dbtp)))


@st.composite
def sounds(draw: st.DrawFn) -> bytes:
    """Sounds of the worst kinds: noise, squares, clicks, bursts between silences, tones near half the rate."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    kinds = {
        "noise": random.standard_normal,
        "bits": lambda n: random.choice([-1.0, 1.0], n),
        "clicks": lambda n: (random.random(n) < 0.01) * random.uniform(-1, 1, n),
        "square": lambda n: np.sign(np.sin(np.arange(n) * random.uniform(0.01, 3.0))),
        "tone": lambda n: np.sin(np.arange(n) * random.uniform(0.01, 2.6)),
        "silence": np.zeros,
    }
    parts = draw(st.lists(st.tuples(st.sampled_from(sorted(kinds)), st.integers(0, 9_000)), max_size=4))
    return as_bytes(np.concatenate([np.zeros(1), *(random.uniform(0, 1) * kinds[k](n) for k, n in parts)]))


@settings(max_examples=150)
@given(sound=sounds(), gain_db=st.floats(-12, 30), ceiling_dbtp=st.floats(-20, -0.1))
def test_nothing_exceeds_the_ceiling(sound: bytes, gain_db: float, ceiling_dbtp: float) -> None:
    result = after(sound, gain_db, ceiling_dbtp)
    assert n_samples(result) == n_samples(sound)
    assert measure([result], RATE).true_peak_dbtp <= ceiling_dbtp


@settings(max_examples=60)
@given(sound=sounds(), gain_db=st.floats(-30, 30))
def test_what_needs_no_limiting_gets_one_gain(sound: bytes, gain_db: float) -> None:
    peak = measure([sound], RATE).true_peak_dbtp
    gain_db = min(gain_db, -1.1 - peak)
    wanted = seen(sound) * 10 ** (gain_db / 20)
    assert np.abs(seen(after(sound, gain_db, -1.0)) - wanted).max() <= 0.502  # in single precision


@settings(max_examples=40)
@given(cuts=st.lists(st.integers(0, 2 * 40_001), max_size=12))
def test_the_result_is_the_same_however_the_sound_is_cut(cuts: list[int]) -> None:
    data = babble(40_001).data
    edges = [0, *sorted(cuts), len(data)]
    treatment = Treatment(gain_db=12.0, ceiling_dbtp=-2.0)
    stretches = (data[a:b] for a, b in pairwise(edges))
    assert b"".join(treated(stretches, RATE, treatment)) == after(data, 12.0, -2.0)


def test_a_peak_is_turned_down_only_around_it() -> None:
    quiet = seen(sine(-20.0, 2, RATE, hertz=200))
    quiet[RATE] = 32_000
    result = seen(after(quiet.astype("<i2").tobytes(), 0.0, -6.0))
    [changed] = np.nonzero(result != quiet)
    reach = 2 * REACH_SECONDS * RATE + 20
    assert 0.6 * reach < RATE - changed.min() <= reach
    assert 0.6 * reach < changed.max() - RATE <= reach
    assert result[RATE] == pytest.approx(16_384, rel=0.02)


def test_the_gain_changes_slowly() -> None:
    tone = sine(-10.0, 1, RATE, hertz=200)
    loud = seen(tone) + seen(sine(-1.5, 1, RATE, hertz=200)) * (np.arange(RATE) > RATE // 2)
    result = seen(after(loud.clip(-32_768, 32_767).astype("<i2").tobytes(), 0.0, -6.0))
    heard = np.abs(loud) > 3_000
    gains = result[heard] / loud.clip(-32_768, 32_767)[heard]
    assert np.abs(np.diff(gains)).max() < 0.05


def test_the_waveform_keeps_its_place() -> None:
    sound = seen(babble(24_000).data)
    result = seen(after(babble(24_000).data, 9.0, -6.0))
    shifts = range(-5, 6)
    alike = [float(np.dot(np.roll(sound, shift), result)) for shift in shifts]
    assert shifts[int(np.argmax(alike))] == 0


def test_sentences_keep_their_levels() -> None:
    quiet, loud = sine(-30.0, 1, RATE), sine(-20.0, 1, RATE)
    gap = bytes(RATE)
    result = after(quiet + gap + loud, 10.0, -2.0)
    levels = [measure([part], RATE).rms_dbfs for part in (result[: len(quiet)], result[-len(loud) :])]
    assert levels[1] - levels[0] == pytest.approx(10.0, abs=0.01)


def test_clipped_square_waves_come_down_as_a_whole() -> None:
    square = np.tile(np.repeat([32_767, -32_768], 40), 200).astype("<i2").tobytes()
    result = measure([after(square, 6.0, -3.0)], RATE)
    assert result.true_peak_dbtp == pytest.approx(-3.0, abs=0.1)


@pytest.mark.parametrize("n", [0, 1, 2, 100, RATE - 1, RATE, RATE + 1])
def test_there_are_as_many_samples_afterwards(n: int) -> None:
    assert n_samples(after(b"\xff\x7f" * n, 6.0, -1.0)) == n


def test_without_a_ceiling_full_scale_cuts_off() -> None:
    assert seen(after(sine(-3.0, 1, RATE), 12.0, None)).max() == 32_767


def test_half_a_sample_is_refused() -> None:
    with pytest.raises(ValueError, match="middle of a sample"):
        list(limited([b"\0\0\0"], RATE, factor=2.0, ceiling=FULL_SCALE))
