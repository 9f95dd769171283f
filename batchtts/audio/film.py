"""A copy of a film with another sound: its pictures as they are, the new sound first, its own behind it or left out.

The pictures are not encoded again.  The sound becomes AAC at 48 kHz, as players of films expect; an edit list
(MP4) or its like (Matroska) takes away what the encoder puts before it, so that it starts when the film does.
"""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from batchtts.audio import ffmpeg

CONTAINERS: Mapping[str, str] = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska"}
"""The endings of films that can be copied, and what ffmpeg calls what they hold."""

_SOUND = (
    *("-c:a:0", "aac", "-b:a:0", "128k", "-filter:a:0", "aresample=48000:resampler=soxr:precision=24"),
    *("-aac_pns", "0", "-disposition:a:0", "default"),  # noise in the place of bands clicks in speech
)
_OF_TRACK = "-metadata:s:a:0"
_NAMED = {  # each container has a place of its own for what a track is called
    "matroska": (_OF_TRACK, "title=Synthetic voices"),
    "mov": (_OF_TRACK, "handler_name=Synthetic voices", "-movflags", "+faststart"),
    "mp4": (_OF_TRACK, "handler_name=Synthetic voices", "-movflags", "+faststart"),
}
_PIECE_BYTES = 1 << 20


async def find_pictures(film: Path) -> None:
    """Raise `FfmpegError` for a film that cannot be read, or that has no pictures."""
    writing = ("-map", "0:v", "-c", "copy", "-frames:v", "1", "-f", "null")
    async with ffmpeg.open_file(film, writing) as running:
        running.finish()
        async for _ in running.pieces():
            pass


async def dub(
    film: Path, sound: Path, into: Path, *, container: str, language: str, keep_sound: bool
) -> None:
    """Write a copy of `film` whose sound is the WAV file `sound`, in a language of three letters.

    `container` is one of `CONTAINERS`.

    Raises `FfmpegError` for a film that cannot be read, or that has no pictures.
    """
    own = ("-map", "0:a?", "-disposition:a", "0") if keep_sound else ()
    reading = ("-protocol_whitelist", "file,pipe", "-i", f"file:{film}", "-f", "wav")
    writing = (
        *("-map", "0:v", "-map", "1:a:0", *own, "-map", "0:s?", "-map", "0:t?", "-c", "copy", *_SOUND),
        *(*_NAMED[container], _OF_TRACK, f"language={language}"),
        *("-fflags", "+bitexact", "-flags:a", "+bitexact", "-f", container),
    )
    async with ffmpeg.open_ffmpeg(reading, writing, into=into) as running:
        with sound.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, _PIECE_BYTES):
                await running.write(piece)
        running.finish()
        async for _ in running.pieces():
            pass
