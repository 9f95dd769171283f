"""Whether audio that was received is the whole file it says it is, without decoding it.

RIFF and RF64 count their own bytes (Multimedia Programming Interface 1.0, EBU Tech 3306).  A frame of MPEG
layer III (ISO/IEC 11172-3, 13818-3) and of ADTS (ISO/IEC 13818-7) tells its own length, so that a file which
ends inside a frame was cut.  Of other formats, only what they begin with is looked at.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

_UNKNOWN_LENGTHS = (0, 0xFFFF_FFFF)
_TAG_HEADER = 10
_ADTS_HEADER = 7


class Soundness(Protocol):
    """Looks at a file piece by piece."""

    def feed(self, piece: bytes) -> None:
        """Take note of the next bytes."""

    def fault(self) -> str | None:
        """Return what is wrong with the file, of which all has been fed."""


def soundness_of(format_name: str | None) -> Soundness:
    """Return what can judge a format of LMNT; None stands for one that the server chooses."""
    if format_name in {"wav", "ulaw"}:
        return _Riff()
    if format_name == "mp3":
        return _Frames("an MP3 file", _layer_three_frame)
    if format_name == "aac":
        return _Frames("an AAC file", _adts_frame, may_be_boxed=True)
    return _Opening("a WebM file", b"\x1a\x45\xdf\xa3") if format_name == "webm" else _Opening("audio", b"")


def fault_of(audio: bytes, format_name: str | None) -> str | None:
    """Return what is wrong with a whole file, None if nothing was found."""
    soundness = soundness_of(format_name)
    soundness.feed(audio)
    return soundness.fault()


class _Opening:
    """Judges a file by its first bytes."""

    def __init__(self, kind: str, magic: bytes) -> None:
        self._kind = kind
        self._magic = magic
        self._head = b""

    def feed(self, piece: bytes) -> None:
        if len(self._head) < 16:
            self._head += piece[:16]

    def fault(self) -> str | None:
        if not self._head:
            return "it is empty"
        return None if self._head.startswith(self._magic) else f"it is not {self._kind}"


class _Riff:
    """Compares the length of a RIFF file with what its header says."""

    def __init__(self) -> None:
        self._head = b""
        self._n_bytes = 0

    def feed(self, piece: bytes) -> None:
        if len(self._head) < 12:
            self._head += piece[: 12 - len(self._head)]
        self._n_bytes += len(piece)

    def fault(self) -> str | None:
        if not self._n_bytes:
            return "it is empty"
        if len(self._head) < 12 or self._head[:4] not in {b"RIFF", b"RF64"} or self._head[8:] != b"WAVE":
            return "it is not a WAV file"
        [n_told] = struct.unpack_from("<I", self._head, 4)
        if n_told not in _UNKNOWN_LENGTHS and self._n_bytes < n_told + 8:
            return f"it is cut off: {self._n_bytes} of {n_told + 8} bytes are there"
        return None


class _Frames:
    """Walks from frame to frame, as long as one follows the other; AAC may come in boxes (MP4) instead."""

    def __init__(
        self, kind: str, frame_bytes: Callable[[bytes, int], int | None], *, may_be_boxed: bool = False
    ) -> None:
        self._kind = kind
        self._frame_bytes = frame_bytes
        self._may_be_boxed = may_be_boxed
        self._head = b""
        self._rest = b""
        self._n_to_skip = 0
        self._n_frames = 0
        self._in_step = True

    def feed(self, piece: bytes) -> None:
        if len(self._head) < 16:
            self._head += piece[:16]
        data = self._rest + piece if self._rest else piece
        position = self._n_to_skip
        while self._in_step and position + _TAG_HEADER <= len(data):
            position += self._step(data, position)
        self._rest = data[position:] if self._in_step else b""
        self._n_to_skip = max(0, position - len(data))

    def _step(self, data: bytes, position: int) -> int:
        if data.startswith(b"ID3", position):
            return _tag_bytes(data, position)
        n_bytes = self._frame_bytes(data, position)
        self._in_step = n_bytes is not None
        self._n_frames += self._in_step
        return n_bytes or 0

    def fault(self) -> str | None:
        if not self._head:
            return "it is empty"
        if not self._n_frames and not (self._may_be_boxed and self._head[4:8] == b"ftyp"):
            return f"it is not {self._kind}"
        if self._in_step and self._n_to_skip:
            return f"it is cut off: {self._n_to_skip} bytes of its last frame are missing"
        if self._in_step and self._rest.startswith(b"\xff"):  # too few bytes to tell how many belong to them
            return "it is cut off: its last frame has only begun"
        return None


def _tag_bytes(data: bytes, at: int) -> int:
    """Return the length of an ID3v2 tag, which is told in four times seven bits."""
    first, second, third, fourth = data[at + 6 : at + _TAG_HEADER]
    return _TAG_HEADER + (first << 21 | second << 14 | third << 7 | fourth)


# Kilobits a second by index, of MPEG 1 and of MPEG 2 and 2.5; samples a second of MPEG 1, 2 and 2.5.
_KBITS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_KBITS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
_RATES = {3: (44_100, 48_000, 32_000, 0), 2: (22_050, 24_000, 16_000, 0), 0: (11_025, 12_000, 8_000, 0)}


def _layer_three_frame(data: bytes, at: int) -> int | None:
    second, third = data[at + 1], data[at + 2]
    version = second >> 3 & 3
    if data[at] != 0xFF or second & 0xE6 != 0xE2 or version not in _RATES:
        return None
    rate = _RATES[version][third >> 2 & 3]
    kbits = (_KBITS_1 if version == 3 else _KBITS_2)[third >> 4]
    if not rate or not kbits:
        return None
    return (144 if version == 3 else 72) * kbits * 1_000 // rate + (third >> 1 & 1)


def _adts_frame(data: bytes, at: int) -> int | None:
    if data[at] != 0xFF or data[at + 1] & 0xF6 != 0xF0:
        return None
    n_bytes = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
    return n_bytes if n_bytes >= _ADTS_HEADER else None


@dataclass(frozen=True, slots=True)
class SampleCount:
    """How many samples of one channel a WAV file holds, and how many it plays in a second."""

    n_samples: int
    sample_rate: int

    @property
    def seconds(self) -> float:
        """Return how long it plays."""
        return self.n_samples / self.sample_rate


def samples_of_wav(audio: bytes) -> SampleCount | None:
    """Return how many samples a sound WAV file holds; None if it has no samples or no format.

    A `data` chunk whose length was not known when it was written reaches to the end.
    """
    position, sample_rate, n_block = 12, 0, 0
    while position + 8 <= len(audio):
        name, n_bytes = struct.unpack_from("<4sI", audio, position)
        position += 8
        if name == b"fmt " and n_bytes >= 16 and position + 16 <= len(audio):
            sample_rate, _, n_block = struct.unpack_from("<IIH", audio, position + 4)
        if name == b"data":
            n_data = min(n_bytes, len(audio) - position) or len(audio) - position
            return SampleCount(n_data // n_block, sample_rate) if sample_rate and n_block else None
        position += n_bytes + n_bytes % 2
    return None
