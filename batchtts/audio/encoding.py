"""Sound in the formats in which a server hands it out: whole files, and streams that begin at once.

The same samples give the same bytes, whenever and wherever they are encoded, and however a stream of them
was cut.
"""

import asyncio
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

import numpy as np

from batchtts.audio import ffmpeg, wav
from batchtts.audio.ffmpeg import Ffmpeg
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm
from batchtts.audio.resampling import changing, reading, resample, scaled

MEDIA_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "wav": "audio/wav",
        "mp3": "audio/mpeg",
        "aac": "audio/aac",
        "ulaw": "audio/wav",
        "webm": "audio/webm",
        "pcm_s16le": "application/vnd.lmnt.audio-int16",
        "raw": "application/vnd.lmnt.audio-int16",
        "pcm_f32le": "application/vnd.lmnt.audio-fp32",
    }
)
"""Every format by its name, and the media type of a whole file of it."""

FORMATS = tuple(MEDIA_TYPES)
SAMPLE_RATES = (8_000, 16_000, 24_000)

PIECE_SAMPLES = 1 << 13
"""How much a stream of bare samples hands over at once: a third of a second at 24 kHz."""

_WAITING_PIECES = 4
_ENDLESS = 0xFFFF_FFFF
_FULL_SCALE = 32_768


@dataclass(frozen=True, slots=True)
class _Bare:
    """How ffmpeg calls a format of bare samples, how long one of them is, and what silence is in it."""

    muxer: str
    n_bytes: int = SAMPLE_BYTES
    silence: bytes = b"\0"


_BARE = {
    "wav": _Bare("s16le"),
    "pcm_s16le": _Bare("s16le"),
    "raw": _Bare("s16le"),
    "pcm_f32le": _Bare("f32le", n_bytes=4),
    "ulaw": _Bare("mulaw", n_bytes=1, silence=b"\xff"),
}
_CONVERTED_HERE = ("wav", "pcm_s16le", "raw", "pcm_f32le")

# No date, no version and no random number in a file.
_REPEATABLE = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:a", "+bitexact")
_CODECS = {
    "mp3": ("-c:a", "libmp3lame", "-id3v2_version", "0", "-f", "mp3"),
    "aac": ("-c:a", "aac", "-f", "adts"),
    "webm": ("-c:a", "libopus", "-frame_duration", "20", "-f", "webm"),
}
_BITS_PER_SECOND = {
    "mp3": {8_000: 64_000, 16_000: 96_000, 24_000: 96_000},  # MPEG-2.5 ends at 64
    "aac": {8_000: 32_000, 16_000: 48_000, 24_000: 64_000},
    "webm": {8_000: 24_000, 16_000: 32_000, 24_000: 40_000},
}
# Every packet leaves at once.  An MP3 frame does without what was left over in those before it.
_STREAMED = {
    "mp3": ("-write_xing", "0", "-reservoir", "0"),
    "aac": (),
    "webm": ("-live", "1", "-cluster_time_limit", "100"),
}


class Encoder(Protocol):
    """A stream that is being encoded.

    Somebody must read `pieces` while another writes: what has not been read yet holds up whoever writes,
    so that no more than some hundred kilobytes ever wait.
    """

    async def write(self, pcm: Pcm) -> None:
        """Encode further samples; wait while too much lies unread.  Raises `ValueError` for another rate."""
        ...

    async def finish(self) -> None:
        """Say that there are no more samples: `pieces` ends after the last of them."""
        ...

    def pieces(self) -> AsyncIterator[bytes]:
        """Yield the bytes of the stream as soon as they are known.  Raises `FfmpegError` if that fails."""
        ...


async def encode(pcm: Pcm, format: str, sample_rate: int | None = None) -> bytes:  # noqa: A002  # their word
    """Return a recording as a whole file of a format, one of `FORMATS`, at one of `SAMPLE_RATES`.

    Bare samples and WAV at the rate of the recording need no process.  Raises `ValueError` for another
    format or rate, and `FfmpegError` where ffmpeg fails.
    """
    rate = _checked_rate(format, sample_rate)
    if format == "wav":
        return wav.encode(await resample(pcm, rate))
    if format in _BARE:
        samples = await _bare_samples(pcm, format, rate)
        return _mulaw_header(rate, len(samples)) + samples if format == "ulaw" else samples
    data = pcm.data or bytes(SAMPLE_BYTES)  # no codec makes a file of nothing
    options = (*_coding(format, rate), *changing(pcm.sample_rate, rate))
    if format == "aac":
        return _without_priming(await ffmpeg.convert(data, reading(pcm.sample_rate), options))
    return await ffmpeg.convert_to_file(data, reading(pcm.sample_rate), options)


def open_encoder(
    format: str,  # noqa: A002  # their word
    sample_rate: int | None = None,
    *,
    input_rate: int = 24_000,
) -> AbstractAsyncContextManager[Encoder]:
    """Open one continuous stream of samples at `input_rate` into a format at `sample_rate`.

    A stream has no length in its beginning: WAV says that it is endless, MP3 has no Xing header and mu-law
    no header at all.  Raises `ValueError` for another format or rate.
    """
    rate = _checked_rate(format, sample_rate)
    if format in _CONVERTED_HERE and rate == input_rate:
        return _open_bare(format, rate)
    return _open_coded(format, rate, input_rate)


def default_rate(format: str) -> int:  # noqa: A002  # their word
    """Return the sample rate of a format where none is asked for."""
    return 8_000 if format == "ulaw" else 24_000


