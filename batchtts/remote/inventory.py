"""What of an output folder belongs to a generation: packs and deliveries; not what SQLite and locks need.

The report of the last run does not: it goes along, but that a run took place changes nothing.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from batchtts.files import PART, Workspace, sha256_of
from batchtts.remote.generation import Kept, object_name
from batchtts.remote.record import Record
from batchtts.takes.packs import packs

REPORT = "run.json"
JOURNAL = ".batchtts/retakes.jsonl"
"""Which takes were found wanting by people; it is needed where a ledger has to be made anew."""


def names(workspace: Workspace) -> Iterator[str]:
    """Yield the names of the files that are part of the output, packs first.

    What is hidden, and what is being written, is not.
    """
    for pack in packs(workspace):
        yield workspace.name(pack)
    if workspace.path(JOURNAL).is_file():
        yield JOURNAL
    for name in sorted(map(workspace.name, _delivered(workspace.root))):
        if name != REPORT:
            yield name


def inventory(workspace: Workspace, record: Record) -> dict[str, Kept]:
    """Return the files that are part of the output, with the hashes of their bytes.

    Only what seems to have changed since it was put into storage is read.
    """
    return {name: record.known(workspace, name) or kept_now(workspace, name) for name in names(workspace)}


def kept_now(workspace: Workspace, name: str) -> Kept:
    """Return what a file is at this moment."""
    path = workspace.path(name)
    status, sha256 = path.stat(), sha256_of(path)
    return Kept(
        sha256=sha256,
        n_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        object=object_name(name, sha256),
    )


def _delivered(root: Path) -> Iterator[Path]:
    for folder, subfolders, files in os.walk(root):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        for name in files:
            if not name.startswith(".") and not name.endswith(PART):
                yield Path(folder, name)
