"""Chapters and tags of a WAV file, in chunks behind its samples.

`cue `, `LIST` of `adtl` and `LIST` of `INFO` are those of Microsoft's Multimedia Programming Interface 1.0.
None of them holds a cover or a narrator, so a tag of ID3 stands there as well, as taggers write it.
"""

import struct
from collections.abc import Sequence

from batchtts.export.book import ChapterMark, Tags
from batchtts.export.containers import id3
from batchtts.export.containers.boxes import U32
from batchtts.export.containers.marks import GENRE, title_of


def chunks(marks: Sequence[ChapterMark], tags: Tags, sample_rate: int) -> bytes:
    """Return what stands behind the samples, for `batchtts.audio.wav.header(n_after=...)` its length.

    A mark behind sample 2³² has no place in `cue ` and is left out.
    """
    counted = [(number, mark) for number, mark in enumerate(marks, 1) if mark.start <= U32]
    found = [_info(tags, marks), _chunk(b"id3 ", id3.tag(tags, marks, sample_rate, tells_of_chapters=False))]
    if counted:
        points = b"".join(
            struct.pack("<II4sIII", number, mark.start, b"data", 0, 0, mark.start) for number, mark in counted
        )
        labels = b"".join(
            _chunk(b"labl", struct.pack("<I", number) + mark.title.encode() + b"\0")
            for number, mark in counted
        )
        found += [
            _chunk(b"cue ", struct.pack("<I", len(counted)) + points),
            _chunk(b"LIST", b"adtl" + labels),
        ]
    return b"".join(found)


def _info(tags: Tags, marks: Sequence[ChapterMark]) -> bytes:
    texts = {
        b"INAM": title_of(tags, marks),
        b"IART": tags.author,
        b"IPRD": tags.title,
        b"ICRD": tags.year,
        b"IGNR": GENRE,
        b"ILNG": tags.language,
        b"ISBJ": tags.description,
        b"ICMT": tags.synthetic,
        b"IPRT": None if tags.chapter is None else str(tags.chapter[0]),
    }
    rows = [_chunk(name, text.encode() + b"\0") for name, text in texts.items() if text]
    return _chunk(b"LIST", b"INFO" + b"".join(rows))


def _chunk(name: bytes, body: bytes) -> bytes:
    """Return a chunk, made even."""
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
