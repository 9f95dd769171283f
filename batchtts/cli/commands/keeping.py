"""What is done to an output folder between runs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtts.cli.group import main
from batchtts.cli.parameters import AS_JSON, JOB, OUTPUT
from batchtts.cli.settling import settle_job, tell_standing

if TYPE_CHECKING:
    from batchtts.address import Address


@main.command()
@JOB
@OUTPUT
@click.option("--deep", is_flag=True, help="Also decode each delivery, and prove where its words are heard.")
@click.option(
    "--sample",
    type=click.IntRange(1),
    metavar="N",
    help="As --deep, with only N words of each delivery, chosen by hash.",
)
@click.option(
    "--gate", type=click.Choice(["acx"]), help="Instead, hold each MP3 against what a store measures."
)
@AS_JSON
def check(
    job: Path, output: "Path | Address | None", gate: str | None, *, as_json: bool, **proving: Any
) -> None:
    """Compare every take and output of JOB with the ledger, to the byte."""
    from batchtts.cli import checking
    from batchtts.cli.reports import gates
    from batchtts.pipeline.planning.loading import load_job

    if gate and any(proving.values()):
        raise click.UsageError("--gate measures files, --deep and --sample prove them.")
    loaded = load_job(job, output=output)
    if gate:
        gates.check(loaded, gate, as_json=as_json)
        return
    found = checking.check(loaded, **proving)
    checking.show(found, as_json=as_json)
    tell_standing(loaded)
    found.raise_if_wrong()


@main.command()
@JOB
@click.argument("segments", nargs=-1, required=True, metavar="SEGMENT...")
@click.option("--why", required=True, help="What is wrong with the take; it is kept in the ledger.")
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), help="The seed to use; by default the next one.")
@OUTPUT
def retake(
    job: Path, segments: tuple[str, ...], why: str, seed: int | None, output: "Path | Address | None"
) -> None:
    """Drop the takes of SEGMENTs of JOB, so that the next run asks for others."""
    from batchtts.pipeline.upkeep import keeping

    for id_, new_seed in keeping.retake(settle_job(job, output, follow=True), segments, why=why, seed=seed):
        click.echo(f"{id_}: the next run asks again, with seed {new_seed}")


@main.command()
@JOB
@OUTPUT
@click.option(
    "--unused", is_flag=True, help="Also takes that no segment asks for now; undoing an edit then costs."
)
@click.option("--dry-run", is_flag=True, help="Delete nothing, only say what would be.")
def prune(job: Path, output: "Path | Address | None", *, unused: bool, dry_run: bool) -> None:
    """Delete dropped takes, leftovers, and files of chapters that JOB no longer has."""
    from batchtts.pipeline.upkeep import pruning

    pruned = pruning.prune(settle_job(job, output, follow=True), unused=unused, dry_run=dry_run)
    for path in pruned.paths:
        click.echo(path)
    verb = "would be deleted" if dry_run else "deleted"
    click.echo(f"{len(pruned.paths)} takes and files, {pruned.n_bytes / 1e6:.1f} MB, {verb}.")


@main.command()
@JOB
@click.argument(
    "folders", nargs=-1, required=True, metavar="FOLDER...", type=click.Path(path_type=Path, file_okay=False)
)
@OUTPUT
@click.option("--all", "everything", is_flag=True, help="Also takes that no segment asks for now.")
@AS_JSON
def merge(
    job: Path, folders: tuple[Path, ...], output: "Path | Address | None", *, everything: bool, as_json: bool
) -> None:
    """Join takes and records of shards, the output FOLDERs of other machines, in the folder of JOB.

    Nothing that is in use here is replaced, and the FOLDERs stay as they are. Merging one again adds nothing.
    """
    from batchtts.cli.reports.merged import merged_form, print_merged
    from batchtts.cli.reports.printing import print_json
    from batchtts.pipeline.upkeep import merging

    merged = merging.merge(settle_job(job, output, follow=True), folders, everything=everything)
    if as_json:
        print_json(merged_form(merged))
    else:
        print_merged(merged)
    merged.raise_if_damaged()
