"""A folder of an export while it is being written: it has its name only when all of it is there.

A set may have a million files, so they are not synced one by one: the whole is, before it gets its name.  An
export that was there under that name before is replaced, and nothing else is.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from batchtts.errors import PlanError, Problem
from batchtts.export.behind import Behind, FileBehind
from batchtts.files import PART, HashingFile, make_folder, sync_folder
from batchtts.model import canonical_json

SUMS = "SHA256SUMS"
"""The file that lists the hashes of all others, in the form of the program sha256sum."""

STATEMENT = "export.json"
"""The file in which an export says what it is."""

CHANGES = "changes.jsonl"
"""The file that lists what of a text had to be written in another way than it is."""


_STRETCH_BYTES = 1 << 20


class ExportFolder:
    """Writes the files of one export, in any order; `n_files` and `n_bytes` count them."""

    def __init__(self, path: Path) -> None:
        self.final = path
        self.path = path.with_name(path.name + PART)
        self._known_folders: set[str] = set()
        self._open: set[BinaryIO] = set()
        self._sums: BinaryIO | None = None
        self._changes: ListedLines | None = None
        self._behind = Behind()
        self.n_files = 0
        self.n_bytes = 0

    def __enter__(self) -> Self:
        """Begin with an empty folder.

        Raises `PlanError` if there is something under its name that no export wrote.
        """
        _refuse_others(self.final)
        _remove(self.path)
        make_folder(self.path)
        self._sums = (self.path / SUMS).open("wb")
        self._changes = ListedLines(self, CHANGES)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give the folder its name if all went well, or remove what was written."""
        assert self._sums is not None
        try:
            if kind is None:
                self._finish()
        finally:
            self._behind.close()
            for stream in (self._sums, *self._open):
                stream.close()
            _remove(self.path)

    @property
    def n_changes(self) -> int:
        """Return how many texts had to be changed so far."""
        return 0 if self._changes is None else self._changes.n_lines

    def write(self, name: str, data: bytes) -> None:
        """Write a whole file, whose name has `/` in it if it lies deeper."""
        path = self._placed(name)
        self._behind.do(partial(self._write, path, name, data), len(data))

    @contextmanager
    def writing(self, name: str) -> Iterator[HashingFile]:
        """Write a file bit by bit; several may be open at once."""
        with self._opened(name) as stream:
            file = FileBehind(stream, self._behind)
            yield file
            file.flush()
            self._open.remove(stream)
        self._note(name, file.sha256, file.n_bytes)

    def copy(self, name: str, source: Path) -> None:
        """Write a file whose bytes lie in another one."""
        with self.writing(name) as file, source.open("rb") as stream:
            while stretch := stream.read(_STRETCH_BYTES):
                file.write(stretch)

    def written(self, name: str) -> Path:
        """Return where a file lies for now that was written before; wait until all of it does."""
        self._behind.wait()
        return self.path / name

    def lines(self, name: str) -> "ListedLines":
        """Return a file of JSON lines that is there only if it gets any."""
        return ListedLines(self, name)

    def add(self, name: str, sha256: str, n_bytes: int) -> None:
        """Note a file that was written in another way."""
        self._behind.wait()
        self._note(name, sha256, n_bytes)

    def note_change(self, id_: str, *, field: str, before: str, after: str, why: str) -> None:
        """List a text that the format cannot hold as it is."""
        assert self._changes is not None
        self._changes.add({"id": id_, "field": field, "why": why, "before": before, "after": after})

    def _opened(self, name: str) -> BinaryIO:
        """Open a new file, which is closed with the folder if nobody does so before."""
        stream = self._placed(name).open("xb")
        self._open.add(stream)
        return stream

    def _placed(self, name: str) -> Path:
        """Return the path of a file whose folder is there."""
        path = self.path / name
        folder, _, _ = name.rpartition("/")
        if folder not in self._known_folders:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._known_folders.add(folder)
        return path

    def _write(self, path: Path, name: str, data: bytes) -> None:
        with path.open("xb") as stream:
            stream.write(data)
        self._note(name, hashlib.sha256(data).hexdigest(), len(data))

    def _note(self, name: str, sha256: str, n_bytes: int) -> None:
        assert self._sums is not None
        self._sums.write(f"{sha256}  {name}\n".encode())
        self.n_files += 1
        self.n_bytes += n_bytes

    def _finish(self) -> None:
        assert self._sums is not None
        assert self._changes is not None
        self._changes.close()
        self._behind.wait()
        self._sums.close()
        os.sync()
        before = self.final.with_name(f"{self.final.name}.before{PART}")
        _remove(before)
        if self.final.exists():
            self.final.rename(before)
        self.path.rename(self.final)
        sync_folder(self.final.parent)
        _remove(before)


class ListedLines:
    """A file of JSON lines that is there only if it has any."""

    def __init__(self, folder: ExportFolder, name: str) -> None:
        self._stack = ExitStack()
        self._begin = partial(self._stack.enter_context, folder.writing(name))
        self._file: HashingFile | None = None
        self.n_lines = 0

    def add(self, form: Any) -> None:
        """Add a line."""
        self.write(canonical_json(form).encode() + b"\n")

    def write(self, line: bytes) -> None:
        """Add a line that is in its form already."""
        if self._file is None:
            self._file = self._begin()
        self._file.write(line)
        self.n_lines += 1

    def close(self) -> None:
        """End the file, if there is one."""
        self._stack.close()


@contextmanager
def scratch(path: Path) -> Iterator[Path]:
    """Have a folder for what is made on the way; it need not be made, and is gone afterwards."""
    _remove(path)
    try:
        yield path
    finally:
        _remove(path)


def _refuse_others(path: Path) -> None:
    """Let nothing be replaced that is somebody's own."""
    is_export = any((path / name).is_file() for name in (SUMS, STATEMENT))
    is_free = not path.exists() or (path.is_dir() and not any(path.iterdir()))
    if not (is_export or is_free):
        what = "this is there already, and no export wrote it"
        hint = "Name another folder with --output, or move this one away."
        raise PlanError([Problem(where=str(path), what=what, hint=hint)])


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
