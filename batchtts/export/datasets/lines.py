"""Lines of text files that have to be sorted, or compressed, however many there are."""

import gzip
import heapq
import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

from batchtts.export.folder import ExportFolder
from batchtts.files import HashingFile

_MOST_BYTES_HELD = 8_000_000
_MOST_RUNS = 200
_LEVEL = 6

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_BREAKS = re.compile("[\x85\u2028\u2029]")


def compact(form: Any) -> str:
    """Return the JSON text of a value, with its keys in the order that they have, in what any reader takes for one line."""
    return _BREAKS.sub(lambda found: f"\\u{ord(found[0]):04x}", _encode(form))


class SortedLines:
    """Lines sorted by the bytes of their keys, as the locale C has it; beyond some megabytes they lie in a folder.

    The files there have no names, so nothing stays behind; they are merged when there are many, as a program may have
    only so many files open.
    """

    def __init__(
        self, folder: Path, *, most_bytes: int = _MOST_BYTES_HELD, most_runs: int = _MOST_RUNS
    ) -> None:
        self._folder = folder
        self._most_bytes = most_bytes
        self._most_runs = most_runs
        self._held: list[tuple[bytes, bytes]] = []
        self._n_bytes = 0
        self._runs: list[IO[bytes]] = []

    def add(self, key: str, line: str) -> None:
        """Add a line, with its key; neither has a line feed, or a null character."""
        row = key.encode(), line.encode()
        self._held.append(row)
        self._n_bytes += len(row[0]) + len(row[1])
        if self._n_bytes >= self._most_bytes:
            self._spill()

    def taken(self) -> Iterator[str]:
        """Yield all lines in order, and be done with them."""
        for _, line in self._merged():
            yield line.decode()

    def _merged(self) -> Iterator[tuple[bytes, bytes]]:
        with ExitStack() as stack:
            runs = [_read(stack.enter_context(run)) for run in self._runs]
            yield from heapq.merge(iter(sorted(self._held)), *runs)
        self._held, self._runs, self._n_bytes = [], [], 0

    def _spill(self) -> None:
        run = tempfile.TemporaryFile(dir=self._folder)  # noqa: SIM115  it is closed when its lines are taken
        is_full = len(self._runs) + 1 >= self._most_runs
        lines = self._merged() if is_full else iter(sorted(self._held))
        run.writelines(key + b"\0" + line + b"\n" for key, line in lines)
        self._runs.append(run)
        self._held, self._n_bytes = [], 0


def _read(run: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    run.seek(0)
    for row in run:
        key, _, line = row.removesuffix(b"\n").partition(b"\0")
        yield key, line


class SplitTables:
    """`metadata.csv` with all rows, and beside it `metadata_SPLIT.csv` with those of each split, for readers that know none."""

    def __init__(self, folder: ExportFolder) -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._whole = self._begun("metadata.csv")
        self._splits: dict[str, HashingFile] = {}

    def add(self, split: str, line: str) -> None:
        """Add a line, which ends in a line feed."""
        if split not in self._splits:
            self._splits[split] = self._begun(f"metadata_{split}.csv")
        for file in (self._whole, self._splits[split]):
            file.write(line.encode())

    def close(self) -> None:
        """End the tables."""
        self._stack.close()

    def _begun(self, name: str) -> HashingFile:
        return self._stack.enter_context(self._folder.writing(name))


class JsonLines:
    """A file of JSON lines, compressed by gzip if its name says so; the time in the header of gzip is 0."""

    def __init__(self, folder: ExportFolder, name: str) -> None:
        self._stack = ExitStack()
        file = self._stack.enter_context(folder.writing(name))
        self._out: HashingFile | gzip.GzipFile = file
        if name.endswith(".gz"):
            # GzipFile asks for nothing but `write` and `flush` of what it writes to.
            self._out = self._stack.enter_context(
                gzip.GzipFile(filename="", mode="wb", compresslevel=_LEVEL, fileobj=file, mtime=0)
            )

    def add(self, form: Any) -> None:
        """Add a line."""
        self.write(compact(form))

    def write(self, line: str) -> None:
        """Add a line that is JSON already."""
        self._out.write(line.encode() + b"\n")

    def close(self) -> None:
        """End the file."""
        self._stack.close()
