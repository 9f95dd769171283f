"""Where the bytes of a file's sound come from: what is read of encoded chapters, and how much at once."""

from array import array
from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

from batchtts.export.book import Packets, Track
from batchtts.export.containers.streams import StreamError

STRETCH_BYTES = 1 << 18
"""How much is held at once."""


class Sink(Protocol):
    """What a file is written into, from its first byte to its last."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Write bytes at the end."""


def needed(track: Track) -> tuple[Packets, ...]:
    """Return the packets that a decoder needs for the sound of a track; any behind them are left out.

    Raises `ValueError` if there are too few.
    """
    n_left = -(-(track.n_priming + track.n_samples) // track.packet_samples)
    kept = []
    for packets in track.packets:
        if n_left and packets.sizes:
            sizes = packets.sizes[:n_left]
            kept.append(Packets(path=packets.path, first_byte=packets.first_byte, sizes=sizes))
            n_left -= len(sizes)
    if n_left:
        raise ValueError(f"{track.n_samples} samples need {n_left} packets more than there are")
    return tuple(kept)


Sizes: TypeAlias = "array[int]"
"""Many numbers, each in four bytes of memory or eight: `array` itself takes no brackets before Python 3.12."""


def sizes_of(packets: Sequence[Packets]) -> Sizes:
    """Return the sizes of all packets."""
    sizes = array("I")
    for some in packets:
        sizes.extend(some.sizes)
    return sizes


def stretches(packets: Packets) -> Iterator[bytes]:
    """Yield the bytes of the packets, `STRETCH_BYTES` at most at once."""
    n_bytes = sum(packets.sizes)
    return runs(packets, [STRETCH_BYTES] * (n_bytes // STRETCH_BYTES) + [n_bytes % STRETCH_BYTES])


def runs(packets: Packets, lengths: Sequence[int]) -> Iterator[bytes]:
    """Yield the bytes of the packets in runs of these lengths.  Raises `StreamError` if the file is too short."""
    with packets.path.open("rb") as file:
        file.seek(packets.first_byte)
        for length in lengths:
            data = file.read(length)
            if len(data) != length:
                raise StreamError(
                    f"{packets.path}: {length - len(data)} bytes of encoded sound are missing at its end",
                    hint="Delete the file; the next run encodes the chapter again.",
                )
            yield data
