"""What a piece of audio really holds: the standard library reads WAV, ffmpeg everything else."""

import io
import os
import subprocess
import wave

RATE = 24_000
FRAME = 300
FFMPEG = os.environ.get("CONFORMANCE_FFMPEG", "ffmpeg")


def wav_samples(data: bytes, *, rate: int = RATE) -> int:
    """Return how many samples a WAV file has; it must be mono, of 16 bits and this rate, and not silent."""
    with wave.open(io.BytesIO(data)) as file:
        shape = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        assert shape == (1, 2, rate), f"channels, bytes and rate are {shape}"
        n_samples = file.getnframes()
        pcm = file.readframes(n_samples)
    assert len(pcm) == 2 * n_samples, "the file is shorter than it says"
    assert any(pcm), "there is nothing but silence"
    return n_samples


def decoded_samples(data: bytes, demuxer: str, *, rate: int = RATE) -> int:
    """Return how many samples ffmpeg finds in a whole file; it must have nothing to complain about."""
    return len(decoded(data, demuxer, rate=rate)) // 2


def decoded(data: bytes, demuxer: str, *, rate: int = RATE) -> bytes:
    """Return the audio of a file as 16-bit PCM; it must be of one mono stream, and not silent."""
    command = [FFMPEG, "-nostdin", "-v", "error", "-xerror", "-f", demuxer, "-i", "pipe:0"]
    form = ["-f", "s16le", "-ac", "1", "-ar", str(rate), "pipe:1"]
    done = subprocess.run([*command, *form], input=data, capture_output=True, check=False)
    said = done.stderr.decode(errors="replace").strip()
    assert done.returncode == 0, f"ffmpeg cannot decode it as {demuxer}: {said}"
    assert not said, f"ffmpeg complains: {said}"
    assert any(done.stdout), "there is nothing but silence"
    return done.stdout


def is_mp3(data: bytes) -> bool:
    """Return whether this begins with a frame of MPEG audio, layer III, or a tag before one."""
    return data[:3] == b"ID3" or (data[0] == 0xFF and data[1] & 0xE6 == 0xE2)


def is_adts(data: bytes) -> bool:
    """Return whether this begins with a frame of AAC in ADTS."""
    return data[0] == 0xFF and data[1] & 0xF6 == 0xF0
