"""Takes are read from their packs, and no byte of them is trusted before it was hashed."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from batchtts.files import ByteSource, Workspace
from batchtts.model import TAKES, Take, TakeRecord
from batchtts.takes.form import StoredTake, TakeDamaged, decode, record
from batchtts.takes.packs import Member


class TakeReader:
    """Reads the takes of an output folder; a pack stays open as long as one take of it follows another."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._pack = ""
        self._stream: ByteSource | None = None

    def __enter__(self) -> Self:
        """Return the reader."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close what is open."""
        self.close()

    def close(self) -> None:
        """Close the pack that is open; reading another take opens it again."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def read(self, take: Take) -> bytes:
        """Return the file of a take; raise `TakeDamaged` unless its bytes are those written."""
        stream = self._opened(take)
        stream.seek(take.start)
        data = stream.read(take.n_bytes)
        if len(data) < take.n_bytes:
            raise TakeDamaged(take.name, f"{TAKES}/{take.pack} is too short to hold it")
        if hashlib.sha256(data).hexdigest() != take.sha256:
            raise TakeDamaged(take.name, f"its bytes in {TAKES}/{take.pack} have changed")
        return data

    def load(self, take: Take) -> StoredTake:
        """Return what a take holds; raise `TakeDamaged` unless its bytes are those written."""
        return decode(take.name, self.read(take))

    def _opened(self, take: Take) -> ByteSource:
        if self._stream is not None and self._pack == take.pack:
            return self._stream
        self.close()
        try:
            self._stream = self._workspace.opened(f"{TAKES}/{take.pack}")
        except FileNotFoundError:
            raise TakeDamaged(take.name, f"{TAKES}/{take.pack}, in which it lay, is missing") from None
        self._pack = take.pack
        return self._stream


def load(workspace: Workspace, take: Take) -> StoredTake:
    """Return what a take holds; raise `TakeDamaged` unless its bytes are those written."""
    with TakeReader(workspace) as reader:
        return reader.load(take)


def damaged(workspace: Workspace, takes: Iterable[Take]) -> Iterator[tuple[Take, TakeDamaged]]:
    """Read takes, best in the order in which they lie; yield those whose bytes are not those written, and why."""
    with TakeReader(workspace) as reader:
        for take in takes:
            try:
                reader.read(take)
            except TakeDamaged as error:
                yield take, error


def recognize(workspace: Workspace, path: Path, member: Member) -> TakeRecord:
    """Return what the ledger should say of a take found in a pack; raise `TakeDamaged` if it is not whole."""
    with path.open("rb") as stream:
        stream.seek(member.start)
        data = stream.read(member.n_bytes)
    try:
        return _recognized(path.name, member, data)
    except TakeDamaged as error:
        raise TakeDamaged(f"{workspace.name(path)}: {member.name}", error.reason) from error


def _recognized(pack: str, member: Member, data: bytes) -> TakeRecord:
    sha256 = hashlib.sha256(data).hexdigest()
    stored = decode(member.name, data)
    found = record(stored, sha256=sha256, n_bytes=len(data), pack=pack, start=member.start)
    if found.take.name != member.name:
        raise TakeDamaged(member.name, "its bytes do not match its name")
    return found
