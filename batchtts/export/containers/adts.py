"""AAC as ffmpeg streams it: frames that each say how long they are.

The header is that of ISO/IEC 13818-7, 6.2; AudioSpecificConfig is that of ISO/IEC 14496-3, 1.6.2.1.
"""

from batchtts.export.containers.streams import Reading

SAMPLE_RATES = (
    96_000,
    88_200,
    64_000,
    48_000,
    44_100,
    32_000,
    24_000,
    22_050,
    16_000,
    12_000,
    11_025,
    8_000,
    7_350,
)
"""What four bits say of a rate."""

PACKET_SAMPLES = 1024
_HEADER_BYTES = 7
_CRC_BYTES = 2
_LOW_COMPLEXITY = 1


class AdtsSplitter:
    """Cuts a stream of ADTS frames into bare packets."""

    def __init__(self) -> None:
        self._reading = Reading("AAC")
        self._config = b""

    @property
    def config(self) -> bytes:
        """Return the AudioSpecificConfig, empty before the first packet."""
        return self._config

    def feed(self, piece: bytes) -> list[bytes]:
        """Return the packets that end in this piece.  Raises `StreamError`."""
        self._reading.add(piece)
        packets = []
        while header := self._reading.peek(_HEADER_BYTES):
            n_header, n_frame = self._checked(header)
            frame = self._reading.take(n_frame)
            if frame is None:
                break
            packets.append(frame[n_header:])
        return packets

    def finish(self) -> None:
        """Raise `StreamError` unless the stream ended with a frame."""
        self._reading.finish()
        if not self._config:
            raise self._reading.error("it has no frame")

    def _checked(self, header: bytes) -> tuple[int, int]:
        """Return how long the header of a frame is, and the frame with it, in bytes."""
        if header[0] != 0xFF or header[1] & 0xF6 != 0xF0:
            raise self._reading.error("no ADTS frame begins")
        profile, rate, channels = header[2] >> 6, header[2] >> 2 & 0xF, (header[2] & 1) << 2 | header[3] >> 6
        if profile != _LOW_COMPLEXITY or rate >= len(SAMPLE_RATES) or not channels:
            raise self._reading.error(
                f"a frame is not plain AAC-LC: profile {profile}, rate {rate}, {channels} channels"
            )
        if header[6] & 0b11:
            raise self._reading.error("a frame holds more than one packet")
        config = ((profile + 1) << 11 | rate << 7 | channels << 3).to_bytes(2, "big")
        if self._config not in (b"", config):
            raise self._reading.error("the rate or the channels change in the middle")
        n_header = _HEADER_BYTES + (0 if header[1] & 1 else _CRC_BYTES)
        n_frame = (header[3] & 0b11) << 11 | header[4] << 3 | header[5] >> 5
        if n_frame <= n_header:
            raise self._reading.error("a frame is empty")
        self._config = config
        return n_header, n_frame
