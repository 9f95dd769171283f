"""Bytes that come in pieces, cut wherever their reader cuts them."""

from collections.abc import Sequence
from typing import Protocol

from batchtts.errors import BatchttsError


class StreamError(BatchttsError):
    """A stream of encoded sound is not what it should be."""


class Splitter(Protocol):
    """Cuts a stream into bare packets.  The same packets come out however the stream is cut into pieces."""

    @property
    def config(self) -> bytes:
        """Return what a decoder must know beforehand, as `Track.config`; known with the first packet."""
        ...

    def feed(self, piece: bytes) -> Sequence[bytes]:
        """Return the packets that end in this piece.  Raises `StreamError` where the stream is broken."""
        ...

    def finish(self) -> None:
        """Raise `StreamError` unless the stream ended with a packet, and had one."""
        ...


class Reading:
    """What of a stream has come and was not taken yet."""

    def __init__(self, name: str) -> None:
        """`name` is what errors call the stream."""
        self._name = name
        self._held = bytearray()
        self._taken = 0

    def add(self, piece: bytes) -> None:
        """Take further bytes."""
        self._held += piece

    def peek(self, n_bytes: int) -> bytes | None:
        """Return the next bytes, None until so many have come."""
        return bytes(self._held[:n_bytes]) if len(self._held) >= n_bytes else None

    def take(self, n_bytes: int) -> bytes | None:
        """Return the next bytes and go on behind them, None until so many have come."""
        taken = self.peek(n_bytes)
        if taken is not None:
            del self._held[:n_bytes]  # a bytearray moves its beginning, not its bytes
            self._taken += n_bytes
        return taken

    def finish(self) -> None:
        """Raise `StreamError` if bytes are left over."""
        if self._held:
            raise self.error(f"it is cut off: {len(self._held)} bytes are left over")

    def error(self, what: str) -> StreamError:
        """Return what to raise where the next byte is wrong."""
        return StreamError(
            f"{self._name}: at byte {self._taken}, {what}",
            hint="Encode it again; what wrote it was stopped, or is no program that batchtts knows.",
        )
