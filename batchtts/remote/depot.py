"""Files of an output folder that lie in storage and not here, and how they come here when they are needed."""

from collections.abc import Iterable
from threading import Lock

from batchtts.files import Workspace
from batchtts.model import OutputFile
from batchtts.remote.errors import RemoteError
from batchtts.remote.fetching import fetch
from batchtts.remote.generation import is_pack
from batchtts.remote.reading import RemoteFile, gone
from batchtts.remote.record import Record, read_record
from batchtts.remote.store import Store


class Depot:
    """What can be had from the storage that an output folder goes with, by what the folder itself remembers.

    The storage is asked only when bytes are needed.  Many threads may use it, but nobody may pull or push meanwhile.
    Everything raises `RemoteError` if what the folder remembers cannot be read.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._record: Record | None = None
        self._store: Store | None = None

    def find(self, name: str) -> OutputFile | None:
        """Return what a file is that can be had, None if there is none."""
        with self._lock:
            kept = self._read().files.get(name)
        return None if kept is None else OutputFile(path=name, sha256=kept.sha256, n_bytes=kept.n_bytes)

    def bring(self, name: str) -> bool:
        """Have a file here; return False if there is none, here or there, or it is not as it was.

        Raises `RemoteError` if the storage cannot be asked, or a pack is gone that should be there.
        """
        with self._lock:
            if self._workspace.path(name).exists():
                return True
            record = self._read()
            kept = record.files.get(name)
            if kept is None:
                return False
            store = self._connected(record)
            is_here = fetch(store, self._workspace, name, kept)
            if not is_here and is_pack(name):
                raise gone(store, kept.object)
            return is_here

    def open(self, name: str) -> RemoteFile | None:
        """Return a file to be read where it lies, None if it does not lie there."""
        with self._lock:
            record = self._read()
            kept = record.files.get(name)
            return None if kept is None else RemoteFile(self._connected(record), kept.object, kept.n_bytes)

    def forget(self, names: Iterable[str]) -> None:
        """Note that files are part of the output no more; the next push removes them from the storage."""
        with self._lock:
            self._record = None  # others of this process may have forgotten something, too
            record = self._read()
            shorter = record.without(frozenset(names))
            if shorter is not record:
                self._record = shorter
                shorter.write(self._workspace)

    def _connected(self, record: Record) -> Store:
        if self._store is None:
            self._store = Store.connect(record.address)
        return self._store

    def _read(self) -> Record:
        if self._record is None:
            self._record = read_record(self._workspace)
        if self._record is None:
            raise RemoteError(f"{self._workspace.record} is gone", hint="`batchtts pull` makes it anew.")
        return self._record
