"""What is encoded can be heard by others."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from batchtts.audio.codec import FORMATS, check_format, encode
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
