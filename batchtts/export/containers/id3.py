"""ID3 v2.3 (id3.org, 1999), with the chapter frames of its addendum of 2005.

Version 2.3 is what every player reads: some know no 2.4, and some take the lengths of its frames for plain numbers.
Its texts are UTF-16.  A table of contents counts its entries in one byte; where there are more chapters, they stand
in several tables, to which the topmost refers.
"""

import struct
from collections.abc import Iterator, Sequence

from batchtts.export.book import ChapterMark, Tags
from batchtts.export.containers.languages import three_letters
from batchtts.export.containers.marks import GENRE, is_png, scaled, title_of

_LATIN_1, _UTF_16 = b"\0", b"\1"
_BYTE_ORDER = b"\xff\xfe"
_UNKNOWN_OFFSETS = b"\xff" * 8
_ORDERED, _TOPMOST = 1, 2
_MAX_ENTRIES = 255
_FRONT_COVER = b"\3"
_MAX_BYTES = 1 << 28


def tag(
    tags: Tags, marks: Sequence[ChapterMark], sample_rate: int, *, tells_of_chapters: bool = True
) -> bytes:
    """Return the tag that stands at the beginning of an MP3 file; raise `ValueError` if its cover is too large.

    Without `tells_of_chapters` it has no frames for them: the file tells of them in another way.
    """
    told = marks if tells_of_chapters else ()
    frames = (
        _texts(tags, marks),
        _comments(tags),
        _contents(told),
        _chapters(told, sample_rate),
        _cover(tags),
    )
    body = b"".join(frame for some in frames for frame in some)
    if len(body) >= _MAX_BYTES:
        raise ValueError(f"ID3 holds no cover or comments of {len(body)} bytes; 256 MiB are its limit")
    return b"ID3\3\0\0" + bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0)) + body


def _texts(tags: Tags, marks: Sequence[ChapterMark]) -> Iterator[bytes]:
    texts = {
        b"TIT2": title_of(tags, marks),
        b"TALB": tags.title,
        b"TPE1": tags.author,
        b"TPE2": tags.author,
        b"TCOM": tags.narrator,  # players of audiobooks show the composer as the narrator
        b"TYER": tags.year,
        b"TCON": GENRE,
        b"TLAN": three_letters(tags.language) if tags.language else None,
        b"TRCK": None if tags.chapter is None else "{}/{}".format(*tags.chapter),
    }
    return (_frame(name, _UTF_16 + _wide(text)) for name, text in texts.items() if text)


def _comments(tags: Tags) -> Iterator[bytes]:
    """Yield the note, which players show, and the description, under the name of one."""
    language = three_letters(tags.language).encode()
    for name, text in (("", tags.synthetic), ("description", tags.description)):
        if text:
            yield _frame(b"COMM", _UTF_16 + language + _wide(name) + b"\0\0" + _wide(text))


def _contents(marks: Sequence[ChapterMark]) -> Iterator[bytes]:
    """Yield the tables of contents, the topmost first."""
    chapters = [_chapter_id(number) for number in range(len(marks))]
    tables = [chapters[first : first + _MAX_ENTRIES] for first in range(0, len(chapters), _MAX_ENTRIES)]
    if len(tables) == 1:
        yield _table(b"toc", _TOPMOST, tables[0])
    elif tables:
        names = [b"toc%d" % number for number in range(len(tables))]
        yield _table(b"toc", _TOPMOST, names)
        for name, entries in zip(names, tables, strict=True):
            yield _table(name, 0, entries)


def _table(name: bytes, flags: int, entries: Sequence[bytes]) -> bytes:
    body = name + b"\0" + bytes([flags | _ORDERED, len(entries)])
    return _frame(b"CTOC", body + b"".join(entry + b"\0" for entry in entries))


def _chapters(marks: Sequence[ChapterMark], sample_rate: int) -> Iterator[bytes]:
    """Yield a frame for each chapter; where its bytes lie is for a player to find."""
    for number, mark in enumerate(marks):
        times = (scaled(time, sample_rate, 1000) for time in (mark.start, mark.start + mark.n_samples))
        head = _chapter_id(number) + b"\0" + struct.pack(">II", *times) + _UNKNOWN_OFFSETS
        yield _frame(b"CHAP", head + _frame(b"TIT2", _UTF_16 + _wide(mark.title)))


def _chapter_id(number: int) -> bytes:
    return b"ch%d" % number


def _cover(tags: Tags) -> Iterator[bytes]:
    if tags.cover:
        media_type = b"image/png" if is_png(tags.cover) else b"image/jpeg"
        yield _frame(b"APIC", _LATIN_1 + media_type + b"\0" + _FRONT_COVER + b"\0" + tags.cover)


def _wide(text: str) -> bytes:
    return _BYTE_ORDER + text.replace("\0", " ").encode("utf-16-le")


def _frame(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">IH", len(body), 0) + body
