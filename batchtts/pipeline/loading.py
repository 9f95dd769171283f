"""A job as far as its manifest and its ledger tell, without documents, engines and a plan."""

from dataclasses import replace
from pathlib import Path

from batchtts.address import Address
from batchtts.errors import LedgerError, ManifestError, Problem
from batchtts.files import Workspace
from batchtts.job import Job
from batchtts.ledger.reading import LedgerReader
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
    """Open the ledger of a job for reading; raise `LedgerError` if there is none."""
    folder = job.output.folder
    ledger = LedgerReader.open(Workspace(folder).state)
    if ledger is None:
        raise LedgerError(f"{folder}: nothing was rendered here yet", hint="`batchtts run` renders it.")
    return ledger
