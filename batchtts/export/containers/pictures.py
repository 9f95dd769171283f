"""What a JPEG or PNG says of its size."""

import struct
from dataclasses import dataclass

from batchtts.export.containers.marks import is_png

_PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_NO_LENGTH = {0x01, *range(0xD0, 0xD9)}
_NO_FRAME = {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimensions:
    """The size of a picture in pixels; all are zero where it cannot be told, as FLAC has it."""

    width: int = 0
    height: int = 0
    bits_per_pixel: int = 0


def dimensions(picture: bytes) -> Dimensions:
    """Return the size of a picture."""
    return _of_png(picture) if is_png(picture) else _of_jpeg(picture)


def _of_png(picture: bytes) -> Dimensions:
    """Read the first chunk (ISO/IEC 15948, 11.2.2)."""
    if len(picture) < 26 or picture[12:16] != b"IHDR":
        return Dimensions()
    width, height, depth, colour = struct.unpack_from(">IIBB", picture, 16)
    return Dimensions(width=width, height=height, bits_per_pixel=depth * _PNG_CHANNELS.get(colour, 0))


def _of_jpeg(picture: bytes) -> Dimensions:
    """Read the header of the frame (ISO/IEC 10918-1, B.2.2), passing over the segments before it."""
    position = 2
    while position + 10 <= len(picture) and picture[position] == 0xFF:
        marker = picture[position + 1]
        if marker == 0xFF:  # A fill byte, of which any number may stand before a marker (B.1.1.2).
            position += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            depth, height, width, n_parts = struct.unpack_from(">BHHB", picture, position + 4)
            return Dimensions(width=width, height=height, bits_per_pixel=depth * n_parts)
        is_bare = marker in _NO_LENGTH
        position += 2 if is_bare else 2 + int.from_bytes(picture[position + 2 : position + 4], "big")
    return Dimensions()
