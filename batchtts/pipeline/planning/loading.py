"""A job as far as its manifest and its ledger tell, without documents, engines and a plan."""

from dataclasses import replace
from pathlib import Path

from batchtts.address import Address
from batchtts.errors import LedgerError, ManifestError, PlanError, Problem
from batchtts.files import Workspace
from batchtts.job import Job
from batchtts.ledger.reading import LedgerReader, Readable
from batchtts.manifest.reading import read_job


def load_job(manifest: Path, *, output: Path | Address | None = None) -> Job:
    """Read and check a manifest; `output` takes the place of its `output.dir`."""
    job = read_job(manifest)
    if output is not None:
        address, folder = (output, output.default_folder) if isinstance(output, Address) else (None, output)
        job = replace(job, output=replace(job.output, folder=folder, address=address))
    folder = job.output.folder
    if folder.exists() and not folder.is_dir():
        raise ManifestError(
            [Problem(where=str(manifest), what=f"output.dir: {folder} is a file, not a folder")]
        )
    return job


def read_ledger(job: Job) -> LedgerReader:
    """Open the ledger of a job for reading; raise `LedgerError` if there is none, `PlanError` if it is another job's."""
    folder = job.output.folder
    ledger = LedgerReader.open(Workspace(folder).state)
    if ledger is None:
        raise LedgerError(f"{folder}: nothing was rendered here yet", hint=_way_to_a_ledger(job))
    try:
        refuse_other_job(ledger, job)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _way_to_a_ledger(job: Job) -> str:
    if job.output.address is None:
        return "`batchtts run` renders it."
    return f"`batchtts pull` fetches what {job.output.address} has of it; `batchtts run` does so, and renders the rest."


def refuse_other_job(ledger: Readable, job: Job) -> None:
    """Raise `PlanError` if the output folder holds another job: its chapters would be taken for leftovers."""
    other = next((id_ for id_ in ledger.masters() if not id_.startswith(f"{job.name}-ch")), None)
    if other is not None:
        name = other.rpartition("-ch")[0]
        hint = f"Give this one a folder of its own; or set `job.name: {name}` if it is the same."
        what = f"output.dir: {job.output.folder} holds another job, {name!r}"
        raise PlanError([Problem(where=str(job.path), what=what, hint=hint)])
