"""Chapters for tests: real WAV files of a sound in which every place can be told from every other."""

import hashlib
import math
import random
from array import array
from pathlib import Path

from batchtts.audio import wav
from batchtts.audio.pcm import Pcm
from batchtts.export.audiobook.placement import MasteredChapter
from batchtts.model import OutputFile

RATE = 24_000


def chapter(folder: Path, number: int, n_samples: int, *, rate: int = RATE) -> MasteredChapter:
    """Write a chapter that rises from a pitch of its own, under noise."""
    noise = random.Random(number).uniform
    pcm = array(
        "h",
        (
            round(6_000 * math.sin((180 + 40 * number + n / 400) * n / rate * 2 * math.pi) + noise(-400, 400))
            for n in range(n_samples)
        ),
    )
    data = wav.encode(Pcm(pcm.tobytes(), rate))
    path = folder / "chapters" / f"{number:02}.wav"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(data)
    file = OutputFile(
        path=f"chapters/{path.name}", sha256=hashlib.sha256(data).hexdigest(), n_bytes=len(data)
    )
    return MasteredChapter(
        id=f"book-ch{number:02}",
        number=number,
        title=f"Chapter {number}",
        slug=f"{number:02}-chapter",
        sample_rate=rate,
        n_samples=n_samples,
        audio=file,
        timeline=file,
        segments=file,
    )
