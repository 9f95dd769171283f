"""What is known here of the storage that a job's output goes to, without asking it."""

from batchtts.files import Workspace
from batchtts.job import Job
from batchtts.remote.record import read_record


def standing(job: Job) -> str | None:
    """Return in a sentence what is known here of the job's storage; None if its output goes to none."""
    if job.output.address is None:
        return None
    workspace = Workspace(job.output.folder)
    record = read_record(workspace)
    if record is None or record.generation is None or record.address != job.output.address:
        return f"{job.output.address}: never pulled or pushed from here"
    away = len(record.away(workspace))
    return f"{record.address} at {record.seen_at}: {record.generation}; {away:,} files are only there"
