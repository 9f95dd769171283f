"""Sound in the formats of others, as files: the one room of pydub.

pydub holds a whole recording in memory and counts in milliseconds, so it serves single takes only; nothing
here touches an alignment.
"""

import warnings
from pathlib import Path

from batchtts.audio import ffmpeg, wav
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
    """Return a recording as the bytes of a file whose name ends in `suffix`, one of `FORMATS`."""
    if suffix == ".wav":
        return wav.encode(pcm)
    with warnings.catch_warnings():
        # pydub warns about its own source on import, and that it finds no ffmpeg before it is told of ours.
        warnings.simplefilter("ignore")
        from pydub import AudioSegment

    AudioSegment.converter = ffmpeg.executable()
    sound = AudioSegment(data=pcm.data, sample_width=SAMPLE_BYTES, frame_rate=pcm.sample_rate, channels=1)
    with sound.export(format=FORMATS[suffix]) as stream:
        encoded: bytes = stream.read()
    return encoded
