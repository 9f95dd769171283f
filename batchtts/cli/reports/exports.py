"""What an export came to, as text and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from batchtts.cli.reports.printing import counted, place, print_json, table

if TYPE_CHECKING:
    from batchtts.export.verification.reading import Verdict
    from batchtts.pipeline.exporting.exporting import Exported, Exports
    from batchtts.pipeline.outcome import Outcome
    from batchtts.pipeline.planning.settling import Settled


def show(exports: "Exports", *, as_json: bool) -> None:
    """Print which folders were written."""
    if as_json:
        print_json([_form(each) for each in exports.folders])
        return
    for each in exports.folders:
        click.echo(
            f"{place(each.path)}  {counted(each.n_files, 'file')}, {each.n_bytes / 1e6:.1f} MB; {_rows(each)}"
        )


def finish(settled: "Settled", outcome: "Outcome", *, quiet: bool) -> None:
    """Write what the job is exported to, as far as it is not there, after a run that has left nothing open."""
    if not settled.job.exports or outcome.error is not None or not outcome.is_of_everything:
        return
    from batchtts.pipeline.exporting.asking import wanted
    from batchtts.pipeline.exporting.exporting import export

    folder = settled.workspace.exports
    exports = export(settled, wanted(settled.job, ()), folder, only_stale=True)
    if quiet:
        return
    show(exports, as_json=False)
    if exports.current:
        click.echo(f"Up to date: {counted(len(exports.current), 'export')} in {place(folder)}.")


def print_formats() -> None:
    """Print the formats that there are, with their options."""
    from batchtts.export.formats import FORMATS

    table(
        ("format", "made of", "needs", "what it is", "options"),
        [
            (
                form.name,
                form.material,
                "" if form.level == "segment" else f"{form.level}s",
                form.description,
                ", ".join(
                    f"{option.name}={'|'.join(str(value).lower() for value in option.values)}"
                    for option in form.options
                ),
            )
            for form in FORMATS.values()
        ],
    )


def _form(each: "Exported") -> dict[str, object]:
    return {
        "format": each.format,
        "path": str(each.path),
        "n_files": each.n_files,
        "n_bytes": each.n_bytes,
        "planned": each.counts.planned,
        "exported": each.counts.exported,
        "rejected": dict(sorted(each.counts.rejected.items())),
        "changed_texts": each.counts.changed_texts,
    }


def _rows(each: "Exported") -> str:
    from batchtts.export.formats import FORMATS, Material

    counts = each.counts
    what = "chapter" if FORMATS[each.format].material is Material.CHAPTERS else "row"
    parts = [f"{counts.exported:,} of {counted(counts.planned, what)}"]
    parts += [f"{n:,} left out: {reason}" for reason, n in sorted(counts.rejected.items())]
    if counts.changed_texts:
        parts.append(f"{counted(counts.changed_texts, 'text')} changed")
    return "; ".join(parts)


def show_verdicts(verdicts: "Sequence[Verdict]", *, as_json: bool) -> None:
    """Print what came of each reader."""
    if as_json:
        print_json([asdict(verdict) for verdict in verdicts])
        return
    table(
        ("format", "reader", "version", "outcome", "what was compared"),
        [
            (
                verdict.format,
                verdict.reader,
                verdict.version or "",
                str(verdict.outcome),
                ", ".join(f"{n:,} {what}" for what, n in verdict.compared.items()),
            )
            for verdict in verdicts
        ],
    )
    for verdict in verdicts:
        for problem in verdict.problems:
            click.echo(f"{verdict.format}, {verdict.reader}: {problem}")
        if verdict.n_problems > len(verdict.problems):
            click.echo(f"  … and {verdict.n_problems - len(verdict.problems):,} more")
