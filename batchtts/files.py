"""The output folder: where everything lies in it, and how a file gets there whole or not at all.

A file is written under a name that ends in `.part`, synced, renamed, and its folder is synced.  A crash
between any two of these leaves at most a `.part`, which the next run sweeps away.  Only takes come to lie here in
another way: many in a file that grows.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, Protocol

from batchtts.model import AUDIOBOOK, ENCODED, TAKES, OutputFile

PART = ".part"


class ByteSource(Protocol):
    """What bytes are read from."""

    def seek(self, position: int, /) -> int:
        """Go on from an offset."""

    def read(self, n_bytes: int, /) -> bytes:
        """Return so many bytes, fewer at the end."""

    def close(self) -> None:
        """Be done with it."""


class Elsewhere(Protocol):
    """A place in which files of an output folder lie that need not be in the folder itself."""

    def find(self, name: str) -> OutputFile | None:
        """Return what a file is that lies there, None if there is none."""

    def bring(self, name: str) -> bool:
        """Have a file in the folder; return False if there is none."""

    def open(self, name: str) -> ByteSource | None:
        """Return a file to be read where it lies, None if there is none."""

    def forget(self, names: Iterable[str]) -> None:
        """Note that files are part of the output no more."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths of one job's output folder; files that are not in it may lie `elsewhere`."""

    root: Path
    elsewhere: Elsewhere | None = field(default=None, compare=False, repr=False)

    @property
    def chapters(self) -> Path:
        """Return the folder of the masters."""
        return self.root / "chapters"

    @property
    def alignment(self) -> Path:
        """Return the folder of the alignments."""
        return self.root / "alignment"

    @property
    def audiobook(self) -> Path:
        """Return the folder of the deliveries."""
        return self.root / AUDIOBOOK

    @property
    def encoded(self) -> Path:
        """Return the folder in which encoded chapters are kept, to be joined anew when others have changed."""
        return self.root / ENCODED

    @property
    def exports(self) -> Path:
        """Return the folder of what the job is exported to."""
        return self.root / "exports"

    @property
    def report(self) -> Path:
        """Return the file that tells of the last run."""
        return self.root / "run.json"

    @property
    def state(self) -> Path:
        """Return the folder of the working state; deleting it costs renders, nothing else."""
        return self.root / ".batchtts"

    @property
    def folders(self) -> tuple[Path, ...]:
        """Return the folders in which a run that was killed may have left a file unfinished."""
        return (
            *(self.root, self.chapters, self.alignment),
            *(self.audiobook, self.audiobook / "mp3", self.encoded),
        )

    @property
    def takes(self) -> Path:
        """Return the folder of the takes."""
        return self.root / TAKES

    @property
    def record(self) -> Path:
        """Return the file that remembers what lies elsewhere."""
        return self.state / "remote.json"

    @property
    def export_record(self) -> Path:
        """Return the file that remembers what exports were made from."""
        return self.state / "exports.json"

    def name(self, path: Path) -> str:
        """Return a path in the folder as files and the ledger name it: relative, with `/`."""
        return path.relative_to(self.root).as_posix()

    def path(self, name: str) -> Path:
        """Return the path of what files and the ledger call `name`."""
        return self.root / name

    def brought(self, name: str) -> Path:
        """Return the path of what files and the ledger call `name`, after it was brought from elsewhere if need be."""
        if self.elsewhere is not None:
            self.elsewhere.bring(name)
        return self.path(name)

    def opened(self, name: str) -> ByteSource:
        """Open what files and the ledger call `name`, here or elsewhere; raise `FileNotFoundError` if it is nowhere."""
        try:
            return self.path(name).open("rb")
        except FileNotFoundError:
            source = None if self.elsewhere is None else self.elsewhere.open(name)
            if source is None:
                raise
            return source

    def found_elsewhere(self, name: str) -> OutputFile | None:
        """Return what a file is that lies elsewhere and can be brought here, None if there is none."""
        return None if self.elsewhere is None else self.elsewhere.find(name)

    def forget(self, names: Iterable[str]) -> None:
        """Note that files which were deleted here are needed elsewhere no more."""
        if self.elsewhere is not None:
            self.elsewhere.forget(names)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a look at a folder tells of a file; while it stays the same, so do the bytes, most likely."""

    n_bytes: int
    mtime_ns: int


def stamp(path: Path) -> Stamp | None:
    """Return the stamp of a regular file, None if there is none."""
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not S_ISREG(status.st_mode):
        return None
    return Stamp(status.st_size, status.st_mtime_ns)


_FEWEST_BYTES = 64 * 1024
"""Of what is written and hashed at once."""


class HashingFile:
    """A file that is being written, and the hash of what was written so far.

    What is short is gathered: with each hash and each write other threads get to run, which may take longer than both.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._hash = hashlib.sha256()
        self._gathered: list[bytes] = []
        self._n_gathered = 0
        self.n_bytes = 0

    def write(self, data: bytes | memoryview) -> None:
        """Write bytes at the end."""
        self.n_bytes += len(data)
        if len(data) < _FEWEST_BYTES:
            self._gathered.append(bytes(data))
            self._n_gathered += len(data)
            if self._n_gathered >= _FEWEST_BYTES:
                self._put_gathered()
        else:
            self._put_gathered()
            self._put(data)

    def flush(self) -> None:
        """Put into the file what was gathered; whoever has made this has it done before the file is closed."""
        self._put_gathered()

    def _put_gathered(self) -> None:
        if self._gathered:
            self._put(b"".join(self._gathered))
            self._gathered.clear()
            self._n_gathered = 0

    @property
    def sha256(self) -> str:
        """Return the hash of all bytes written."""
        self.flush()
        return self._hash.hexdigest()

    def _put(self, data: bytes | memoryview) -> None:
        self._stream.write(data)
        self._hash.update(data)


