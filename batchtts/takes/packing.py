"""The one thread that writes takes: it makes them, puts them into packs, and lets many share one sync of the disk."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeAlias

from batchtts.files import Workspace
from batchtts.gathering import Entry, Gathering
from batchtts.model import Take, TakeRecord
from batchtts.takes.form import StoredTake, TakeDamaged, encode, record
from batchtts.takes.growing import Shelf
from batchtts.takes.reading import TakeReader

MAX_UNSYNCED_BYTES = 4 << 20
"""More than this in one sync would make the first take of it wait for the last."""

_Request: TypeAlias = Callable[[], Any]


class Packer:
    """Puts takes into new packs; whoever is told that a take is stored can rely on the disk.

    After a write or a sync that failed nobody can say what is on the disk, so nothing more is promised: all who
    wait, and all who ask later, get that `OSError`.  Only one process may do this in an output folder; whoever
    has the ledger may.  `known` are packs whose numbers must not be used again, though they may be gone.
    """

    def __init__(self, workspace: Workspace, *, known: Iterable[str] = ()) -> None:
        self._shelf = Shelf(workspace, known)
        closed = ValueError("the packer has been closed")
        self._gathering: Gathering[_Request] = Gathering("packer", self._handle, closed=closed)

    def __enter__(self) -> Self:
        """Return the packer."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the packer."""
        self.close()

    @property
    def sealed(self) -> tuple[str, ...]:
        """Return the names of the packs that were sealed so far, and will never change again."""
        return self._shelf.sealed

    async def store(self, make: Callable[[], StoredTake]) -> TakeRecord:
        """Store the take that `make` returns, and return what the ledger should say of it.

        `make` runs on the thread of the packer; what it raises is raised here, and concerns nobody else.  The
        take is stored even when the one who waits is cancelled.
        """
        stored: TakeRecord = await self._gathering.perform(partial(self._store, make))
        return stored

    def store_now(self, stored: StoredTake) -> TakeRecord:
        """Do what `store` does, and wait for it."""
        found: TakeRecord = self._gathering.do(partial(self._store, lambda: stored))
        return found

    def copy(self, takes: Sequence[Take], source: Workspace) -> list[Take | TakeDamaged]:
        """Store the bytes of takes of an output folder, this or another, once more; wait for it.

        Returns for each, in the same order, where it lies now, or why it cannot be used.
        """
        copies: list[Take | TakeDamaged] = self._gathering.do(partial(self._copy, takes, source))
        return copies

    def close(self) -> None:
        """Store what was handed in, then seal the pack; closing twice is fine."""
        self._gathering.close()
        self._shelf.close()

    def _handle(self, batch: list[Entry[_Request]]) -> int:
        """Put takes on the shelf, as many as may share a sync; return how many requests that were."""
        n_handled = 0
        while n_handled < len(batch) and self._shelf.n_unsynced < MAX_UNSYNCED_BYTES:
            self._run(batch[n_handled])
            n_handled += 1
        self._shelf.sync()
        return n_handled

    def _run(self, entry: Entry[_Request]) -> None:
        try:
            entry.result = entry.request()
        except Exception as error:  # whatever it is, it belongs to the one who asked
            if self._shelf.is_broken:
                raise
            entry.error = error

    def _store(self, make: Callable[[], StoredTake]) -> TakeRecord:
        stored = make()
        pieces, sha256, n_bytes = encode(stored)
        pack, start = self._shelf.place(n_bytes)
        found = record(stored, sha256=sha256, n_bytes=n_bytes, pack=pack, start=start)
        self._shelf.put(found.take.name, pieces)
        return found

    def _copy(self, takes: Sequence[Take], source: Workspace) -> list[Take | TakeDamaged]:
        with TakeReader(source) as reader:
            return [self._copied(take, reader) for take in takes]

    def _copied(self, take: Take, reader: TakeReader) -> Take | TakeDamaged:
        try:
            data = reader.read(take)
        except TakeDamaged as error:
            return error
        pack, start = self._shelf.place(take.n_bytes)
        self._shelf.put(take.name, [data])
        return replace(take, pack=pack, start=start)
