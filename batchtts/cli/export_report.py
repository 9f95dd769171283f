"""What an export came to, as text and as JSON."""

from typing import TYPE_CHECKING

import click

from batchtts.cli.reports import counted, print_json, table

if TYPE_CHECKING:
    from batchtts.pipeline.exporting.exporting import Exported, Exports


def show(exports: "Exports", *, as_json: bool) -> None:
    """Print which folders were written."""
    if as_json:
        print_json([_form(each) for each in exports.folders])
        return
    for each in exports.folders:
        click.echo(
            f"{each.path}  {counted(each.n_files, 'file')}, {each.n_bytes / 1e6:.1f} MB; {_rows(each)}"
        )


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
    counts = each.counts
    parts = [f"{counts.exported:,} of {counts.planned:,}"]
    parts += [f"{n:,} left out: {reason}" for reason, n in sorted(counts.rejected.items())]
    if counts.changed_texts:
        parts.append(f"{counted(counts.changed_texts, 'text')} changed")
    return "; ".join(parts)
