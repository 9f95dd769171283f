"""WAV files of mono 16-bit PCM, up to and beyond 4 GiB.

RIFF/WAVE as in Microsoft's Multimedia Programming Interface 1.0; past 4 GiB, RF64 with a `ds64` chunk as
in EBU Tech 3306.  A header is complete before the first sample, so a file can be hashed while it is written.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from batchtts.audio.pcm import SAMPLE_BYTES, Pcm

RIFF_LIMIT = 0xFFFF_FFFF
_PCM_FORMAT = 1
_FORMAT = struct.Struct("<HHIIHH")
_CHUNK = struct.Struct("<4sI")


class WavError(ValueError):
    """The bytes are not a WAV file of mono 16-bit PCM."""


class WavCutOff(WavError):
    """The file says that there is more of it than was read."""


@dataclass(frozen=True, slots=True)
class Wav:
    """A WAV file in memory: its samples, and its chunks besides `fmt ` and `data`, by name."""

    pcm: Pcm
    chunks: Mapping[str, bytes] = field(default_factory=dict)


def header(sample_rate: int, n_samples: int, *, n_after: int = 0, limit: int = RIFF_LIMIT) -> bytes:
    """Return all that stands before the samples; `n_after` bytes of chunks will follow them.

    A file with more than `limit` bytes after its first eight, which RIFF cannot count, becomes RF64.
    """
    n_data = n_samples * SAMPLE_BYTES
    form = _FORMAT.pack(_PCM_FORMAT, 1, sample_rate, sample_rate * SAMPLE_BYTES, SAMPLE_BYTES, 16)
    fmt = _CHUNK.pack(b"fmt ", len(form)) + form
    n_riff = 4 + len(fmt) + _CHUNK.size + n_data + n_after
    if n_riff <= limit:
        return _CHUNK.pack(b"RIFF", n_riff) + b"WAVE" + fmt + _CHUNK.pack(b"data", n_data)
    sizes = struct.pack("<QQQI", n_riff + _CHUNK.size + 28, n_data, n_samples, 0)
    ds64 = _CHUNK.pack(b"ds64", len(sizes)) + sizes
    return _CHUNK.pack(b"RF64", RIFF_LIMIT) + b"WAVE" + ds64 + fmt + _CHUNK.pack(b"data", RIFF_LIMIT)


def encode(pcm: Pcm, chunks: Mapping[str, bytes] | None = None) -> bytes:
    """Return a WAV file of the samples, with further chunks after them; their names have four letters."""
    return b"".join(pieces(pcm, chunks or {}))


def pieces(pcm: Pcm, chunks: Mapping[str, bytes]) -> tuple[bytes, bytes, bytes]:
    """Return the same file in three parts, the samples in the middle, so that they need not be copied."""
    after = b"".join(
        _CHUNK.pack(name.encode("ascii"), len(body)) + body + b"\0" * (len(body) % 2)
        for name, body in chunks.items()
    )
    return header(pcm.sample_rate, pcm.n_samples, n_after=len(after)), pcm.data, after


def decode(data: bytes) -> Wav:
    """Return the samples and chunks of a WAV file that was read whole; raise `WavError` if it is not one."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise WavError("it does not begin with a RIFF/WAVE header")
    end = _CHUNK.unpack_from(data)[1] + _CHUNK.size
    if len(data) < end:
        if end == RIFF_LIMIT + _CHUNK.size:  # what a program writes that cannot go back to the beginning
            raise WavError("it does not say how long it is")
        raise WavCutOff(f"it is cut off: {len(data)} of {end} bytes are there")
    chunks: dict[str, bytes] = {}
    position = 12
    while position + _CHUNK.size <= end:
        name, size = _CHUNK.unpack_from(data, position)
        position += _CHUNK.size
        if position + size > end:
            raise WavCutOff(f"its {name!r} chunk is cut off: {end - position} of {size} bytes are there")
        chunks[name.decode("latin-1")] = data[position : position + size]
        position += size + size % 2
    return Wav(_samples(chunks), chunks)


def _samples(chunks: dict[str, bytes]) -> Pcm:
    form, data = chunks.pop("fmt ", b""), chunks.pop("data", None)
    if len(form) < _FORMAT.size or data is None:
        raise WavError("it has no format or no samples")
    kind, n_channels, sample_rate, _, _, n_bits = _FORMAT.unpack_from(form)
    if (kind, n_channels, n_bits) != (_PCM_FORMAT, 1, 16) or not sample_rate:
        raise WavError(f"it is not mono 16-bit PCM: format {kind}, {n_channels} channels, {n_bits} bits")
    if len(data) % SAMPLE_BYTES:
        raise WavError("its last sample is cut in half")
    return Pcm(data, sample_rate)
