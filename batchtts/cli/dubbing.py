"""What comes after a run of subtitles: how slots are filled is printed, and the track goes into a film."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from batchtts.cli.reports.printing import counted, table

if TYPE_CHECKING:
    from batchtts.pipeline.deliveries.dubbing import SlotReport
    from batchtts.pipeline.outcome import Outcome
    from batchtts.pipeline.planning.settling import Settled

_LONGEST_TEXT = 40


def finish(settled: "Settled", outcome: "Outcome", film: Path | None, *, quiet: bool, verbose: bool) -> None:
    """Print how the slots are filled, unless it is to be quiet; then copy the film, if there is one and all is done."""
    from batchtts.pipeline.deliveries.dubbing import read_reports

    reports = read_reports(settled.workspace, outcome.masters)
    if not quiet:
        print_slots(reports, verbose=verbose)
    if film is None or outcome.error is not None:
        return
    from batchtts.pipeline.deliveries.remuxing import remux

    copy = asyncio.run(remux(settled, reports, film))
    if not quiet:
        click.echo(f"{copy.path}  {copy.n_bytes / 1e6:.1f} MB")


def print_slots(reports: "Sequence[SlotReport]", *, verbose: bool) -> None:
    """Print how speech fits into its slots; with `verbose`, slot by slot."""
    for report in reports:
        form = report.form
        if verbose:
            table(_HEADER, [_row(slot, form) for slot in form["slots"]])
        click.echo(_summary(form))


_HEADER = ("line", "slot", "requested", "allowed", "obtained", "residual", "policy", "how", "text")


def _row(slot: dict[str, Any], form: dict[str, Any]) -> tuple[object, ...]:
    start, end = slot["slot_ms"]
    return (
        slot["line"],
        f"{_clock(start)}-{_clock(end)}",
        f"{slot['requested_s']:.3f}",
        f"{slot['allowed_s']:.3f}",
        f"{slot['obtained_s']:.3f}",
        f"{slot['residual_s']:+.3f}{'' if slot['fits'] else ' missed'}",
        form["policy"],
        _how(slot["length"]),
        slot["text"] if len(slot["text"]) <= _LONGEST_TEXT else slot["text"][: _LONGEST_TEXT - 1] + "…",
    )


def _how(length: dict[str, Any] | None) -> str:
    """Return what was done to make speech fit."""
    if length is None:
        return "as it came"
    stretch = "" if length["stretch"] == 1 else f", stretched by {length['stretch']:.3f}"
    return f"speed {length['speed']:g}{stretch}"


def _summary(form: dict[str, Any]) -> str:
    n_cut_off = sum(slot["cut_off"] > 0 for slot in form["slots"])
    n_missed = sum(abs(slot["residual_s"]) > form["tolerance_s"] for slot in form["slots"])
    missed = f"{n_missed:,} miss it by more than {form['tolerance_s']:g} s"
    worst = f", at worst by {form['worst_residual_s']:+.3f} s" if n_missed else ""
    cut = f"; {counted(n_cut_off, 'segment')} cut off by the end of the track" if n_cut_off else ""
    return (
        f"Slots: of {counted(len(form['slots']), 'segment')}, {missed}{worst}{cut} (policy {form['policy']})."
    )


def _clock(ms: int) -> str:
    minutes, ms = divmod(ms, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{ms / 1000:06.3f}"
