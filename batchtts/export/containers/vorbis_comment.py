"""Tags as Vorbis comments, which Opus and FLAC carry (RFC 7845, 5.2, and RFC 9639, 8.6), and pictures in them.

Chapters are comments too, as the Xiph wiki has them: `CHAPTER001=00:00:00.000` and `CHAPTER001NAME=...`.
"""

import struct
from collections.abc import Iterator, Sequence

from batchtts.export.book import ChapterMark, Tags
from batchtts.export.containers.marks import GENRE, is_png, scaled, title_of
from batchtts.export.containers.pictures import dimensions

MAX_CHAPTERS = 999
"""How many chapters three digits can number; a reader would take the title of the 1000th for that of the 100th."""

_VENDOR = b"batchtts"
_FRONT_COVER = 3


def comments(
    tags: Tags, marks: Sequence[ChapterMark], sample_rate: int, further: Sequence[tuple[str, str]] = ()
) -> bytes:
    """Return the list of all comments.  Chapters beyond `MAX_CHAPTERS` are left out."""
    pairs = (*_pairs(tags, marks), *_chapters(marks[:MAX_CHAPTERS], sample_rate), *further)
    rows = [f"{name}={value}".encode() for name, value in pairs]
    head = struct.pack("<I", len(_VENDOR)) + _VENDOR + struct.pack("<I", len(rows))
    return head + b"".join(struct.pack("<I", len(row)) + row for row in rows)


def picture(cover: bytes) -> bytes:
    """Return a cover as the picture block of FLAC (RFC 9639, 8.8)."""
    media_type = b"image/png" if is_png(cover) else b"image/jpeg"
    size = dimensions(cover)
    return b"".join(
        (
            struct.pack(">II", _FRONT_COVER, len(media_type)) + media_type,
            struct.pack(">I", 0),  # no description
            struct.pack(">IIII", size.width, size.height, size.bits_per_pixel, 0),
            struct.pack(">I", len(cover)) + cover,
        )
    )


def _pairs(tags: Tags, marks: Sequence[ChapterMark]) -> Iterator[tuple[str, str]]:
    texts = {
        "TITLE": title_of(tags, marks),
        "ARTIST": tags.author,
        "ALBUM": tags.title,
        "COMPOSER": tags.narrator,
        "NARRATOR": tags.narrator,
        "DATE": tags.year,
        "DESCRIPTION": tags.description,
        "LANGUAGE": tags.language,
        "GENRE": GENRE,
        "COMMENT": tags.synthetic,
    }
    yield from ((name, text) for name, text in texts.items() if text)
    if tags.chapter is not None:
        number, of_how_many = tags.chapter
        yield from (("TRACKNUMBER", str(number)), ("TRACKTOTAL", str(of_how_many)))


def _chapters(marks: Sequence[ChapterMark], sample_rate: int) -> Iterator[tuple[str, str]]:
    for number, mark in enumerate(marks, 1):
        seconds, thousandths = divmod(scaled(mark.start, sample_rate, 1000), 1000)
        time = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}.{thousandths:03}"
        yield f"CHAPTER{number:03}", time
        yield f"CHAPTER{number:03}NAME", mark.title
