"""Chapters as they are listed by whoever opens a file: ffmpeg's own listing, and what a WAV file says of cues.

ffmpeg's form is `ffmetadata`, version 1: sections of `KEY=VALUE`, in which a backslash goes before whatever would
mean something.  It lists no cues, so those are read here, from the chunks behind the samples.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

from batchtts.audio import wav

_SECTION = re.compile(r"^\[CHAPTER\]\n", re.MULTILINE)
_VALUE = re.compile(r"^(TIMEBASE|START|title)=((?:[^\\\n]|\\.|\\\n)*)$", re.MULTILINE)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_CHUNK = struct.Struct("<4sI")
_CUE = struct.Struct("<II4sIII")


_READ = (b"fmt ", b"ds64", b"cue ", b"LIST")


class MarksUnreadable(ValueError):
    """A file is not there, or is not what could list chapters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMark:
    """A chapter in a listing, which may count in units that are longer than a sample."""

    seconds: Fraction
    title: str


def of_ffmpeg(listing: str) -> list[ListedMark]:
    """Return the chapters in a listing of `ffmpeg -f ffmetadata`."""
    marks = []
    for section in _SECTION.split(listing)[1:]:
        values = {key: _ESCAPED.sub(r"\1", value) for key, value in _VALUE.findall(section.split("\n[")[0])}
        seconds = Fraction(values["TIMEBASE"]) * int(values["START"])
        marks.append(ListedMark(seconds=seconds, title=values.get("title", "")))
    return marks


def of_wav(path: Path) -> list[ListedMark]:
    """Return the cues of a WAV file, with their labels; raise `MarksUnreadable` if it is damaged, or none."""
    try:
        with path.open("rb") as stream:
            return list(_cues(dict(_chunks(stream))))
    except (OSError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise MarksUnreadable(f"no cues can be read from it ({error!r})") from error


def _cues(chunks: Mapping[bytes, bytes]) -> Iterator[ListedMark]:
    rate = struct.unpack_from("<I", chunks[b"fmt "], 4)[0]
    labels = dict(_labels(chunks.get(b"adtl", b"")))
    cues = chunks.get(b"cue ", bytes(4))[4:]
    for number, _, _, _, _, place in _CUE.iter_unpack(cues):
        yield ListedMark(seconds=Fraction(place, rate), title=labels.get(number, ""))


def _chunks(stream: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a WAV file that are of use here; a list goes by its kind."""
    stream.seek(12)
    long_size = 0
    while len(head := stream.read(_CHUNK.size)) == _CHUNK.size:
        name, size = _CHUNK.unpack(head)
        if name not in _READ:
            size = long_size if name == b"data" and size == wav.RIFF_LIMIT else size
            stream.seek(size + size % 2, 1)
            continue
        body = stream.read(size + size % 2)[:size]
        if name == b"ds64":
            long_size = struct.unpack_from("<Q", body, 8)[0]
        yield (body[:4], body[4:]) if name == b"LIST" else (name, body)


def _labels(chunk: bytes) -> Iterator[tuple[int, str]]:
    position = 0
    while position + _CHUNK.size < len(chunk):
        _, size = _CHUNK.unpack_from(chunk, position)
        body = chunk[position + _CHUNK.size :][:size]
        yield struct.unpack_from("<I", body)[0], body[4:].rstrip(b"\0").decode()
        position += _CHUNK.size + size + size % 2
