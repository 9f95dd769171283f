"""What `check --gate` prints: a sheet with all files and measures, and each miss in a line."""

from math import isfinite
from typing import TYPE_CHECKING

import click

from batchtts.cli.reports.printing import counted, print_json, table

if TYPE_CHECKING:
    from batchtts.job import Job
    from batchtts.pipeline.deliveries.gating import Gated


def check(job: "Job", gate: str, *, as_json: bool) -> None:
    """Measure the files of a job, print what was found, and raise `GateFailed` if any misses the gate."""
    from batchtts.pipeline.deliveries import gating
    from batchtts.pipeline.standing import standing

    gated = gating.gate(job, gate)
    if as_json:
        print_json(gate_form(gated))
    else:
        print_gate(gated)
    if job.output.address is not None:
        click.echo(standing(job), err=True)
    gated.raise_if_missed()


def gate_form(gated: "Gated") -> dict[str, object]:
    """Return the sheet as JSON; null stands for the level of digital silence."""
    return {
        "gate": gated.gate,
        "limits": {
            limit.measure: {"least": limit.least, "most": limit.most, "unit": limit.unit}
            for limit in gated.limits
        },
        "files": [
            {"path": sheet.path, **{name: _number(value) for name, value in sheet.measures.items()}}
            for sheet in gated.sheets
        ],
        "misses": [
            {
                "path": miss.path,
                "measure": miss.limit.measure,
                "value": _number(miss.value),
                "limit": miss.limit.bounds,
            }
            for miss in gated.misses
        ],
    }


def print_gate(gated: "Gated") -> None:
    """Print the sheet as a table: a row for the limits and one for each file, with `!` behind what misses; then the misses."""
    missed = {(miss.path, miss.limit.measure) for miss in gated.misses}
    rows: list[tuple[object, ...]] = [("", *(limit.signs for limit in gated.limits))]
    for sheet in gated.sheets:
        cells = []
        for limit in gated.limits:
            mark = " !" if (sheet.path, limit.measure) in missed else ""
            cells.append(f"{limit.number(sheet.measures[limit.measure])}{mark}")
        rows.append((sheet.path.rpartition("/")[2], *cells))
    table(("file", *(limit.column for limit in gated.limits)), rows)
    for miss in gated.misses:
        click.echo(str(miss))
    n_missing = len({miss.path for miss in gated.misses})
    n_right = len(gated.sheets) - n_missing
    click.echo(f"{gated.gate}: {n_right} of {counted(len(gated.sheets), 'file')} within all limits.")


def _number(value: float) -> float | None:
    return round(value, 3) if isfinite(value) else None
