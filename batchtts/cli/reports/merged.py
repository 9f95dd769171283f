"""What `merge` prints: what came of each folder, take by take where one was not brought."""

from typing import TYPE_CHECKING

import click

from batchtts.cli.reports.printing import counted, place

if TYPE_CHECKING:
    from batchtts.pipeline.upkeep.merging import Merged


def merged_form(merged: "Merged") -> dict[str, object]:
    """Return what was merged as JSON."""
    return {
        "folders": [
            {
                "folder": str(folder.folder),
                "brought": folder.n_brought,
                "present": folder.n_present,
                "unneeded": folder.n_unneeded,
                "left": [{"path": path, "why": why} for path, why in folder.left],
                "damaged": [{"path": path, "why": why} for path, why in folder.damaged],
                "runs": folder.copied.n_runs,
                "attempts": folder.copied.n_attempts,
            }
            for folder in merged.folders
        ],
        "segments": merged.n_segments,
        "done": merged.n_done,
    }


def print_merged(merged: "Merged") -> None:
    """Print what was merged, every take that was not, and how far the job is now."""
    for path, why in merged.restored.dropped:
        click.echo(f"{path}: {why}; it is out of use here")
    for folder in merged.folders:
        unneeded = f", {folder.n_unneeded:,} that no segment needs" if folder.n_unneeded else ""
        click.echo(
            f"{place(folder.folder)}: {counted(folder.n_brought, 'take')} brought, {folder.n_present:,} already here"
            f"{unneeded}; {counted(folder.copied.n_runs, 'run')} and "
            f"{counted(folder.copied.n_attempts, 'request')} put on record."
        )
        for path, why in folder.left:
            click.echo(f"  left there: {path}: {why}")
        for path, why in folder.damaged:
            click.echo(f"  not usable: {path}: {why}")
    rest = "stitches the chapters" if merged.n_done == merged.n_segments else "asks for the rest"
    click.echo(
        f"{merged.n_done:,} of {counted(merged.n_segments, 'segment')} have a take; `batchtts run` {rest}."
    )
