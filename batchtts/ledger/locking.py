"""The lock that makes a process the one writer of a ledger; the system lets go of it when the process dies."""

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from batchtts.errors import LedgerBusy, LedgerError
from batchtts.ledger.opening import translating
from batchtts.ledger.reading import LedgerReader

if TYPE_CHECKING:
    from filelock import BaseFileLock

LOCK = "ledger.lock"


def lock_folder(folder: Path) -> "BaseFileLock":
    """Take the lock of a state folder; raise `LedgerBusy` at once if another process has it."""
    with translating(folder / LOCK):
        lock = hold(folder / LOCK)
    if lock is None:
        raise LedgerBusy(
            f"{folder.parent} is being used by {_holder(folder)}", hint="Wait until it ends, or stop it."
        )
    return lock


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


def _holder(folder: Path) -> str:
    """Return who has the lock, as far as the ledger knows."""
    run = None
    with suppress(LedgerError):  # the file may be of any kind; what is asked here is only who has it
        if (reader := LedgerReader.open(folder)) is not None:
            with reader:
                run = reader.last_run()
    if run is None or run.ended_at is not None:
        return "another process"
    return f"process {run.pid} on host {run.host} since {run.started_at}"
