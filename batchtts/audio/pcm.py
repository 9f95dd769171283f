"""Mono 16-bit audio in memory, the one form in which sound travels inside batchtts."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

SAMPLE_BYTES = 2


@dataclass(frozen=True)
class Pcm:
    """Mono, 16-bit, little-endian samples and their rate in samples a second.

    It has no slots: the hash is kept once it is known, as several ask for it.
    """

    data: bytes
    sample_rate: int

    def __post_init__(self) -> None:
        """Refuse half a sample: in a file, all that follows it would be read from the wrong place."""
        if len(self.data) % SAMPLE_BYTES:
            raise ValueError(f"{len(self.data)} bytes are no whole number of 16-bit samples")

    @property
    def n_samples(self) -> int:
        """Return how many samples there are."""
        return len(self.data) // SAMPLE_BYTES

    @property
    def seconds(self) -> float:
        """Return how long it takes to play."""
        return self.n_samples / self.sample_rate

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the samples, whatever file they are kept in."""
        return hashlib.sha256(self.data).hexdigest()

    def slice(self, start: int, end: int) -> "Pcm":
        """Return the samples from `start` up to `end`, which are sample numbers."""
        return Pcm(self.data[start * SAMPLE_BYTES : end * SAMPLE_BYTES], self.sample_rate)