def _checked_rate(name: str, sample_rate: int | None) -> int:
    if name not in MEDIA_TYPES:
        raise ValueError(f"{name!r} is no format that can be written; there are {', '.join(FORMATS)}")
    rate = default_rate(name) if sample_rate is None else sample_rate
    if rate not in SAMPLE_RATES:
        raise ValueError(f"{rate} is no sample rate that can be written; there are 8000, 16000 and 24000")
    return rate


def _coding(name: str, rate: int) -> tuple[str, ...]:
    return (*_REPEATABLE, "-b:a", str(_BITS_PER_SECOND[name][rate]), *_CODECS[name])


async def _bare_samples(pcm: Pcm, name: str, rate: int) -> bytes:
    """Return the samples in a bare format, as many as the rates demand."""
    if pcm.sample_rate == rate and name in _CONVERTED_HERE:
        return _converted(pcm.data, name)
    bare = _BARE[name]
    n_bytes = bare.n_bytes * scaled(pcm.n_samples, pcm.sample_rate, rate)
    if not n_bytes:
        return b""
    options = (*changing(pcm.sample_rate, rate), "-f", bare.muxer)
    samples = await ffmpeg.convert(pcm.data, reading(pcm.sample_rate), options)
    return samples[:n_bytes].ljust(n_bytes, bare.silence)


def _converted(data: bytes, name: str) -> bytes:
    if name != "pcm_f32le":
        return data
    return (np.frombuffer(data, "<i2").astype("<f4") / np.float32(_FULL_SCALE)).tobytes()


def _mulaw_header(rate: int, n_samples: int) -> bytes:
    """Return the header of a WAV file of G.711 mu-law, format 7 of Microsoft's registry (RFC 2361)."""
    fmt = struct.pack("<4sIHHIIHHH", b"fmt ", 18, 7, 1, rate, rate, 1, 8, 0)
    fact = struct.pack("<4sII", b"fact", 4, n_samples)
    data = struct.pack("<4sI", b"data", n_samples)
    n_riff = 4 + len(fmt) + len(fact) + len(data) + n_samples
    return struct.pack("<4sI4s", b"RIFF", n_riff, b"WAVE") + fmt + fact + data


def _without_priming(adts: bytes) -> bytes:
    """Return an AAC stream without its first frame, so that it is decoded from the first sample on.

    That frame holds the silence with which the encoder begins, and ADTS (ISO/IEC 13818-7, 6.2) has no
    place to say so: kept, it would delay everything by 1024 samples.  Without it the first 1024 fade in.
    """
    n_bytes = (adts[3] & 0b11) << 11 | adts[4] << 3 | adts[5] >> 5
    return adts[n_bytes:]


class _BareEncoder:
    """Passes samples on, in pieces of a bounded size."""

    def __init__(self, name: str, rate: int) -> None:
        self._name, self._rate = name, rate
        self._waiting: asyncio.Queue[bytes | None] = asyncio.Queue(_WAITING_PIECES)

    async def write(self, pcm: Pcm) -> None:
        """Wait until all of the samples but the last pieces have been read."""
        _check_input(pcm, self._rate)
        for start in range(0, pcm.n_samples, PIECE_SAMPLES):
            piece = pcm.slice(start, start + PIECE_SAMPLES)
            await self._waiting.put(_converted(piece.data, self._name))

    async def finish(self) -> None:
        """Let the reader end."""
        await self._waiting.put(None)

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what was written."""
        if self._name == "wav":
            yield _endless_header(self._rate)
        while (piece := await self._waiting.get()) is not None:
            yield piece


class _CodedEncoder:
    """Has ffmpeg encode the samples as they come."""

    def __init__(self, process: Ffmpeg, name: str, *, rate: int, input_rate: int) -> None:
        self._process, self._name = process, name
        self._rate, self._input_rate = rate, input_rate

    async def write(self, pcm: Pcm) -> None:
        """Hand the samples to ffmpeg."""
        _check_input(pcm, self._input_rate)
        await self._process.write(pcm.data)

    async def finish(self) -> None:
        """Close the input of ffmpeg, which then writes what it has kept back."""
        self._process.finish()

    async def pieces(self) -> AsyncIterator[bytes]:
        """Yield what ffmpeg writes."""
        if self._name == "wav":
            yield _endless_header(self._rate)
        async for piece in self._process.pieces():
            yield piece


def _check_input(pcm: Pcm, rate: int) -> None:
    if pcm.sample_rate != rate:
        raise ValueError(f"the stream takes {rate} samples a second, not {pcm.sample_rate}")


def _endless_header(rate: int) -> bytes:
    """Return a WAV header that gives the greatest lengths, as readers of a stream expect it."""
    header = wav.header(rate, 0)
    return header[:4] + _ENDLESS.to_bytes(4, "little") + header[8:-4] + _ENDLESS.to_bytes(4, "little")


@asynccontextmanager
async def _open_bare(name: str, rate: int) -> AsyncIterator[Encoder]:
    yield _BareEncoder(name, rate)


@asynccontextmanager
async def _open_coded(name: str, rate: int, input_rate: int) -> AsyncIterator[Encoder]:
    if name in _BARE:
        coding: tuple[str, ...] = ("-f", _BARE[name].muxer)
    else:
        coding = (*_coding(name, rate), *_STREAMED[name])
    writing = (*changing(input_rate, rate), *coding, "-flush_packets", "1")
    async with ffmpeg.open_ffmpeg(reading(input_rate), writing) as process:
        yield _CodedEncoder(process, name, rate=rate, input_rate=input_rate)
