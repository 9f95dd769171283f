"""What a book is to whoever writes it into one file: marks, tags, and packets of encoded sound."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ChapterMark:
    """A chapter and where it lies in a file, in samples at the rate of the delivery."""

    start: int
    n_samples: int
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tags:
    """What players show; `synthetic` tells that the voice is, and names the engines.

    `cover` is the bytes of a JPEG or PNG.  `chapter` is set in the file of one chapter: its number, of how
    many.
    """

    title: str
    author: str | None
    narrator: str | None
    year: str | None
    description: str | None
    language: str | None
    synthetic: str
    cover: bytes | None = field(repr=False)
    chapter: tuple[int, int] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Packets:
    """Packets of one codec that lie back to back in a file, bare: no ADTS header, no Ogg page; MP3 frames are whole.

    The first begins at offset `first_byte`; `sizes` are those of all, in bytes.
    """

    path: Path
    first_byte: int
    sizes: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """The encoded sound of a file.

    Each packet holds `packet_samples` samples at `sample_rate`.  A decoder drops `n_priming` samples at the
    beginning; the next `n_samples` are the sound.  `config` is the AudioSpecificConfig of AAC, the OpusHead of
    Opus, and empty for MP3.
    """

    sample_rate: int
    packet_samples: int
    n_priming: int
    n_samples: int
    packets: tuple[Packets, ...]
    config: bytes
