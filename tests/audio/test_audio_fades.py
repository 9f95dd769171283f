"""One sound passes into another without a step, and with the same samples everywhere."""

import numpy as np
import pytest
from audio_sounds import RATE, samples_of, tone
from hypothesis import given
from hypothesis import strategies as st

from batchtts.audio.fades import echo, foreshadow, mixed

LOUD, QUIET = (np.full(240, level, "<i2").tobytes() for level in (32_767, -32_768))


def test_the_whole_range_is_crossed_smoothly_and_in_one_direction() -> None:
    crossed = np.frombuffer(mixed(LOUD, QUIET), "<i2").astype(int)
    assert (crossed[0], crossed[-1]) == (32_767, -32_768)
    assert (np.diff(crossed) <= 0).all()
    assert np.abs(np.diff(crossed, 2)).max() < 10


def test_no_machine_gives_other_samples() -> None:
    first = np.array([1000, -1000, 1000, -1000, 30_000], "<i2").tobytes()
    assert np.frombuffer(mixed(first, bytes(10)), "<i2").tolist() == [976, -794, 500, -206, 734]


@given(st.binary(min_size=2, max_size=64).filter(lambda data: len(data) % 2 == 0))
def test_a_sound_that_passes_into_itself_stays_as_it_is(sound: bytes) -> None:
    assert mixed(sound, memoryview(sound)) == sound


def test_nothing_passes_into_nothing() -> None:
    assert mixed(b"", b"") == foreshadow(LOUD, 0) == echo(LOUD, 0) == b""


@pytest.mark.parametrize("hertz", [100, 440, 1000])
def test_what_is_lent_goes_on_as_the_wave_does(hertz: int) -> None:
    wave = tone(hertz, RATE)
    middle = wave.slice(37, 10_037)
    lent = foreshadow(middle.data, 200), echo(middle.data, 200)
    assert len(lent[0]) == len(lent[1]) == 400
    whole = np.frombuffer(lent[0] + middle.data + lent[1], "<i2").astype(int)
    assert np.abs(np.diff(whole, 2)).max() <= np.abs(np.diff(samples_of(wave), 2)).max() + 2


def test_what_is_lent_stays_within_full_scale() -> None:
    steep = np.array([-30_000, 0, 30_000], "<i2").tobytes()
    assert np.frombuffer(foreshadow(steep, 2), "<i2").tolist() == [-32_768, -32_768]
    assert np.frombuffer(echo(steep, 2), "<i2").tolist() == [32_767, 32_767]
