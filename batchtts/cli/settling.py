"""What commands begin and end with: the job is settled, and what is known of its storage is told."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from batchtts.address import Address


def settle_job(
    job: Path, output: "Path | Address | None", *, follow: bool = False, quiet: bool = False
) -> Any:
    """Return the job settled; with `follow`, after what its storage has new, if its output goes to one."""
    from batchtts.pipeline.planning.loading import load_job
    from batchtts.pipeline.planning.settling import settle

    loaded = load_job(job, output=output)
    if follow and loaded.output.address is not None:
        from batchtts.cli import exchanging

        exchanging.follow(loaded, quiet=quiet)
    return settle(loaded)


def tell_standing(job: Any) -> None:
    """Say how old what is here may be, if the job's output goes to a storage."""
    if job.output.address is not None:
        from batchtts.pipeline.standing import standing

        click.echo(standing(job), err=True)
