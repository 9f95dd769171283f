"""Every format holds the same sound: as long, as loud, at the same place."""

import asyncio
import io

import numpy as np
import pytest
import soundfile
from audio_sounds import RATE, Samples, at_rate, babble, decibels_between, decoded, lag, samples_of

from batchtts.audio import wav
from batchtts.audio.encoding import FORMATS, MEDIA_TYPES, SAMPLE_RATES, default_rate, encode
from batchtts.audio.pcm import Pcm

SOUND = babble(2 * RATE + 137)
SILENT = Pcm(b"", RATE)
BARE = {"raw": "s16le", "pcm_s16le": "s16le", "pcm_f32le": "f32le"}
CODED_FRAME = {"aac": 1024}  # ends with a whole frame, and cannot say where in it the sound ends
TABLE = [(name, rate) for name in FORMATS for rate in (None, *SAMPLE_RATES)]


def hear(data: bytes, name: str, rate: int) -> Samples:
    bare = ("-f", BARE[name], "-ar", str(rate), "-ac", "1") if name in BARE else ()
    return decoded(data, *bare, rate=48_000 if name == "webm" else rate)


@pytest.mark.parametrize(("name", "rate"), TABLE)
def test_what_is_decoded_is_as_long_as_loud_and_where_it_was(name: str, rate: int | None) -> None:
    rate_heard = rate or default_rate(name)
    heard = hear(asyncio.run(encode(SOUND, name, rate)), name, rate_heard)
    sound = at_rate(SOUND, 48_000 if name == "webm" else rate_heard)
    assert -4 <= len(heard) - len(sound) <= CODED_FRAME.get(name, 4)
    assert lag(heard, sound) == 0
    assert decibels_between(heard, sound) == pytest.approx(0, abs=0.5)
    n = min(len(heard), len(sound))
    assert np.corrcoef(heard[:n], sound[:n])[0, 1] > 0.97


@pytest.mark.parametrize("rate", SAMPLE_RATES)
@pytest.mark.parametrize("name", ["wav", "ulaw", "mp3"])
def test_another_reader_hears_every_sample_of_a_whole_file(name: str, rate: int) -> None:
    heard, rate_heard = soundfile.read(io.BytesIO(asyncio.run(encode(SOUND, name, rate))), dtype="float64")
    assert rate_heard == rate
    assert len(heard) == round(SOUND.n_samples * rate / RATE)
    assert lag(heard, at_rate(SOUND, rate)) == 0


@pytest.mark.parametrize("name", ["wav", "pcm_s16le", "raw", "pcm_f32le"])
def test_bare_samples_are_kept_to_the_bit(name: str) -> None:
    assert np.array_equal(hear(asyncio.run(encode(SOUND, name)), name, RATE), samples_of(SOUND))


@pytest.mark.parametrize("name", ["wav", "pcm_s16le", "pcm_f32le"])
def test_samples_at_their_own_rate_need_no_process(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchtts.audio.ffmpeg.executable", None)
    assert asyncio.run(encode(SOUND, name))


def test_mu_law_stands_in_a_wav_file_that_says_so() -> None:
    data = asyncio.run(encode(SOUND, "ulaw"))
    assert soundfile.info(io.BytesIO(data)).subtype == "ULAW"
    assert int.from_bytes(data[4:8], "little") == len(data) - 8


def test_an_mp3_has_a_constant_rate_of_96_kilobits() -> None:
    one, two = (len(asyncio.run(encode(babble(n * RATE), "mp3"))) for n in (3, 6))
    assert (two - one) * 8 / 3 == pytest.approx(96_000, rel=0.01)


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_sound_gives_the_same_file(name: str) -> None:
    assert asyncio.run(encode(SOUND, name)) == asyncio.run(encode(SOUND, name))


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_can_be_encoded_too(name: str) -> None:
    data = asyncio.run(encode(SILENT, name))
    if data:
        assert len(hear(data, name, default_rate(name))) <= 2_048


def test_wav_files_are_those_of_the_wav_module() -> None:
    assert asyncio.run(encode(SOUND, "wav")) == wav.encode(SOUND)


@pytest.mark.parametrize(
    ("name", "rate", "complaint"),
    [("ogg", None, "'ogg' is no format"), ("wav", 44_100, "44100 is no sample")],
)
def test_what_nobody_can_ask_for_is_refused(name: str, rate: int | None, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        asyncio.run(encode(SOUND, name, rate))


def test_every_format_has_a_media_type() -> None:
    assert set(MEDIA_TYPES) == set(FORMATS)
    assert MEDIA_TYPES["mp3"] == "audio/mpeg"
