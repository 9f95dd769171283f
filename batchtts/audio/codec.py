"""Sound in the formats of others, as files: the one room of pydub.

pydub holds a whole recording in memory and counts in milliseconds, so it serves single takes only; nothing
here touches an alignment.  It cannot read anything but WAV without ffprobe, which no wheel has, so what is read is
decoded by ffmpeg alone.
"""

import asyncio
import sys
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory

from batchtts.audio import ffmpeg, wav
from batchtts.audio.decoding import open_decoding
from batchtts.audio.pcm import SAMPLE_BYTES, Pcm
from batchtts.errors import InputError, Problem

FORMATS = {
    ".wav": "wav",
    ".mp3": "mp3",
    ".flac": "flac",
    ".opus": "opus",
    ".ogg": "ogg",
    ".m4a": "ipod",
}
"""The muxer that ffmpeg uses for each ending of a file's name."""


def check_format(path: Path) -> None:
    """Raise `InputError` unless the ending of a file's name is a format that can be written."""
    if path.suffix.lower() not in FORMATS:
        what = f"{path.suffix or 'a name without an ending'} is no format that can be written"
        raise InputError([Problem(where=str(path), what=what, hint=f"Use one of {', '.join(FORMATS)}.")])


def encode(pcm: Pcm, suffix: str) -> bytes:
    """Return a recording as the bytes of a file whose name ends in `suffix`, one of `FORMATS`.  Raises `FfmpegError`."""
    if suffix == ".wav":
        return wav.encode(pcm)
    with warnings.catch_warnings():
        # pydub warns about its own source on import, and that it finds no ffmpeg before it is told of ours.
        warnings.simplefilter("ignore")
        from pydub import AudioSegment
        from pydub.exceptions import CouldntEncodeError

    ffmpeg.version()  # where its program cannot be run, pydub leaves files open, and lying about
    AudioSegment.converter = ffmpeg.executable()
    sound = AudioSegment(data=pcm.data, sample_width=SAMPLE_BYTES, frame_rate=pcm.sample_rate, channels=1)
    try:
        with sound.export(format=FORMATS[suffix]) as stream:
            encoded: bytes = stream.read()
    except CouldntEncodeError as error:
        raise ffmpeg.FfmpegError(f"no {suffix[1:]} could be made: {error}") from error
    return encoded


async def decode(data: bytes) -> Pcm:
    """Return the sound in the bytes of a file, such as an engine may answer with: MP3, FLAC, Ogg, M4A, any WAV.

    Where the file says what its encoder has added at either end, that is left out, and there are exactly as many
    samples as were encoded.  More than one channel becomes one.  Raises `FfmpegError` for what is no sound, and for a
    WAV that ends before it should.
    """
    try:
        return wav.decode(data).pcm
    except wav.WavCutOff as error:
        raise ffmpeg.FfmpegError(str(error)) from error
    except wav.WavError:
        pass  # another format, or another kind of WAV
    with TemporaryDirectory(prefix="batchtts-") as folder:
        path = Path(folder, "sound")  # some formats can only be read by going back and forth
        await asyncio.to_thread(path.write_bytes, data)
        async with open_decoding(path) as decoding:
            return (await decoding.stretch(0, sys.maxsize)).pcm
