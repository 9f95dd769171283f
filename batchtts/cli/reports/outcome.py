"""What `run` prints at its end: what was rendered, what came of it, and what is missing."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtts.cli.durations import duration
from batchtts.cli.reports.printing import counted, place, print_spent, segments

if TYPE_CHECKING:
    from batchtts.pipeline.outcome import Outcome


def print_outcome(outcome: "Outcome", folder: Path) -> None:
    """Print what came of a run, with the holes if there are any."""
    if outcome.shard is not None:
        click.echo(_shard_line(outcome))
    there = counted(len(outcome.masters), "chapter") if outcome.has_chapters else segments(outcome.n_done)
    whole = f"{there}, {duration(outcome.audio_seconds)} of audio, in {place(folder)}"
    if not outcome.n_kept and not outcome.stitched and not outcome.holes and not outcome.n_left:
        click.echo(f"Nothing to render: all segments ({outcome.n_segments:,}) are up to date; {whole}.")
        _print_deliveries(outcome, folder)
        return
    stitched = f"; stitched {counted(len(outcome.stitched), 'chapter')}" if outcome.has_chapters else ""
    rate = outcome.rendered_seconds / max(outcome.wall_seconds, 1e-6)
    if outcome.n_kept:
        click.echo(
            f"Rendered {counted(outcome.n_kept, 'segment')}, {duration(outcome.rendered_seconds)} of speech, "
            f"in {duration(outcome.wall_seconds)} ({rate:.0f} times realtime){stitched}."
        )
    else:
        lacking = outcome.n_left + len(outcome.holes)
        rendered = (
            f"Rendered none of {counted(lacking, 'segment')}" if lacking else "Nothing had to be rendered"
        )
        click.echo(f"{rendered}{stitched}.")
    if outcome.masters or not outcome.has_chapters or outcome.error is None:
        click.echo(f"{'Complete' if outcome.error is None else 'Whole so far'}: {whole}.")
    print_spent(outcome.spending)
    _print_deliveries(outcome, folder)
    if outcome.n_left:
        click.echo(f"Left: {counted(outcome.n_left, 'segment')}.")
    print_holes(outcome)


def _print_deliveries(outcome: "Outcome", folder: Path) -> None:
    """Print which files were made of the whole book, or why none were."""
    found = outcome.deliveries
    if found.lacking is not None:
        click.echo(f"No audiobook: {found.lacking}.")
    if found.files and not found.made:
        click.echo(f"Up to date: {counted(len(found.files), 'file')} in {place(folder / 'audiobook')}.")
    elif found.made:
        click.echo(f"Delivered {counted(len(found.made), 'file')} in {place(folder / 'audiobook')}.")


def _shard_line(outcome: "Outcome") -> str:
    name = str(outcome.shard).capitalize()
    if not outcome.n_segments:
        return f"{name}: no segment belongs to it."
    is_done = outcome.n_done == outcome.n_segments
    merging = "; `batchtts merge` joins it with the others" if is_done else ""
    return f"{name}: {outcome.n_done:,} of its {counted(outcome.n_segments, 'segment')} done{merging}."


def print_holes(outcome: "Outcome", *, err: bool = False) -> None:
    """Print every segment that has no take, and why."""
    if outcome.holes:
        click.echo("No take of:", err=err)
    for hole in outcome.holes:
        click.echo(f"  {hole}", err=err)
