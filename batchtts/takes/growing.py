"""The packs that a run fills, one after the other; only the last of them grows."""

import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE
from typing import BinaryIO

from batchtts.files import Workspace, make_folder, sync_folder
from batchtts.takes import packs

_BUFFER_BYTES = 1 << 20
_GROWING = 0o644


@dataclass(slots=True, eq=False)
class _Pack:
    """The pack that grows: its next header will stand at `end`; `is_named` once its name is on the disk."""

    path: Path
    stream: BinaryIO
    end: int = 0
    is_named: bool = False

    def is_full_for(self, n_bytes: int) -> bool:
        """Return whether so much more would be too much; a pack without a take has room for any."""
        return self.end > 0 and self.end + n_bytes + len(packs.END) > packs.MAX_PACK_BYTES


class Shelf:
    """Where takes are put; they are safe after the next `sync`.  For one thread only.

    New packs get numbers above all that are there and all of `known`, names of packs that the ledger has heard
    of.  After an error in writing the shelf is broken, and of what was not synced before nobody can say where it is.
    """

    def __init__(self, workspace: Workspace, known: Iterable[str] = ()) -> None:
        self._workspace = workspace
        self._known = tuple(known)
        self._next_number: int | None = None
        self._pack: _Pack | None = None
        self._sealed: list[str] = []
        self._n_unsynced = 0
        self._is_broken = False

    @property
    def sealed(self) -> tuple[str, ...]:
        """Return the names of the packs that were sealed so far."""
        return tuple(self._sealed)

    @property
    def n_unsynced(self) -> int:
        """Return how many bytes were put here since the last sync."""
        return self._n_unsynced

    @property
    def is_broken(self) -> bool:
        """Return whether a write or a sync has failed."""
        return self._is_broken

    def place(self, n_bytes: int) -> tuple[str, int]:
        """Return the name of the pack, and the offset in it, where a take of this length begins if it is put next."""
        n_padded = packs.BLOCK + packs.padded(n_bytes)
        try:
            if self._pack is not None and self._pack.is_full_for(n_padded):
                self._seal(self._pack)
                self._pack = None
            if self._pack is None:
                self._pack = self._begin()
        except OSError:
            self._is_broken = True
            raise
        return self._pack.path.name, self._pack.end + packs.BLOCK

    def put(self, name: str, pieces: Sequence[bytes]) -> None:
        """Add a take where `place` said; raise `ValueError` for what is not the name of a take."""
        assert self._pack is not None  # `place` has begun it
        n_bytes = sum(map(len, pieces))
        head, filling = packs.header(name, n_bytes), bytes(packs.padded(n_bytes) - n_bytes)
        try:
            self._pack.stream.writelines((head, *pieces, filling))
        except BaseException:  # whatever it is, nobody knows where the next take would come to lie
            self._is_broken = True
            raise
        n_padded = packs.BLOCK + packs.padded(n_bytes)
        self._pack.end += n_padded
        self._n_unsynced += n_padded

    def sync(self) -> None:
        """Wait until all that was put here is on the disk."""
        if self._pack is None or not self._n_unsynced:
            return
        try:
            self._sync(self._pack)
        except OSError:
            self._is_broken = True
            raise

    def close(self) -> None:
        """Seal the pack that grows.  One that is broken is left as it is, for the next run to look at."""
        pack, self._pack = self._pack, None
        if pack is None:
            return
        if self._is_broken:
            with suppress(OSError):  # it has been told already
                pack.stream.close()
        elif pack.end:
            self._seal(pack)
        else:
            pack.stream.close()
            pack.path.unlink()

    def _begin(self) -> _Pack:
        make_folder(self._workspace.takes)
        number = self._next_number or self._free_number()
        self._next_number = number + 1
        path = self._workspace.takes / packs.pack_name(number)
        return _Pack(path, open(path, "xb", buffering=_BUFFER_BYTES, opener=_open_for_user))

    def _free_number(self) -> int:
        names = [path.name for path in packs.packs(self._workspace)]
        return max((packs.pack_number(name) or 0 for name in (*names, *self._known)), default=0) + 1

    def _sync(self, pack: _Pack) -> None:
        """Sync the bytes first: a name without them would promise too much."""
        pack.stream.flush()
        os.fsync(pack.stream.fileno())
        if not pack.is_named:
            sync_folder(self._workspace.takes)
            pack.is_named = True
        self._n_unsynced = 0

    def _seal(self, pack: _Pack) -> None:
        with pack.stream:
            pack.stream.write(packs.END)
            self._sync(pack)
        pack.path.chmod(S_IMODE(pack.path.stat().st_mode) & packs.READ_ONLY)
        self._sealed.append(pack.path.name)


def _open_for_user(path: str, flags: int) -> int:
    """Open a file that others may read, if the user lets them, and only the user may write."""
    return os.open(path, flags, _GROWING)
