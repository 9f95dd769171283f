"""The lock that makes a process the one writer of a ledger; the system lets go of it when the process dies."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from filelock import BaseFileLock


def hold(path: Path) -> "BaseFileLock | None":
    """Take the lock at once, or return None if another process (or another ledger of this one) has it.

    The file stays where it is afterwards: deleting it would let two processes lock two different files.
    """
    # Only writers need it, and it takes longer to load than `batchtts status` needs to answer.
    from filelock import FileLock, Timeout

    lock = FileLock(path, blocking=False, mode=0o600, thread_local=False)
    try:
        lock.acquire()
    except Timeout:
        return None
    return lock
