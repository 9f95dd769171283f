"""What `check` prints: which files are as the ledger says."""

from typing import TYPE_CHECKING

import click

from batchtts.cli.reports.printing import counted

if TYPE_CHECKING:
    from batchtts.pipeline.upkeep.keeping import Checked


def check_form(checked: "Checked") -> dict[str, object]:
    """Return what a comparison of files with the ledger gave as JSON."""
    return {
        "files": checked.n_files,
        "bytes": checked.n_bytes,
        "wrong": [{"path": path, "what": what} for path, what in checked.wrong],
    }


def print_check(checked: "Checked") -> None:
    """Print what a comparison of files with the ledger gave."""
    for path, what in checked.wrong:
        click.echo(f"{path}: {what}")
    right = checked.n_files - len(checked.wrong)
    click.echo(
        f"{right:,} of {counted(checked.n_files, 'file')} {'is' if right == 1 else 'are'} as the ledger says "
        f"({checked.n_bytes / 1e6:.1f} MB)."
    )
