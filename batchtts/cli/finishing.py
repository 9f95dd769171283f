"""What comes before and after the rendering of a run: what it will need is checked, and what it has is handed over."""

from pathlib import Path
from typing import TYPE_CHECKING

from batchtts.cli import dubbing
from batchtts.cli.reports import exports
from batchtts.cli.reports.outcome import print_holes, print_outcome
from batchtts.cli.reports.printing import print_json

if TYPE_CHECKING:
    from batchtts.pipeline.outcome import Outcome
    from batchtts.pipeline.planning.settling import Settled


def check(settled: "Settled", film: Path | None) -> None:
    """Refuse a film and exports that cannot be made, before anything is spent."""
    if film is not None:
        from batchtts.pipeline.deliveries.remuxing import check_film

        check_film(settled.job, film)
    if settled.job.exports:
        from batchtts.pipeline.exporting.asking import wanted

        wanted(settled.job, ())


def tell(settled: "Settled", outcome: "Outcome", *, quiet: bool, as_json: bool) -> None:
    """Print what came of a run."""
    if as_json:
        from batchtts.pipeline.reporting import report

        print_json(report(outcome))
    elif quiet:
        print_holes(outcome, err=True)
    else:
        print_outcome(outcome, settled.workspace.root)


def finish(settled: "Settled", outcome: "Outcome", film: Path | None, *, quiet: bool, verbose: bool) -> None:
    """Tell how slots are filled, copy the film, and write what the job is exported to."""
    dubbing.finish(settled, outcome, film, quiet=quiet, verbose=verbose)
    exports.finish(settled, outcome, quiet=quiet)
