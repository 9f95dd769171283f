"""What others would hear of a file of sound: decoded by ffmpeg, from beginning to end, and never held whole.

ffmpeg leaves out what the file says that its encoder has added at either end, as players do.
"""

import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from batchtts.audio import ffmpeg
from batchtts.audio.ffmpeg import FfmpegError
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm

_AS_WAV = (
    *("-map", "0:a:0", "-ac", "1", "-c:a", "pcm_s16le"),
    *("-map_metadata", "-1", "-fflags", "+bitexact", "-f", "wav"),
)
_HEADER_BYTES, _RATE_AT = 44, 24
"""What ffmpeg writes before the samples when it is to write nothing of its own, and where in it their rate stands."""

_LISTING = ("-copyts", "-f", "ffmetadata")
"""Without the first, ffmpeg counts chapters from the first sample that is heard, though their file does not."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Samples of a file, from number `first` on."""

    pcm: Pcm
    first: int


class Decoding:
    """A file that is being decoded; what was passed is forgotten."""

    def __init__(self, pieces: AsyncIterator[bytes], header: bytes, samples: bytes) -> None:
        """Go on behind the header of a WAV file, and the first of its samples."""
        self._pieces = pieces
        (self.sample_rate,) = struct.unpack_from("<I", header, _RATE_AT)
        self._first, self._samples = 0, bytearray(samples)

    async def stretch(self, first: int, last: int) -> Stretch:
        """Return the samples from `first` up to `last`, or as many as there are; the next must not begin before."""
        self._forget(first)
        while self._end < last and await self._read():
            self._forget(first)
        n_bytes = max(0, last - self._first) * SAMPLE_BYTES
        return Stretch(Pcm(bytes(self._samples[:n_bytes]), self.sample_rate), self._first)

    async def count(self) -> int:
        """Decode what is left, and return how many samples the file has.  Raises `FfmpegError` if that fails."""
        while await self._read():
            self._forget(self._end)
        return self._end

    @property
    def _end(self) -> int:
        return self._first + len(self._samples) // SAMPLE_BYTES

    def _forget(self, first: int) -> None:
        n_passed = min(first, self._end) - self._first
        if n_passed > 0:
            del self._samples[: n_passed * SAMPLE_BYTES]
            self._first += n_passed

    async def _read(self) -> bool:
        """Take in what ffmpeg has decoded next; return whether there was anything."""
        piece = await anext(self._pieces, b"")
        self._samples += piece
        return bool(piece)


@asynccontextmanager
async def open_decoding(path: Path) -> AsyncIterator[Decoding]:
    """Decode a file into mono 16-bit samples, at its own rate.  Raises `FfmpegError` if there are none."""
    async with ffmpeg.open_file(path, _AS_WAV) as process:
        pieces, begun = process.pieces(), b""
        while len(begun) <= _HEADER_BYTES:
            piece = await anext(pieces, b"")
            if not piece:
                raise FfmpegError("there is no sound in the file")
            begun += piece
        yield Decoding(pieces, begun[:_HEADER_BYTES], begun[_HEADER_BYTES:])


async def listing(path: Path) -> str:
    """Return what ffmpeg tells of a file: its tags and its chapters, in the form `ffmetadata`."""
    async with ffmpeg.open_file(path, _LISTING) as process:
        return b"".join([piece async for piece in process.pieces()]).decode("utf-8", "replace")
