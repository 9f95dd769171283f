"""The audio of an answer: WAV at the promised rate, whole, with something in it.

WAV is asked for whatever a job delivers: only its samples can be counted against the durations, while
lossy formats begin with padding that shifts every boundary.
"""

import struct
from collections.abc import Iterator

from batchtts.audio import wav
from batchtts.audio.pcm import Pcm
from batchtts.lmnt import wire

_UNKNOWN = (0, 0xFFFF_FFFF)
_SIZE = struct.Struct("<I")


def decode_recording(audio: bytes) -> Pcm:
    """Return the samples of a WAV file; raise `ValueError` where it is not what was asked for."""
    pcm = wav.decode(_with_sizes(audio)).pcm
    if pcm.sample_rate != wire.SAMPLE_RATE:
        raise ValueError(f"the audio has {pcm.sample_rate} samples a second instead of {wire.SAMPLE_RATE}")
    if not pcm.n_samples:
        raise ValueError("the audio holds no samples")
    return pcm


def _with_sizes(audio: bytes) -> bytes:
    """Return a file whose header tells its sizes; whoever wrote it while it was rendered did not know them.

    That such a file is whole is known from its durations alone.
    """
    if len(audio) < 12 or _SIZE.unpack_from(audio, 4)[0] not in _UNKNOWN:
        return audio
    told = bytearray(audio)
    _SIZE.pack_into(told, 4, len(audio) - 8)
    for name, position in _chunks(audio):
        if name == b"data":
            n_data = len(audio) - position
            _SIZE.pack_into(told, position - _SIZE.size, n_data - n_data % 2)
    return bytes(told)


def _chunks(audio: bytes) -> Iterator[tuple[bytes, int]]:
    """Yield name and position of the chunks up to the one with the samples."""
    position = 12
    while position + 8 <= len(audio):
        name, size = audio[position : position + 4], _SIZE.unpack_from(audio, position + 4)[0]
        yield name, position + 8
        if name == b"data":
            return
        position += 8 + size + size % 2
