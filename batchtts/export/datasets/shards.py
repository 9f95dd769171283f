"""Which file of several a row goes into, so that a change of one row changes one file.

A shard holds the rows of one split whose places in the plan lie in one window.  Windows depend on the plan's length and the
shares of the splits alone, so rows that are changed, left out or moved to another split leave all other shards as they are; rows that
are added at the end change the last ones.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from batchtts.export.corpus import Corpus
from batchtts.export.utterance import SPLITS, Utterance


class Closable(Protocol):
    """What writes one shard."""

    def close(self) -> None:
        """Write what follows the last row."""


T = TypeVar("T", bound=Closable)


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of one split: `size` places of the plan each, `n_shards` of them."""

    size: int
    n_shards: int

    @classmethod
    def of(cls, corpus: Corpus, split: str) -> "Windows":
        """Return windows in which about as many rows of a split lie as a shard shall have."""
        splits = corpus.dataset.splits
        shares = {"validation": splits.validation, "test": splits.test}
        shares["train"] = 1 - sum(shares.values())
        # A table may say itself which split a row belongs to; then no share is known.
        share = shares.get(split, 0.0) or 1.0
        size = max(1, round(corpus.dataset.rows_per_shard / share))
        return cls(size, max(1, -(-corpus.n_planned // size)))


class Shards(Generic[T]):
    """Opens the shards of all splits one after the other; `opened` begins one, from its split, number and count."""

    def __init__(self, corpus: Corpus, opened: Callable[[str, int, int], T]) -> None:
        self._windows = {split: Windows.of(corpus, split) for split in SPLITS}
        self._opened = opened
        self._shards: dict[str, tuple[int, T]] = {}

    def of(self, utterance: Utterance) -> T:
        """Return the shard that a row goes into; those before it in its split are closed."""
        windows = self._windows[utterance.split]
        number = utterance.number // windows.size
        opened, shard = self._shards.get(utterance.split, (-1, None))
        if shard is None or opened != number:
            shard = self._advance(utterance.split, opened, number)
        return shard

    def finish(self) -> None:
        """Close the last shards; splits that have any row have all of their shards then."""
        for split, (opened, _) in list(self._shards.items()):
            self._advance(split, opened, self._windows[split].n_shards - 1)
        for _, shard in self._shards.values():
            shard.close()

    def _advance(self, split: str, opened: int, number: int) -> T:
        """Open the shards up to a number; names count all of them, so those without a row are there too."""
        windows = self._windows[split]
        for each in range(opened + 1, number + 1):
            if each:
                self._shards[split][1].close()
            self._shards[split] = (each, self._opened(split, each, windows.n_shards))
        return self._shards[split][1]
