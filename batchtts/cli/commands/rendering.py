"""What a job is: planned, rendered, and how far it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtts.cli.group import main
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
from batchtts.cli.settling import settle_job, tell_standing

if TYPE_CHECKING:
    from batchtts.address import Address
    from batchtts.plan.sharding import Shard


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
    from batchtts.cli import finishing
    from batchtts.cli.progress import progress
    from batchtts.cli.signals import run_until_signal
    from batchtts.pipeline.running import RunOptions
    from batchtts.pipeline.running import run as run_job
    from batchtts.render.stopping import Stop

    settled = settle_job(job, output, follow=not local, quiet=quiet)
    film, verbose = limits.pop("film"), limits.pop("verbose")
    finishing.check(settled, film)
    options = RunOptions(**limits)
    stop = Stop()
    with progress("quiet" if quiet else form) as tell:
        outcome = run_until_signal(run_job(settled, options, tell=tell, stop=stop), stop)
    finishing.tell(settled, outcome, quiet=quiet, as_json=as_json)
    finishing.finish(settled, outcome, film, quiet=quiet or as_json, verbose=verbose)
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
    from batchtts.cli.reports.printing import print_json
    from batchtts.cli.reports.survey import print_survey, survey_form
    from batchtts.pipeline.surveying import survey

    found = survey(settle_job(job, output), only=only, shard=shard, explain=explain)
    if as_json:
        print_json(survey_form(found))
    else:
        print_survey(found)
    tell_standing(found.settled.job)


@main.command()
@JOB
@OUTPUT
@AS_JSON
def status(job: Path, output: "Path | Address | None", *, as_json: bool) -> None:
    """Show how far JOB is, from its ledger; also while it runs."""
    from batchtts.cli.reports.printing import print_json
    from batchtts.cli.reports.status import print_status, status_form
    from batchtts.pipeline.planning.loading import load_job, read_ledger

    loaded = load_job(job, output=output)
    with read_ledger(loaded) as ledger:
        if as_json:
            print_json(status_form(ledger))
        else:
            print_status(ledger)
    tell_standing(loaded)
