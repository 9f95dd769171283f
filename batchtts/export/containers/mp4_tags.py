"""What an MP4 file tells of a book: tags as iTunes writes them, and chapters as Nero does."""

import struct
from collections.abc import Sequence

from batchtts.export.book import ChapterMark, Tags
from batchtts.export.containers.boxes import Box, full_box
from batchtts.export.containers.marks import GENRE, clipped, is_png, scaled, title_of

MAX_NERO_CHAPTERS = 255
"""How many chapters the box `chpl` can count."""

_BYTES, _TEXT, _JPEG, _PNG, _INTEGER = 0, 1, 13, 14, 21
_AUDIOBOOK = 2
_MAX_TITLE_BYTES = 255
_NERO_UNITS = 10_000_000


def user_data(tags: Tags, marks: Sequence[ChapterMark], sample_rate: int) -> Box:
    """Return the box for all that players show."""
    handler = full_box(b"hdlr", 0, 0, struct.pack(">4x4s4s9x", b"mdir", b"appl"))
    meta = full_box(b"meta", 0, 0, handler, Box(b"ilst", *_entries(tags, marks)))
    return Box(b"udta", meta, *_nero_chapters(marks, sample_rate))


def _entries(tags: Tags, marks: Sequence[ChapterMark]) -> list[Box]:
    texts = {
        b"\xa9nam": title_of(tags, marks),
        b"\xa9ART": tags.author,
        b"aART": tags.author,
        b"\xa9alb": tags.title,
        b"\xa9wrt": tags.narrator,  # players of audiobooks show the composer as the narrator
        b"\xa9nrt": tags.narrator,
        b"\xa9day": tags.year,
        b"\xa9gen": GENRE,
        b"desc": tags.description,
        b"\xa9cmt": tags.synthetic,
    }
    boxes = [_entry(name, _TEXT, text.encode()) for name, text in texts.items() if text]
    boxes.append(_entry(b"stik", _INTEGER, bytes([_AUDIOBOOK])))
    boxes.append(_entry(b"pgap", _INTEGER, b"\1"))
    if tags.chapter is not None:
        boxes.append(_entry(b"trkn", _BYTES, struct.pack(">2x2H2x", *tags.chapter)))
    if tags.language:
        boxes.append(_named_entry("LANGUAGE", tags.language))
    if tags.cover:
        boxes.append(_entry(b"covr", _PNG if is_png(tags.cover) else _JPEG, tags.cover))
    return boxes


def _entry(name: bytes, kind: int, value: bytes) -> Box:
    return Box(name, Box(b"data", struct.pack(">II", kind, 0), value))


def _named_entry(name: str, value: str) -> Box:
    """Return an entry that has no four letters of its own."""
    return Box(
        b"----",
        full_box(b"mean", 0, 0, b"com.apple.iTunes"),
        full_box(b"name", 0, 0, name.encode()),
        Box(b"data", struct.pack(">II", _TEXT, 0), value.encode()),
    )


def _nero_chapters(marks: Sequence[ChapterMark], sample_rate: int) -> list[Box]:
    """Return the box `chpl`, or none where it cannot count the chapters.

    A list that ended with the 255th would say that all that follows is that one.
    """
    if not 0 < len(marks) <= MAX_NERO_CHAPTERS:
        return []
    rows = []
    for mark in marks:
        title = clipped(mark.title, _MAX_TITLE_BYTES)
        rows.append(struct.pack(">QB", scaled(mark.start, sample_rate, _NERO_UNITS), len(title)) + title)
    return [full_box(b"chpl", 1, 0, bytes(4), bytes([len(rows)]), *rows)]
