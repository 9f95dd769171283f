"""The copy of a job's output that lies in a storage: followed before a job is worked on, brought up to date afterwards."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from batchtts.address import Address
from batchtts.errors import LedgerError, PlanError, Problem
from batchtts.files import Workspace, make_folder
from batchtts.job import Job
from batchtts.ledger.ledger import Ledger
from batchtts.ledger.locking import lock_folder
from batchtts.ledger.snapshots import install, replaced, substance, write_snapshot
from batchtts.pipeline.planning.settling import workspace_of
from batchtts.pipeline.restoring import reconcile
from batchtts.remote.pulling import Extent, LedgerHere, Pulled
from batchtts.remote.pulling import pull as pull_from
from batchtts.remote.pushing import Pushed, Snapshot
from batchtts.remote.pushing import push as push_to
from batchtts.remote.store import Store


def pull(job: Job, *, extent: Extent = Extent.RECORDS, force: bool = False) -> Pulled:
    """Have the local folder follow what is in the job's storage; with `force`, also over records that are only here.

    What was asked of engines is on record afterwards, wherever it was.  Raises `PlanError` for a job whose output
    goes to no storage, `RemoteError` if the storage fails or was changed by somebody else, and `LedgerError`.
    """
    address = _address(job)
    workspace = Workspace(job.output.folder)
    state = workspace.state
    with _locked(state):
        here = LedgerHere(substance=substance(state), replace=partial(install, state))
        pulled = pull_from(workspace, Store.connect(address), here, job=job.name, extent=extent, force=force)
    _join_replaced(state)
    return pulled


def push(job: Job, *, force: bool = False, tell: Callable[[str], None]) -> Pushed:
    """Bring the job's storage up to date with the local folder; with `force`, also over what others have put there.

    Raises what `pull` raises.
    """
    address = _address(job)
    workspace = Workspace(job.output.folder)
    state = workspace.state
    if not state.is_dir():
        raise LedgerError(
            f"{workspace.root}: nothing was rendered here yet", hint="`batchtts run` renders it."
        )
    with Ledger.open(state) as ledger:
        # A run that was killed has left its pack open, and takes in it off the record.
        reconcile(ledger, workspace_of(workspace.root))
        snapshot = Snapshot(
            job=job.name,
            substance=substance(state),
            inputs=ledger.inputs(),
            write=partial(write_snapshot, state),
        )
        return push_to(workspace, Store.connect(address), snapshot, force=force, tell=tell)


def _address(job: Job) -> Address:
    if job.output.address is None:
        raise PlanError(
            [
                Problem(
                    where=str(job.path),
                    what=f"output.dir: {job.output.folder} is a folder of this machine",
                    hint="Write an address such as s3://bucket/path there, or give one with --output.",
                )
            ]
        )
    return job.output.address


@contextmanager
def _locked(state: Path) -> Iterator[None]:
    """Keep others from using a state folder, in which a ledger that was damaged is out of the way afterwards."""
    make_folder(state, mode=0o700)
    try:
        substance(state)
    except LedgerError:
        Ledger.open(state).close()  # sets a damaged one aside; refuses one that is foreign, too new or in use
    lock = lock_folder(state)
    try:
        yield
    finally:
        lock.release()


def _join_replaced(state: Path) -> None:
    """Put on record the requests that only ledgers knew that were replaced; those are needed no more then."""
    folders = replaced(state)
    if folders:
        with Ledger.open(state) as ledger:
            for folder in folders:
                ledger.copy_history(folder)
    for folder in folders:
        shutil.rmtree(folder)
