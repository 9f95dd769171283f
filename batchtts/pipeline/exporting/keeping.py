"""Which exports of a job are as they would be written now, so that a run need not write them again."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from batchtts import __version__
from batchtts.export.folder import SUMS
from batchtts.files import sha256_of, write_atomically
from batchtts.ledger.reading import Readable
from batchtts.model import canonical_json
from batchtts.pipeline.exporting.asking import Wanted


class Kept:
    """What is known of the folders in `folder`, by the hash of all that went into them; it lies in the file at `path`."""

    def __init__(self, path: Path, folder: Path, ledger: Readable) -> None:
        self._path = path
        self._folder = folder
        self._basis = [__version__, ledger.inputs(), ledger.takes_digest()]
        self._known = _read(path)

    def stale(self, wanted: Sequence[Wanted]) -> list[Wanted]:
        """Return the exports that have to be written: what went into them is another, or the folder is."""
        return [each for each in wanted if self._known.get(each.format.name) != self._mark(each)]

    def keep(self, written: Sequence[Wanted]) -> None:
        """Note that these were written from what there is."""
        for each in written:
            self._known[each.format.name] = self._mark(each)
        write_atomically(self._path, canonical_json(self._known).encode() + b"\n")

    def _mark(self, each: Wanted) -> list[str | None]:
        form = [*self._basis, each.format.name, dict(each.options)]
        sums = self._folder / each.format.name / SUMS
        return [
            hashlib.sha256(canonical_json(form).encode()).hexdigest(),
            sha256_of(sums) if sums.is_file() else None,
        ]


def _read(path: Path) -> dict[str, list[str | None]]:
    """Return what is known; nothing if the file is not there, or is damaged."""
    try:
        form = json.loads(path.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return dict(form) if isinstance(form, Mapping) else {}
