"""How a file comes back from storage: whole, with its old time, and only then under its name."""

import os
from contextlib import suppress

from batchtts.files import PART, Workspace, make_folder, sha256_of, sync_folder
from batchtts.remote.generation import Kept, is_pack
from batchtts.remote.store import Store
from batchtts.takes.packs import READ_ONLY


def fetch(store: Store, workspace: Workspace, name: str, kept: Kept) -> bool:
    """Put a file of the storage into the output folder; return False, and leave things be, if it is not as it was.

    A pack is taken as it is: each take in it has a hash of its own, and those that are whole are needed.
    """
    path = workspace.path(name)
    make_folder(path.parent)
    part = path.with_name(f"{path.name}.{os.getpid()}{PART}")
    try:
        if not store.fetch(kept.object, part):
            return False
        is_right = part.stat().st_size == kept.n_bytes and sha256_of(part) == kept.sha256
        if not is_right and not is_pack(name):
            return False
        with part.open("rb+") as stream:
            os.fsync(stream.fileno())
        if is_right:
            os.utime(part, ns=(kept.mtime_ns, kept.mtime_ns))
        if is_pack(name):
            part.chmod(READ_ONLY)
        part.replace(path)
    finally:
        with suppress(OSError):  # it has its name by now, or what went wrong before is what matters
            part.unlink()
    sync_folder(path.parent)
    return True
