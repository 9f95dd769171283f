"""What goes to and comes from the storage that a job goes to."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtts.cli.group import main
from batchtts.cli.parameters import JOB, OUTPUT

if TYPE_CHECKING:
    from batchtts.address import Address


@main.command()
@JOB
@OUTPUT
@click.option(
    "--all", "everything", is_flag=True, help="Also the takes, which are brought when needed anyway."
)
@click.option(
    "--force", is_flag=True, help="Also if records are here that are not in the storage; they are joined."
)
def pull(job: Path, output: "Path | Address | None", *, everything: bool, force: bool) -> None:
    """Bring the records and files of JOB here from the storage that its output goes to."""
    from batchtts.cli import exchanging
    from batchtts.pipeline.planning.loading import load_job

    exchanging.pull(load_job(job, output=output), everything=everything, force=force)


@main.command()
@JOB
@OUTPUT
@click.option("--force", is_flag=True, help="Also if somebody else has changed what is there.")
def push(job: Path, output: "Path | Address | None", *, force: bool) -> None:
    """Bring the storage that the output of JOB goes to up to date with what is here."""
    from batchtts.cli import exchanging
    from batchtts.pipeline.planning.loading import load_job

    exchanging.push(load_job(job, output=output), force=force)
