"""Sound at another rate is the same sound, as long as before, with the same bytes every time."""

import sys

import numpy as np
import pytest

from batchtts.audio import flac
from batchtts.audio.pcm import Pcm
from batchtts.audio.rates import at_rate
from batchtts.errors import PlanError

RATE = 24_000


def tone(hertz: float, seconds: float, rate: int, amplitude: float = 8_000) -> Pcm:
    times = np.arange(round(seconds * rate)) / rate
    return Pcm(np.rint(amplitude * np.sin(2 * np.pi * hertz * times)).astype("<i2").tobytes(), rate)


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000])
def test_a_tone_stays_a_tone_and_where_it_was(rate: int) -> None:
    found = at_rate(tone(440, 1, RATE), rate)
    wanted = tone(440, 1, rate)
    inner = slice(rate // 20, -rate // 20)
    difference = (
        np.frombuffer(found.data, "<i2")[inner].astype(int) - np.frombuffer(wanted.data, "<i2")[inner]
    )
    assert found.n_samples == wanted.n_samples
    assert np.abs(difference).max() <= 2


def test_the_same_sound_has_the_same_bytes() -> None:
    assert at_rate(tone(300, 0.3, RATE), 22_050) == at_rate(tone(300, 0.3, RATE), 22_050)


def test_silence_stays_silence() -> None:
    assert at_rate(Pcm(bytes(2_000), RATE), 44_100).data.strip(b"\0") == b""


def test_what_is_at_full_scale_does_not_wrap_around() -> None:
    square = Pcm(np.where(np.arange(4_800) // 20 % 2, 32_767, -32_768).astype("<i2").tobytes(), RATE)
    found = np.frombuffer(at_rate(square, 48_000).data, "<i2").astype(int)
    assert np.abs(np.diff(found)).max() < 60_000


@pytest.mark.parametrize("n_samples", [0, 1, 7, 1_000])
def test_a_sound_is_as_long_as_before_to_the_nearest_sample(n_samples: int) -> None:
    assert at_rate(Pcm(bytes(2 * n_samples), RATE), 22_050).n_samples == round(n_samples * 22_050 / RATE)


def test_the_same_rate_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "soxr", None)
    sound = tone(300, 0.1, RATE)
    assert at_rate(sound, RATE) is sound


@pytest.mark.parametrize(("module", "told"), [("soxr", "dataset.rate"), ("soundfile", "dataset.audio")])
def test_what_is_missing_is_named(module: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(PlanError, match=module) as caught:
        at_rate(tone(300, 0.1, RATE), 16_000) if module == "soxr" else flac.encode(tone(300, 0.1, RATE))
    [problem] = caught.value.problems
    assert "batchtts[datasets]" in (problem.hint or "")
    assert told in (problem.hint or "")


def test_flac_has_the_same_samples_and_the_same_bytes_every_time() -> None:
    import io

    import soundfile

    sound = tone(440, 0.5, RATE)
    data = flac.encode(sound)
    samples, rate = soundfile.read(io.BytesIO(data), dtype="int16")
    assert (samples.astype("<i2").tobytes(), rate) == (sound.data, RATE)
    assert flac.encode(sound) == data
