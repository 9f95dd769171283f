"""How many bytes of an encoded stream belong to how many samples, so that frames can be cut where words end.

An encoder keeps back some of what it was given: a whole packet of its input, what its filters look ahead to, and a
frame that is not full.  An offset in the stream is therefore told for a sample that lies a little back.  If an
encoder keeps back more than is thought here, the frame waits for what follows; nothing is lost.
"""

import re
from typing import Protocol

from batchtts.lmnt.wire import SAMPLE_RATE

_PACKET = 2_048
"""Samples at 24 kHz that ffmpeg collects before it goes on."""
_RESAMPLER = 1_280
"""Samples at the new rate that its resampler looks ahead to; 1,200 were measured at most."""

_WIDTHS = {"pcm_s16le": 2, "raw": 2, "pcm_f32le": 4, "ulaw": 1}
_UNTOUCHED = ("pcm_s16le", "raw", "pcm_f32le")

_MP3_FRAME = 576
_MP3_LOOKAHEAD = 2 * _MP3_FRAME
_MP3_KILOBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
"""Of layer III in MPEG-2 and 2.5, by the index in a frame's header (ISO/IEC 13818-3, 2.4.2.3)."""

_CLUSTER_SAMPLES = SAMPLE_RATE // 10
_CLUSTER_LOOKAHEAD = _CLUSTER_SAMPLES * 3 // 2
_CLUSTER = re.compile(
    rb"\x1f\x43\xb6\x75([\x40-\x7f].|[\x81-\xfe])\xe7(?:\x81(.)|\x82(..)|\x83(...)|\x84(....))", re.DOTALL
)
"""The head of a Matroska cluster: its id, its length and its time in milliseconds (RFC 9559, 5.1.3)."""
_LONGEST_HEAD = 12


class Meter(Protocol):
    """Follows one stream."""

    def read(self, data: bytes) -> None:
        """Take note of the next bytes of the stream."""
        ...

    def offset(self, n_samples: int, *, ended: bool = False) -> int | None:
        """Return where the first `n_samples` at 24 kHz end, None while the stream has not come so far.

        Once it has `ended` nothing is kept back.
        """
        ...


def meter_of(format: str, sample_rate: int) -> Meter:  # noqa: A002  # their word
    """Return a meter for a stream of a format at a rate."""
    resampler = 0 if sample_rate == SAMPLE_RATE else _RESAMPLER * SAMPLE_RATE // sample_rate
    if format == "webm":
        return _WebmMeter(_PACKET + resampler + _CLUSTER_LOOKAHEAD)
    if format == "mp3":
        lookahead = _MP3_LOOKAHEAD * SAMPLE_RATE // sample_rate
        return _FrameMeter(sample_rate, n_bytes=None, n_kept=_PACKET + resampler + lookahead)
    untouched = format in _UNTOUCHED and not resampler
    return _FrameMeter(sample_rate, n_bytes=_WIDTHS[format], n_kept=0 if untouched else _PACKET + resampler)


class _FrameMeter:
    """Follows a stream of frames of one size: single samples, or those of MP3 at a constant bit rate."""

    def __init__(self, sample_rate: int, *, n_bytes: int | None, n_kept: int) -> None:
        self._rate = sample_rate
        self._frame_samples = _MP3_FRAME if n_bytes is None else 1
        self._frame_bytes = n_bytes
        self._n_kept = n_kept
        self._n_read = 0
        self._head = b""

    def read(self, data: bytes) -> None:
        self._n_read += len(data)
        if self._frame_bytes is None:
            self._head = (self._head + data)[:4]
            if len(self._head) == 4:
                kilobits = _MP3_KILOBITS[self._head[2] >> 4]
                self._frame_bytes = kilobits * 1_000 * _MP3_FRAME // 8 // self._rate

    def offset(self, n_samples: int, *, ended: bool = False) -> int | None:
        if self._frame_bytes is None:
            return 0 if ended else None
        surely = n_samples if ended else max(0, n_samples - self._n_kept)
        offset = surely * self._rate // SAMPLE_RATE // self._frame_samples * self._frame_bytes
        if offset > self._n_read:
            return self._n_read if ended else None
        return offset


class _WebmMeter:
    """Follows a stream of clusters, which say at what time they begin and how long they are."""

    def __init__(self, n_kept: int) -> None:
        self._n_kept = n_kept
        self._n_read = 0
        self._rest = b""
        self._clusters: list[tuple[int, int]] = []  # the sample and the byte at which each ends

    def read(self, data: bytes) -> None:
        self._rest += data
        self._n_read += len(data)
        first = self._n_read - len(self._rest)
        position = 0
        for head in _CLUSTER.finditer(self._rest):
            milliseconds = int.from_bytes(next(group for group in head.groups()[1:] if group is not None))
            n_bytes = int.from_bytes(head[1]) & (0x7F if len(head[1]) == 1 else 0x3FFF)
            end = milliseconds * SAMPLE_RATE // 1_000 + _CLUSTER_SAMPLES
            self._clusters.append((end, first + head.end(1) + n_bytes))
            position = head.end()
        self._rest = self._rest[max(position, len(self._rest) - _LONGEST_HEAD + 1) :]

    def offset(self, n_samples: int, *, ended: bool = False) -> int | None:
        surely = n_samples if ended else n_samples - self._n_kept
        while len(self._clusters) > 1 and self._clusters[0][0] < surely:
            del self._clusters[0]
        if self._clusters and self._clusters[0][0] >= surely and self._clusters[0][1] <= self._n_read:
            return self._clusters[0][1]
        return self._n_read if ended else None
