"""Lines of text files that have to be sorted, or compressed, however many there are."""

import gzip
import heapq
import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from typing import IO, Any

from batchtts.export.folder import ExportFolder
from batchtts.files import HashingFile

_MOST_HELD = 50_000

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class SortedLines:
    """Lines sorted by the bytes of their keys, as the locale C has it; beyond some tens of thousands on the disk."""

    def __init__(self) -> None:
        self._held: list[tuple[bytes, bytes]] = []
        self._runs: list[IO[bytes]] = []

    def add(self, key: str, line: str) -> None:
        """Add a line, with its key; neither has a line feed, or a null character."""
        self._held.append((key.encode(), line.encode()))
        if len(self._held) >= _MOST_HELD:
            self._spill()

    def write(self, file: HashingFile) -> None:
        """Write all lines in order, and be done with them."""
        for line in self._sorted():
            file.write(line + b"\n")

    def write_joined(self, file: HashingFile) -> None:
        """Write all in order in one line, each after a space, and be done with them."""
        for line in self._sorted():
            file.write(b" " + line)
        file.write(b"\n")

    def _sorted(self) -> Iterator[bytes]:
        own = iter(sorted(self._held))
        for _, line in heapq.merge(own, *map(_read, self._runs)):
            yield line
        for run in self._runs:
            run.close()
        self._held, self._runs = [], []

    def _spill(self) -> None:
        run = tempfile.TemporaryFile()  # noqa: SIM115  it is closed when its lines are written
        run.writelines(key + b"\0" + line + b"\n" for key, line in sorted(self._held))
        self._runs.append(run)
        self._held = []


def _read(run: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    run.seek(0)
    for row in run:
        key, _, line = row.rstrip(b"\n").partition(b"\0")
        yield key, line


class JsonLines:
    """A file of JSON lines, compressed by gzip if its name says so; the time in the header of gzip is 0."""

    def __init__(self, folder: ExportFolder, name: str) -> None:
        self._stack = ExitStack()
        file = self._stack.enter_context(folder.writing(name))
        self._out: HashingFile | gzip.GzipFile = file
        if name.endswith(".gz"):
            # GzipFile asks for nothing but `write` of what it writes to.
            self._out = self._stack.enter_context(
                gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=file, mtime=0)  # type: ignore[call-overload]
            )

    def add(self, form: Any) -> None:
        """Add a line."""
        self._out.write(_compact(form).encode() + b"\n")

    def close(self) -> None:
        """End the file."""
        self._stack.close()
