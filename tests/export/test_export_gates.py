"""Limits with numbers, and what the frames of an MP3 say."""

import subprocess
from math import inf
from pathlib import Path

import imageio_ffmpeg
import pytest

from batchtts.errors import GateFailed
from batchtts.export.proof import mp3_facts
from batchtts.export.proof.gates import GATES, Limit, Sheet, misses
from batchtts.export.proof.mp3_facts import Mp3Facts

ACX = GATES["acx"]
GOOD = {
    "rms_dbfs": -20.3,
    "sample_peak_dbfs": -3.6,
    "noise_floor_dbfs": -80.0,
    "sample_rate": 44_100,
    "kbits_per_second": 192,
    "kbits_of_change": 0,
    "n_channels": 1,
    "minutes": 31.5,
    "head_seconds": 0.75,
    "tail_seconds": 2.0,
}


def missed(**measures: float) -> list[str]:
    sheet = Sheet(path="01.mp3", measures=GOOD | measures)
    return [miss.limit.measure for miss in misses([sheet], ACX)]


def mp3(path: Path, *options: str, seconds: float = 2.0) -> Path:
    sound = f"sine=frequency=300:duration={seconds}"
    source = ["-v", "error", "-f", "lavfi", "-i", sound]
    subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), *source, *options, str(path)], check=True)
    return path


def test_what_a_store_wants_passes() -> None:
    assert missed() == []


@pytest.mark.parametrize(
    ("measure", "value"),
    [
        ("rms_dbfs", -23.01),
        ("rms_dbfs", -17.99),
        ("rms_dbfs", -inf),
        ("sample_peak_dbfs", -2.99),
        ("noise_floor_dbfs", -59.9),
        ("sample_rate", 48_000),
        ("kbits_per_second", 128),
        ("kbits_of_change", 32),
        ("n_channels", 2),
        ("minutes", 120.1),
        ("head_seconds", 0.4),
        ("head_seconds", 1.2),
        ("tail_seconds", 0.9),
        ("tail_seconds", 6.0),
    ],
)
def test_each_limit_is_missed_by_what_is_beyond_it(measure: str, value: float) -> None:
    assert missed(**{measure: value}) == [measure]


@pytest.mark.parametrize(
    ("measure", "value"),
    [("rms_dbfs", -23.0), ("rms_dbfs", -18.0), ("noise_floor_dbfs", -inf), ("tail_seconds", 5.0)],
)
def test_each_limit_holds_up_to_itself(measure: str, value: float) -> None:
    assert missed(**{measure: value}) == []


def test_a_miss_names_file_measure_value_and_limit() -> None:
    sheet = Sheet(path="01.mp3", measures=GOOD | {"rms_dbfs": -25.314})
    [miss] = misses([sheet], ACX)
    assert str(miss) == "01.mp3: RMS is -25.31 dB; the limit is -23 to -18 dB"


@pytest.mark.parametrize(
    ("measure", "value", "told"),
    [
        ("rms_dbfs", -23.0004, "-23.0004 dB"),
        ("sample_peak_dbfs", -2.999, "-2.999 dB"),
        ("minutes", 120.04, "120.04 min"),
        ("noise_floor_dbfs", -61.26, "-61.3 dB"),
        ("noise_floor_dbfs", -inf, "-inf dB"),
        ("rms_dbfs", -23.0 - 1e-9, "-23.000000 dB"),
    ],
)
def test_what_misses_a_limit_does_not_read_as_the_limit(measure: str, value: float, told: str) -> None:
    [limit] = [limit for limit in ACX if limit.measure == measure]
    assert limit.told(value) == told


@pytest.mark.parametrize(
    ("least", "most", "words", "signs"),
    [
        (None, -3.0, "at most -3 dB", "≤ -3"),
        (192, None, "at least 192 dB", "≥ 192"),
        (1, 1, "1 dB", "1"),
        (0.5, 1.0, "0.5 to 1 dB", "0.5…1"),
    ],
)
def test_bounds_are_told(least: float | None, most: float | None, words: str, signs: str) -> None:
    limit = Limit(measure="m", title="t", column="c", unit="dB", least=least, most=most)
    assert (limit.bounds, limit.signs) == (words, signs)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("-b:a", "192k", "-ar", "44100"), Mp3Facts(sample_rate=44_100, n_channels=1, least_kbits=192, most_kbits=192)),
        (("-b:a", "64k", "-ar", "24000"), Mp3Facts(sample_rate=24_000, n_channels=1, least_kbits=64, most_kbits=64)),
        (
            ("-b:a", "192k", "-ac", "2", "-metadata", "title=A title", "-write_id3v1", "1"),
            Mp3Facts(sample_rate=44_100, n_channels=2, least_kbits=192, most_kbits=192),
        ),
        (
            ("-b:a", "192k", "-write_xing", "0", "-id3v2_version", "0"),
            Mp3Facts(sample_rate=44_100, n_channels=1, least_kbits=192, most_kbits=192),
        ),
    ],
)  # fmt: skip
def test_the_frames_of_a_file_tell_its_rates(
    options: tuple[str, ...], expected: Mp3Facts, tmp_path: Path
) -> None:
    assert mp3_facts.read(mp3(tmp_path / "a.mp3", *options)) == expected


def test_a_variable_bit_rate_is_seen(tmp_path: Path) -> None:
    facts = mp3_facts.read(mp3(tmp_path / "a.mp3", "-q:a", "4"))
    assert facts.least_kbits < facts.most_kbits


@pytest.mark.parametrize("data", [b"", b"RIFF and no MP3", b"ID3\x04\0\0\0\0\0\x02ab"])
def test_what_is_no_mp3_is_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(data)
    with pytest.raises(GateFailed, match=r"a\.mp3"):
        mp3_facts.read(path)


def test_a_file_that_goes_on_as_something_else_is_refused(tmp_path: Path) -> None:
    path = mp3(tmp_path / "a.mp3", "-b:a", "128k")
    path.write_bytes(path.read_bytes() + b"something else")
    with pytest.raises(GateFailed, match="no MP3 frame begins at byte"):
        mp3_facts.read(path)


@pytest.mark.parametrize("options", [("-ar", "48000"), ("-ac", "2")])
def test_frames_of_several_kinds_are_refused(options: tuple[str, ...], tmp_path: Path) -> None:
    bare = ("-b:a", "192k", "-write_xing", "0", "-id3v2_version", "0")
    path, other = mp3(tmp_path / "a.mp3", *bare), mp3(tmp_path / "b.mp3", *bare, *options)
    path.write_bytes(path.read_bytes() + other.read_bytes())
    with pytest.raises(GateFailed, match="several rates, or numbers of channels"):
        mp3_facts.read(path)
