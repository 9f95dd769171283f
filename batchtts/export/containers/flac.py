"""FLAC (RFC 9639) that ffmpeg wrote, with our own metadata: its own has no chapters."""

from collections.abc import Iterator, Sequence
from typing import BinaryIO

from batchtts.export.book import ChapterMark, Tags
from batchtts.export.containers import vorbis_comment
from batchtts.export.containers.marks import check
from batchtts.export.containers.sources import STRETCH_BYTES, Sink
from batchtts.export.containers.streams import StreamError

_MAGIC = b"fLaC"
_STREAMINFO, _PADDING, _COMMENT, _PICTURE = 0, 1, 4, 6
_REPLACED = {_PADDING, _COMMENT, _PICTURE}
_STREAMINFO_BYTES = 34
_LAST = 0x80
_MAX_BLOCK_BYTES = 0xFF_FFFF


def write(out: Sink, source: BinaryIO, marks: Sequence[ChapterMark], tags: Tags) -> None:
    """Copy a FLAC file from where `source` stands, with these marks and tags in the place of its own.

    Its STREAMINFO stays as it is; so does all else that tells of the sound, such as a seek table, which counts
    from the first frame.  Raises `StreamError` if the source is no whole FLAC file, and `ValueError` where marks
    do not fit the sound or a cover is too large.
    """
    kept = list(_blocks(source))
    sample_rate, n_samples = _checked(kept)
    check(marks, n_samples)
    kept.append((_COMMENT, vorbis_comment.comments(tags, marks, sample_rate)))
    if tags.cover:
        kept.append((_PICTURE, vorbis_comment.picture(tags.cover)))
    out.write(_MAGIC)
    for number, (kind, body) in enumerate(kept, 1):
        if len(body) > _MAX_BLOCK_BYTES:
            raise ValueError(f"FLAC holds no cover or comments of {len(body)} bytes; 16 MiB are its limit")
        out.write(bytes([kind | (_LAST if number == len(kept) else 0)]) + len(body).to_bytes(3, "big") + body)
    if not (frames := source.read(STRETCH_BYTES)):
        raise _error("it is cut off before its first frame")
    while frames:
        out.write(frames)
        frames = source.read(STRETCH_BYTES)


def _blocks(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the blocks that are kept; what follows in the source are frames."""
    if source.read(len(_MAGIC)) != _MAGIC:
        raise _error("it does not begin as FLAC does")
    is_last = False
    while not is_last:
        head = _read(source, 4)
        is_last, kind = bool(head[0] & _LAST), head[0] & ~_LAST
        body = _read(source, int.from_bytes(head[1:], "big"))
        if kind not in _REPLACED:
            yield kind, body


def _checked(blocks: Sequence[tuple[int, bytes]]) -> tuple[int, int]:
    """Return the rate and the number of samples that the first block tells (RFC 9639, 8.2)."""
    if not blocks or blocks[0][0] != _STREAMINFO or len(blocks[0][1]) != _STREAMINFO_BYTES:
        raise _error("its first block is not a STREAMINFO")
    bits = int.from_bytes(blocks[0][1][10:18], "big")
    sample_rate, n_samples = bits >> 44, bits & 0xF_FFFF_FFFF
    if not sample_rate or not n_samples:
        raise _error("it does not say how long it is; it was written into a pipe")
    return sample_rate, n_samples


def _read(source: BinaryIO, n_bytes: int) -> bytes:
    data = source.read(n_bytes)
    if len(data) != n_bytes:
        raise _error("it is cut off in its metadata")
    return data


def _error(what: str) -> StreamError:
    return StreamError(f"FLAC: {what}", hint="Have ffmpeg write it into a file, whole.")
