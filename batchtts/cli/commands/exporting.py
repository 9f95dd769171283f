"""What a job is exported to."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtts.cli.group import main
from batchtts.cli.parameters import AS_JSON, JOB, OutputAt
from batchtts.cli.settling import settle_job, tell_standing

if TYPE_CHECKING:
    from batchtts.address import Address


@main.command()
@JOB
@click.option(
    "--format",
    "formats",
    multiple=True,
    metavar="NAME[,NAME...]",
    help="The formats to write, not what the job says; `--format help` lists them.",
)
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="FORMAT.NAME=VALUE",
    help="An option of a format, such as epub.level=word. May be repeated.",
)
@click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that each format gets a folder in; by default `exports` in the job's output folder.",
)
@click.option("--from", "source", type=OutputAt(), help="Read this output folder, or address, not the job's.")
@AS_JSON
def export(
    job: Path,
    formats: tuple[str, ...],
    options: tuple[str, ...],
    folder: Path | None,
    source: "Path | Address | None",
    *,
    as_json: bool,
) -> None:
    """Write what JOB has in the formats of others: alignments, books to read along, datasets.

    Everything comes from the takes and chapters that are there; no engine is asked for anything.
    """
    from batchtts.cli.reports import exports as reports

    names = tuple(name.strip() for given in formats for name in given.split(",") if name.strip())
    if names == ("help",):
        reports.print_formats()
        return
    from batchtts.pipeline.exporting.asking import wanted
    from batchtts.pipeline.exporting.exporting import export as export_job

    settled = settle_job(job, source)
    chosen = wanted(settled.job, names, [_option(text) for text in options])
    exports = export_job(settled, chosen, folder or settled.workspace.exports)
    reports.show(exports, as_json=as_json)
    tell_standing(settled.job)
    exports.raise_if_incomplete()


def _option(text: str) -> tuple[str, str, str]:
    name, dot, rest = text.partition(".")
    key, equals, value = rest.partition("=")
    if not (dot and equals and name and key):
        raise click.BadParameter(f"{text!r} is not as FORMAT.NAME=VALUE", param_hint="--option")
    return name, key, value


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False), metavar="DIR")
@AS_JSON
def verify(folder: Path, *, as_json: bool) -> None:
    """Have exports read back by the real readers that are installed: the export in DIR, or all in it."""
    from batchtts.cli.reports import exports as reports
    from batchtts.pipeline.exporting.verifying import verify as verify_exports

    verified = verify_exports(folder)
    reports.show_verdicts(verified.verdicts, as_json=as_json)
    verified.raise_if_wrong()
