"""The commands: arguments in, one call, text out.  Everything heavy is imported by the command that needs it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtts import __version__
from batchtts.cli.failures import EXIT_CODES, Commands
from batchtts.cli.parameters import (
    AS_JSON,
    AUDIOBOOK,
    EXECUTOR,
    JOB,
    LOCAL,
    MASTER,
    ONLY,
    OUTPUT,
    SHARD,
    Duration,
)

if TYPE_CHECKING:
    from batchtts.address import Address
    from batchtts.plan.sharding import Shard


@click.group(cls=Commands, epilog=EXIT_CODES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="batchtts")
def main() -> None:
    """Render text to speech in batches, and record when every word is spoken."""


@main.command()
@JOB
@OUTPUT
@ONLY
@SHARD
@click.option("--concurrency", type=click.IntRange(1, 1024), help="How many segments are asked for at once.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Render at most N segments, then stop.")
@click.option(
    "--max-time", "max_seconds", type=Duration(), help="Stop in good order after this time, such as 45m."
)
@AUDIOBOOK
@MASTER
@click.option("--retry-failed", is_flag=True, help="Ask again for segments that failed before.")
@click.option(
    "--learn", is_flag=True, help="Learn anew from takes how fast voices speak, for limits.max_seconds."
)
@EXECUTOR
@click.option(
    "--progress",
    "form",
    type=click.Choice(["auto", "bar", "plain", "json"]),
    default="auto",
    show_default=True,
    help="How to show on stderr what happens.",
)
@click.option("--quiet", is_flag=True, help="Show nothing but errors and missing segments.")
@click.option("--verbose", is_flag=True, help="Show of each slot of subtitles how it is filled.")
@click.option(
    "--remux",
    "film",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="VIDEO",
    help="Also put the track of the subtitles into a copy of this film (mp4, m4v, mov, mkv).",
)
@LOCAL
@AS_JSON
def run(
    job: Path,
    output: "Path | Address | None",
    form: str,
    *,
    quiet: bool,
    local: bool,
    as_json: bool,
    **limits: Any,
) -> None:
    """Render what JOB still lacks, and stitch its chapters.

    Running it again does only what is missing: after an interruption, an edit, or a change of voice.
    """
    from batchtts.cli import dubbing, reports
    from batchtts.cli.progress import progress
    from batchtts.cli.signals import run_until_signal
    from batchtts.pipeline.reporting import report
    from batchtts.pipeline.running import RunOptions
    from batchtts.pipeline.running import run as run_job
    from batchtts.render.stopping import Stop

    settled = _settled(job, output, follow=not local, quiet=quiet)
    film, verbose = limits.pop("film"), limits.pop("verbose")
    if film is not None:
        from batchtts.pipeline.deliveries.remuxing import check_film

        check_film(settled.job, film)
    options = RunOptions(**limits)
    stop = Stop()
    with progress("quiet" if quiet else form) as tell:
        outcome = run_until_signal(run_job(settled, options, tell=tell, stop=stop), stop)
    if as_json:
        reports.print_json(report(outcome))
    elif quiet:
        reports.print_holes(outcome, err=True)
    else:
        reports.print_outcome(outcome, settled.workspace.root)
    dubbing.finish(settled, outcome, film, quiet=quiet or as_json, verbose=verbose)
    if settled.job.output.address is not None and not local:
        from batchtts.cli import exchanging

        exchanging.deliver(settled.job, outcome.error, quiet=quiet)
    if outcome.error is not None:
        raise outcome.error


@main.command()
@JOB
@OUTPUT
@ONLY
@SHARD
@click.option("--explain", is_flag=True, help="Say of each segment to ask for why.")
@AS_JSON
def plan(
    job: Path,
    output: "Path | Address | None",
    only: tuple[str, ...],
    shard: "Shard | None",
    *,
    explain: bool,
    as_json: bool,
) -> None:
    """Show what a run of JOB would do, and refuse what it could not.  Nothing is written."""
    from batchtts.cli import reports
    from batchtts.pipeline.surveying import survey

    found = survey(_settled(job, output), only=only, shard=shard, explain=explain)
    if as_json:
        reports.print_json(reports.survey_form(found))
    else:
        reports.print_survey(found)
    _tell_standing(found.settled.job)


@main.command()
@JOB
@OUTPUT
@AS_JSON
def status(job: Path, output: "Path | Address | None", *, as_json: bool) -> None:
    """Show how far JOB is, from its ledger; also while it runs."""
    from batchtts.cli import reports
    from batchtts.pipeline.planning.loading import load_job, read_ledger

    loaded = load_job(job, output=output)
    with read_ledger(loaded) as ledger:
        if as_json:
            reports.print_json(reports.status_form(ledger))
        else:
            reports.print_status(ledger)
    _tell_standing(loaded)


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
    from batchtts.cli import checking, gate_report
    from batchtts.pipeline.planning.loading import load_job

    if gate and any(proving.values()):
        raise click.UsageError("--gate measures files, --deep and --sample prove them.")
    loaded = load_job(job, output=output)
    if gate:
        gate_report.check(loaded, gate, as_json=as_json)
        return
    found = checking.check(loaded, **proving)
    checking.show(found, as_json=as_json)
    _tell_standing(loaded)
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

    for id_, new_seed in keeping.retake(_settled(job, output, follow=True), segments, why=why, seed=seed):
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

    pruned = pruning.prune(_settled(job, output, follow=True), unused=unused, dry_run=dry_run)
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
    from batchtts.cli.merge_report import merged_form, print_merged
    from batchtts.cli.reports import print_json
    from batchtts.pipeline.upkeep import merging

    merged = merging.merge(_settled(job, output, follow=True), folders, everything=everything)
    if as_json:
        print_json(merged_form(merged))
    else:
        print_merged(merged)
    merged.raise_if_damaged()


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


@main.command()
@click.option("--engine", help="Only the voices of this engine.")
@AS_JSON
def voices(engine: str | None, *, as_json: bool) -> None:
    """List the voices of the installed engines."""
    from batchtts.cli import reports
    from batchtts.pipeline.speaking import list_voices

    found = list_voices(engine)
    if as_json:
        reports.print_json(reports.voices_form(found.by_engine))
    else:
        reports.print_voices(found.by_engine)
    for note in found.notes:
        click.echo(f"Note: {note}", err=True)


@main.command()
@click.argument("text")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("speech.wav"),
    show_default=True,
    help="The file to write; its ending tells the format (wav, mp3, flac, opus, ogg, m4a).",
)
@click.option("--engine", default="hibari", show_default=True, help="The engine that speaks.")
@click.option("--voice", help="One of its voices; by default its first.")
@click.option("--speed", type=click.FloatRange(0.25, 4.0), default=1.0, show_default=True)
@click.option("--seed", type=click.IntRange(0, 2**32 - 1), default=0, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print the alignment as JSON.")
def say(text: str, output: Path, *, as_json: bool, **settings: Any) -> None:
    """Speak TEXT into a file."""
    from batchtts.alignment import to_json
    from batchtts.cli import reports
    from batchtts.pipeline.speaking import speak

    speech = speak(text, output, **settings)
    if as_json:
        reports.print_json(to_json(speech.alignment))
    else:
        click.echo(f"{output}  {speech.audio.seconds:.2f} s")


@main.command()
@click.option("--engine", default="hibari", show_default=True, help="The engine that speaks.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8484,
    show_default=True,
    help="The port to listen on; 0 takes any that is free.",
)
@click.option("--key", "keys", multiple=True, help="A key that clients may use. May be repeated.")
@click.option(
    "--voices",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The voices that clients see, as JSON; by default the engine's own.",
)
@click.option(
    "--faults",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="What goes wrong on purpose, as JSON.",
)
def serve(*, keys: tuple[str, ...], **settings: Any) -> None:
    """Serve LMNT's protocol with an engine of this machine, until a signal comes.

    Keys can also be in the variable BATCHTTS_SERVE_KEYS, parted by commas.
    """
    from batchtts.cli import serving
    from batchtts.server.running import ServeOptions

    serving.serve(ServeOptions(keys=serving.keys_of(keys), **settings))


@main.command()
def schema() -> None:
    """Print the JSON Schema of manifests, for editors."""
    from batchtts.cli import reports
    from batchtts.manifest.schema import json_schema

    reports.print_json(json_schema())


def _settled(job: Path, output: "Path | Address | None", *, follow: bool = False, quiet: bool = False) -> Any:
    """Return the job settled; with `follow`, after what its storage has new, if its output goes to one."""
    from batchtts.pipeline.planning.loading import load_job
    from batchtts.pipeline.planning.settling import settle

    loaded = load_job(job, output=output)
    if follow and loaded.output.address is not None:
        from batchtts.cli import exchanging

        exchanging.follow(loaded, quiet=quiet)
    return settle(loaded)


def _tell_standing(job: Any) -> None:
    """Say how old what is here may be, if the job's output goes to a storage."""
    if job.output.address is not None:
        from batchtts.pipeline.standing import standing

        click.echo(standing(job), err=True)
