"""The checksum of LAME: CRC-16 with the polynomial x¹⁶ + x¹⁵ + x² + 1, bits of a byte from the lowest up.

That polynomial is (x + 1)(x¹⁵ + x + 1), whose powers of x repeat after 32767.  So bytes that lie 32767 bytes apart count
alike, and a stream may be folded onto itself with exclusive or, which is fast, before it is divided.
"""

_PERIOD = 32_767


def _table() -> tuple[int, ...]:
    rows = []
    for row in range(256):
        for _ in range(8):
            row = row >> 1 ^ (0xA001 if row & 1 else 0)  # noqa: PLW2901  # eight steps of one division
        rows.append(row)
    return tuple(rows)


_ROWS = _table()


def crc16(data: bytes) -> int:
    """Return the checksum of some bytes."""
    value = 0
    for byte in data:
        value = value >> 8 ^ _ROWS[(value ^ byte) & 0xFF]
    return value


class Crc16:
    """The checksum of a long stream."""

    def __init__(self) -> None:
        self._folded = 0
        self._held = b""

    def update(self, data: bytes) -> None:
        """Take further bytes."""
        held = self._held + data
        for start in range(0, len(held) - _PERIOD + 1, _PERIOD):
            self._folded ^= int.from_bytes(held[start : start + _PERIOD], "little")
        self._held = held[len(held) - len(held) % _PERIOD :]

    @property
    def value(self) -> int:
        """Return the checksum of all bytes so far."""
        return crc16(self._folded.to_bytes(_PERIOD, "little") + self._held)
