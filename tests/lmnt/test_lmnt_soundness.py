"""Whether a file is whole, judged on files of a real encoder, whole and cut, in one piece and in many."""

import subprocess
from functools import cache

import pytest
from scripted_service import mp3_of, wav_of

from batchtts.audio.ffmpeg import executable
from batchtts.lmnt.soundness import fault_of, samples_of_wav, soundness_of

MAKING = {
    "wav": ["-f", "wav", "-bitexact"],
    "mp3": ["-f", "mp3", "-b:a", "96k"],
    "aac": ["-f", "adts"],
    "webm": ["-f", "webm", "-c:a", "libopus"],
    "ulaw": ["-f", "wav", "-c:a", "pcm_mulaw"],
    "pcm_s16le": ["-f", "s16le"],
}


@cache
def encoded(format_name: str) -> bytes:
    """Return a second of a tone, as a file that could be rewritten at its start when it was complete."""
    made = subprocess.run(
        [
            executable(),
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "sine=f=300:d=1:r=24000",
            *MAKING[format_name],
            "-",
        ],
        capture_output=True,
        check=True,
    )
    return made.stdout


def fault_in_pieces(audio: bytes, format_name: str, n_bytes: int) -> str | None:
    soundness = soundness_of(format_name)
    for start in range(0, len(audio), n_bytes):
        soundness.feed(audio[start : start + n_bytes])
    return soundness.fault()


@pytest.mark.parametrize("format_name", MAKING)
@pytest.mark.parametrize("n_bytes", [1, 7, 1_000, 1 << 20])
def test_a_whole_file_has_no_fault(format_name: str, n_bytes: int) -> None:
    assert fault_in_pieces(encoded(format_name), format_name, n_bytes) is None


@pytest.mark.parametrize("format_name", ["mp3", "aac"])
@pytest.mark.parametrize("n_bytes", [1, 100, 1 << 20])
def test_frames_that_were_cut_are_noticed(format_name: str, n_bytes: int) -> None:
    audio = encoded(format_name)
    assert "cut off" in (fault_in_pieces(audio[:-50], format_name, n_bytes) or "")


@pytest.mark.parametrize("n_bytes", [1, 100, 1 << 20])
@pytest.mark.parametrize("n_begun", [1, 4, 9])
def test_a_frame_that_has_only_begun_is_noticed(n_begun: int, n_bytes: int) -> None:
    assert "cut off" in (fault_in_pieces(mp3_of(3) + mp3_of(1)[:n_begun], "mp3", n_bytes) or "")


@pytest.mark.parametrize("n_left", [0, 5, 12, 44, 1_000])
def test_a_wav_file_that_was_cut_is_noticed(n_left: int) -> None:
    assert fault_of(wav_of(3_000)[:n_left], "wav") is not None


@pytest.mark.parametrize("format_name", ["wav", "ulaw", "mp3", "aac", "webm"])
def test_what_is_not_the_format_is_noticed(format_name: str) -> None:
    assert "not a" in (fault_of(b"<html>something else entirely</html>", format_name) or "")


@pytest.mark.parametrize("format_name", [*MAKING, None])
def test_nothing_is_a_fault_in_any_format(format_name: str | None) -> None:
    assert fault_of(b"", format_name) == "it is empty"


def test_tags_around_mp3_frames_are_no_fault() -> None:
    assert fault_of(b"ID3\x04\0\0\0\0\0\0" + mp3_of(3), "mp3") is None
    assert fault_of(mp3_of(3) + b"TAG" + bytes(125), "mp3") is None


def test_the_samples_of_a_wav_file_are_counted_without_its_other_chunks() -> None:
    audio = wav_of(3_000)
    noted = audio[:36] + b"LIST\x03\0\0\0abc\0" + audio[36:]
    for file in (audio, noted):
        count = samples_of_wav(file)
        assert count is not None
        assert (count.n_samples, count.sample_rate, count.seconds) == (3_000, 24_000, 0.125)


def test_a_stream_that_did_not_know_its_length_is_counted_to_its_end() -> None:
    audio = encoded("wav")  # written to a pipe: no length could be filled in
    count = samples_of_wav(audio)
    assert count is not None
    assert count.n_samples == 24_000


@pytest.mark.parametrize(
    "audio", [b"", b"RIFF\0\0\0\0WAVE", wav_of(5)[:30], b"RIFF\0\0\0\0WAVEdata\x02\0\0\0ab"]
)
def test_what_has_no_samples_or_no_format_is_not_counted(audio: bytes) -> None:
    assert samples_of_wav(audio) is None
