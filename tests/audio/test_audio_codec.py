"""What is encoded can be heard by others."""

import asyncio
import subprocess
import sys
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from batchtts.audio import wav
from batchtts.audio.codec import FORMATS, check_format, decode, encode
from batchtts.audio.ffmpeg import FfmpegError
from batchtts.audio.levels import measure
from batchtts.audio.pcm import Pcm
from batchtts.errors import InputError

RATE = 24_000
SINE = Pcm((8000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype("<i2").tobytes(), RATE)


def ffmpeg_hears(path: Path) -> Pcm:
    """Decode a file into mono samples at our rate."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "s16le", "-ac", "1"]
    done = subprocess.run([*command, "-ar", str(RATE), "-"], capture_output=True, check=True)
    assert done.stderr == b""
    return Pcm(done.stdout, RATE)


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_is_decoded_to_the_same_tone(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"tone{suffix}"
    path.write_bytes(encode(SINE, suffix))
    heard = ffmpeg_hears(path)
    assert heard.seconds == pytest.approx(SINE.seconds, abs=0.1)
    assert measure(heard).rms_dbfs == pytest.approx(measure(SINE).rms_dbfs, abs=1)
    spectrum = np.abs(np.fft.rfft(np.frombuffer(heard.data, "<i2")))
    assert np.argmax(spectrum) * RATE / heard.n_samples == pytest.approx(440, abs=3)


@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_lossless_formats_keep_every_sample(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"tone{suffix}"
    path.write_bytes(encode(SINE, suffix))
    assert ffmpeg_hears(path).data == SINE.data


@pytest.mark.parametrize("suffix", FORMATS)
def test_every_format_may_be_asked_for(suffix: str) -> None:
    check_format(Path(f"a{suffix}"))
    check_format(Path(f"a{suffix.upper()}"))


@pytest.mark.parametrize(("name", "what"), [("a.xyz", ".xyz is no"), ("a", "a name without an ending is no")])
def test_other_formats_are_refused_with_a_list(name: str, what: str) -> None:
    with pytest.raises(InputError, match=what) as caught:
        check_format(Path(name))
    assert ".mp3" in str(caught.value.problems[0].hint)


@pytest.mark.parametrize("n_samples", [100, 12_345, 24_000])
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".m4a"])
def test_what_was_encoded_is_decoded_to_as_many_samples(suffix: str, n_samples: int) -> None:
    sound = SINE.slice(0, n_samples)
    heard = asyncio.run(decode(encode(sound, suffix)))
    assert (heard.n_samples, heard.sample_rate) == (n_samples, RATE)
    if suffix in (".wav", ".flac"):
        assert heard == sound


def test_opus_is_decoded_at_its_own_rate() -> None:
    heard = asyncio.run(decode(encode(SINE, ".opus")))
    assert (heard.n_samples, heard.sample_rate) == (2 * RATE, 48_000)


@pytest.mark.parametrize("suffix", [".mp3", ".m4a"])
def test_what_is_decoded_is_not_delayed(suffix: str) -> None:
    click = np.zeros(RATE)
    click[12_000:12_200] = 20_000 * np.hanning(200)
    heard = asyncio.run(decode(encode(Pcm(click.astype("<i2").tobytes(), RATE), suffix)))
    assert np.argmax(np.frombuffer(heard.data, "<i2")) == pytest.approx(12_100, abs=12)


@pytest.mark.parametrize("form", ["pcm_s24le", "pcm_f32le", "pcm_u8"])
def test_any_wav_becomes_mono_with_16_bits(form: str, tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", "-", "-ac", "2", "-c:a", form, path]
    subprocess.run(command, input=wav.encode(SINE), check=True)
    heard = asyncio.run(decode(path.read_bytes()))
    assert (heard.n_samples, heard.sample_rate) == (RATE, RATE)
    assert measure(heard).rms_dbfs == pytest.approx(
        measure(SINE).rms_dbfs, abs=3.1
    )  # as loud in all, or in each


@pytest.mark.parametrize("data", [b"", b"no sound at all", b"\0" * 5000])
def test_what_is_no_sound_is_refused(data: bytes) -> None:
    with pytest.raises(FfmpegError):
        asyncio.run(decode(data))


@pytest.mark.parametrize("n_missing", [1, 2, 5000])
def test_a_wav_that_is_cut_off_is_refused(n_missing: int) -> None:
    with pytest.raises(FfmpegError, match="cut off"):
        asyncio.run(decode(wav.encode(SINE)[:-n_missing]))


def test_a_wav_that_was_streamed_is_as_long_as_it_is() -> None:
    streamed = bytearray(wav.encode(SINE))
    streamed[4:8] = streamed[40:44] = b"\xff" * 4
    assert asyncio.run(decode(bytes(streamed))) == SINE


def test_pydub_warns_nobody() -> None:
    program = (
        "from batchtts.audio.codec import encode; from batchtts.audio.pcm import Pcm;"
        "print(len(encode(Pcm(bytes(4800), 24000), '.flac')) > 100)"
    )
    command = [sys.executable, "-W", "error", "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