@contextmanager
def writing(path: Path) -> Iterator[HashingFile]:
    """Write a file that has its name only when the block ends well, and is on the disk by then."""
    with placing(path) as stream:
        file = HashingFile(stream)
        yield file
        file.flush()


@contextmanager
def placing(path: Path) -> Iterator[BinaryIO]:
    """Do what `writing` does, for bytes whose hash is known."""
    make_folder(path.parent)
    part = path.with_name(path.name + PART)
    try:
        with part.open("wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):  # what went wrong first is what matters; the next run sweeps leftovers
            part.unlink()
        raise
    sync_folder(path.parent)


def write_atomically(path: Path, data: bytes) -> str:
    """Write a file whole or not at all, durably; return the SHA-256 of its bytes."""
    with writing(path) as file:
        file.write(data)
    return file.sha256


def append_durably(path: Path, line: str) -> None:
    """Add a line to a file that only grows; it is on the disk when this returns.

    A line that a crash has cut short is ended first, so that it does not spoil this one.
    """
    make_folder(path.parent)
    with path.open("ab+") as stream:
        if stream.tell():
            stream.seek(-1, os.SEEK_END)
            line = line if stream.read(1) == b"\n" else f"\n{line}"
        stream.write(f"{line}\n".encode())
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(path.parent)


def make_folder(folder: Path, *, mode: int = 0o777) -> None:
    """Make a folder, and those that it is in, durably: a synced file in a folder that is gone is gone too.

    `mode` is that of the folder itself, less what the user's mask takes away.
    """
    missing = list(takewhile(lambda path: not path.exists(), [folder, *folder.parents]))
    for path in reversed(missing):
        path.mkdir(mode=mode if path == folder else 0o777, exist_ok=True)
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable; systems that cannot open a folder do so by themselves."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Return the hash of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def matches(path: Path, file: OutputFile) -> bool:
    """Return whether a file is there with exactly the bytes that were written."""
    found = stamp(path)
    return found is not None and found.n_bytes == file.n_bytes and sha256_of(path) == file.sha256


def leftovers(folders: Iterable[Path]) -> list[Path]:
    """Return what writers left unfinished in these folders."""
    return [path for folder in folders if folder.is_dir() for path in folder.glob(f"*{PART}")]


def sweep(folders: Iterable[Path]) -> int:
    """Remove what writers left unfinished in these folders; return how many files that were."""
    found = leftovers(folders)
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
