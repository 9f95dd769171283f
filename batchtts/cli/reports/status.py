"""What `status` prints: how far a job is, by what its ledger says."""

import os
import platform
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from batchtts.cli.durations import duration
from batchtts.cli.reports.printing import counted, print_spent, table, titles

if TYPE_CHECKING:
    from batchtts.ledger.queries import RunInfo
    from batchtts.ledger.reading import LedgerReader


def status_form(ledger: "LedgerReader") -> dict[str, object]:
    """Return what the ledger knows as JSON."""
    from batchtts.pipeline.spending import spent

    last = ledger.last_run()
    spending = ledger.spending()
    return {
        "last_run": None if last is None else asdict(last),
        "states": dict(ledger.counts()),
        "chapters": [asdict(chapter) for chapter in ledger.chapter_states()],
        "holes": [asdict(hole) for hole in ledger.holes(only_failed=True)],
        "attempts": [asdict(row) for row in spending],
        "spent": [asdict(found) for found in spent(spending)],
    }


def _end(run: "RunInfo") -> str:
    if run.ended_at is None:
        return f"{'going on' if _is_alive(run) else 'killed'} (process {run.pid} on {run.host})"
    why = f" ({run.reason})" if run.reason else ""
    return f"ended {run.ended_at}: {run.outcome}{why}"


def _is_alive(run: "RunInfo") -> bool:
    """Return whether the process of a run is there, as far as this machine can tell."""
    if run.host != platform.node() or os.name != "posix":
        return True
    try:
        os.kill(run.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def print_status(ledger: "LedgerReader") -> None:
    """Print how far a job is, by what its ledger says."""
    last = ledger.last_run()
    if last is not None:
        click.echo(f"Last run: began {last.started_at}, {_end(last)}")
    states = ("done", "rendering", "failed", "pending")
    chapters = ledger.chapter_states()
    named = titles(chapters)
    table(
        ("chapter", "title", *states, "speech"),
        [
            (
                chapter.number,
                named[chapter.id],
                *(chapter.states.get(state, 0) for state in states),
                duration(chapter.audio_seconds),
            )
            for chapter in chapters
        ],
    )
    spending = ledger.spending()
    for outcome in dict.fromkeys(
        row.outcome for row in spending
    ):  # one that has prices has a row for each currency
        rows = [row for row in spending if row.outcome == outcome]
        n_attempts, n_characters = sum(row.n_attempts for row in rows), sum(row.n_characters for row in rows)
        click.echo(f"attempts {outcome or 'open'}: {n_attempts:,}, {counted(n_characters, 'character')}")
    print_spent(spending)
    for hole in ledger.holes(only_failed=True):
        click.echo(
            f"failed: {hole.segment} ({hole.document}: {hole.locator}) {hole.text[:60]!r}: {hole.detail}"
        )
