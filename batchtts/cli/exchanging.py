"""What commands do, and say, about the storage that the output of a job goes to."""

import click

from batchtts.cli.failures import show
from batchtts.cli.reports.printing import counted
from batchtts.errors import BatchttsError
from batchtts.job import Job
from batchtts.pipeline import exchanging
from batchtts.remote.pulling import Extent, Pulled
from batchtts.remote.pushing import Pushed


def follow(job: Job, *, quiet: bool) -> None:
    """Pull what a command needs to begin with, before anything is spent."""
    pulled = exchanging.pull(job)
    if pulled.is_new and not quiet:
        click.echo(f"{job.output.address}: {pulled.generation}", err=True)
    _tell_found(pulled)


def deliver(job: Job, error: BatchttsError | None, *, quiet: bool) -> None:
    """Push what a run has come to, also one that was interrupted; `error` is shown first if that fails."""
    try:
        pushed = exchanging.push(job, tell=_silent if quiet else _tell)
    except BatchttsError:
        if error is not None:
            show(error)
        raise
    if not quiet:
        click.echo(_summary(job, pushed), err=True)


def pull(job: Job, *, everything: bool, force: bool) -> None:
    """Pull, and say what came."""
    extent = Extent.ALL if everything else Extent.DELIVERIES
    pulled = exchanging.pull(job, extent=extent, force=force)
    _tell_found(pulled)
    if pulled.generation is None:
        click.echo(f"{job.output.address}: nothing was ever put there")
    else:
        click.echo(f"{job.output.address}: {pulled.generation}")
        click.echo(
            f"{counted(pulled.n_fetched, 'file')} fetched, {pulled.n_bytes / 1e6:.1f} MB, into {job.output.folder}"
        )


def push(job: Job, *, force: bool) -> None:
    """Push, and say what was sent."""
    click.echo(_summary(job, exchanging.push(job, force=force, tell=_tell)))


def _summary(job: Job, pushed: Pushed) -> str:
    if not pushed.n_sent:
        return f"{job.output.address}: up to date, {pushed.generation}"
    removed = f", {pushed.n_removed:,} removed" if pushed.n_removed else ""
    sent = f"{counted(pushed.n_sent, 'object')} sent, {pushed.n_bytes / 1e6:.1f} MB{removed}"
    lost = "".join(f"\n{name} is gone from there, and is not here" for name in pushed.gone)
    return f"{job.output.address}: generation {pushed.generation.number}; {sent}{lost}"


def _tell_found(pulled: Pulled) -> None:
    if pulled.found:
        click.echo(
            f"Note: {counted(len(pulled.found), 'pack')} of takes there that no run has on record", err=True
        )
    for name in pulled.gone:
        click.echo(f"Note: {name} is gone from the storage, or not as it was", err=True)


def _tell(text: str) -> None:
    click.echo(text, err=True)


def _silent(text: str) -> None:
    """Say nothing."""
