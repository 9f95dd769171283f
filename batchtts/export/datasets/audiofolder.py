"""A folder for the builder `audiofolder` of Hugging Face's `datasets`: a folder for each split, with its `metadata.jsonl`.

The card says where the files of each split are, so the other files of the export are not taken for data.  The builder takes the
types of columns from the beginning of each table, and refuses tables that differ: a column that is empty there in one split
and not in another is written as text in all of them (`datasets`, packaged_modules/folder_based_builder).
"""

import json
import tempfile
from collections.abc import Iterator
from typing import Any

from batchtts.export.datasets.lines import compact
from batchtts.export.datasets.rows import columns
from batchtts.export.utterance import Utterance
from batchtts.export.writing import Target

_BYTES_LOOKED_AT = 10 << 20  # as many as the builder looks at for the types of a table


class AudioFolderWriter:
    """Writes the sounds of each split, and at the end `SPLIT/metadata.jsonl` beside them."""

    def __init__(self, target: Target) -> None:
        self._folder = target.folder
        self._extra = target.corpus.extra
        self._tables: dict[str, _Table] = {}

    def add(self, utterance: Utterance) -> None:
        """Write a row and its sound."""
        name = f"audio/{utterance.id}.{utterance.audio_format}"
        self._folder.write(f"{utterance.split}/{name}", utterance.sound)
        if utterance.split not in self._tables:
            self._tables[utterance.split] = _Table(str(self._folder.path))
        self._tables[utterance.split].add({"file_name": name, **columns(utterance, self._extra)})

    def finish(self) -> None:
        """Write the tables."""
        known = [table.known for table in self._tables.values()]
        anywhere = {name for names in known for name in names}
        differing = {name for name in anywhere if any(name not in names for names in known)}
        for split, table in self._tables.items():
            with self._folder.writing(f"{split}/metadata.jsonl") as file:
                for line in table.taken(differing):
                    file.write(line)


class _Table:
    """The rows of a split, which lie in a file without a name until all of them are there."""

    def __init__(self, folder: str) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  it is closed when its lines are taken
        self._n_bytes = 0
        self.known: set[str] = set()

    def add(self, row: dict[str, Any]) -> None:
        if self._n_bytes < _BYTES_LOOKED_AT:
            self.known.update(name for name, value in row.items() if value is not None)
        self._n_bytes += self._file.write(compact(row).encode() + b"\n")

    def taken(self, as_text: set[str]) -> Iterator[bytes]:
        """Yield the lines, with some of their columns as texts, and be done with them."""
        with self._file:
            self._file.seek(0)
            for line in self._file:
                yield _with_texts(line, as_text) if as_text else line


def _with_texts(line: bytes, names: set[str]) -> bytes:
    row = json.loads(line)
    for name in names:
        row[name] = _text(row[name])
    return compact(row).encode() + b"\n"


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else compact(value)


def open_writer(target: Target) -> AudioFolderWriter:
    """Begin an export."""
    return AudioFolderWriter(target)
