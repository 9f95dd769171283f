"""Folders that look like the output of a job, a ledger that is any file, and a storage to put them in."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tenacity import wait_none

from batchtts.address import Address
from batchtts.files import Workspace
from batchtts.remote.pulling import Extent, LedgerHere, Pulled, pull
from batchtts.remote.pushing import Pushed, Snapshot, push
from batchtts.remote.store import Store
from batchtts.takes import packs


@dataclass
class Machine:
    """A machine with an output folder and a ledger, which here is only a text."""

    root: Path
    address: Address
    told: list[str] = field(default_factory=list)

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.root)

    @cached_property
    def store(self) -> Store:
        return Store.connect(self.address, wait=wait_none())

    @property
    def ledger(self) -> str | None:
        path = self.workspace.state / "ledger.db"
        return path.read_text() if path.exists() else None

    def record(self, text: str) -> None:
        self.write(".batchtts/ledger.db", text.encode())

    def write(self, name: str, data: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def render(self, number: int, *texts: str) -> None:
        """Write a pack with these takes, and record it."""
        path = self.workspace.takes / packs.pack_name(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(map(member, texts)) + packs.END)
        path.chmod(packs.READ_ONLY)
        self.record(f"{self.ledger or ''}{number}:{','.join(texts)};")

    def push(self, *, force: bool = False) -> Pushed:
        return self.push_to(self.store, force=force)

    def push_to(self, store: Store, *, force: bool = False) -> Pushed:
        snapshot = Snapshot(
            job="book",
            substance=self.ledger,
            inputs=None,
            write=lambda path: path.write_text(self.ledger or "") and None,
        )
        return push(self.workspace, store, snapshot, force=force, tell=self.told.append)

    def pull(self, extent: Extent = Extent.RECORDS, *, force: bool = False) -> Pulled:
        self.workspace.state.mkdir(parents=True, exist_ok=True)
        here = LedgerHere(substance=self.ledger, replace=lambda path: self.record(path.read_text()))
        return pull(self.workspace, self.store, here, job="book", extent=extent, force=force)

    def files(self) -> dict[str, bytes]:
        """Return the bytes of all that is part of the output."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if path.is_file() and path.name != "remote.json"
        }


def member(text: str) -> bytes:
    """Return a take as it lies in a pack; its bytes are the text."""
    data = text.encode()
    name = f"{hashlib.sha256(data).hexdigest()}.1.{hashlib.sha256(data).hexdigest()[:16]}.wav"
    return packs.header(name, len(data)) + data.ljust(packs.padded(len(data)), b"\0")
