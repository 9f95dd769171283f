"""What reports have in common: tables, JSON, and how numbers, money and places are written."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from batchtts.ledger.queries import ChapterState, Spending

Row = Sequence[object]


def print_json(form: object) -> None:
    """Print a value as JSON on stdout."""
    click.echo(json.dumps(form, ensure_ascii=False, indent=2))


def table(header: Row, rows: Sequence[Row]) -> None:
    """Print rows under a header: numbers to the right, everything else to the left."""
    cells = [[_cell(value) for value in row] for row in [header, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(header))]
    right = [
        bool(rows) and all(isinstance(row[column], int | float) for row in rows)
        for column in range(len(header))
    ]
    for row in cells:
        fields = (
            text.rjust(width) if is_number else text.ljust(width)
            for text, width, is_number in zip(row, widths, right, strict=True)
        )
        click.echo("  ".join(fields).rstrip())


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where that is due."""
    return f"{number:,} {noun}{'s' * (number != 1)}"


def segments(number: int) -> str:
    """Return a number of segments."""
    return counted(number, "segment")


def place(folder: Path) -> str:
    """Return a folder as a person would write it: from where they are, if it is below."""
    here, there = Path.cwd(), folder.resolve()
    return str(there.relative_to(here) if there.is_relative_to(here) else there)


def money(amount: float, currency: str) -> str:
    """Return an amount with its currency: to the cent, or as exactly as it takes to show that it is not nothing."""
    return f"{currency} {amount:,.2f}" if amount >= 0.1 or not amount else f"{currency} {amount:,.4f}"


def titles(chapters: "Sequence[ChapterState]") -> dict[str, str]:
    """Return titles for tables, by id; an id tells those apart that several chapters have."""
    counts = Counter(chapter.title for chapter in chapters)
    return {
        each.id: each.title[:44] if counts[each.title] == 1 else f"{each.title[:36]} ({each.id})"
        for each in chapters
    }


def print_spent(rows: "Sequence[Spending]") -> None:
    """Print what was spent, apart from what may have been: nobody knows what lost answers have cost."""
    from batchtts.pipeline.spending import spent

    for found in spent(rows):
        perhaps = f", and perhaps {money(found.possible, found.currency)} more" if found.possible else ""
        click.echo(f"Spent: {money(found.certain, found.currency)}{perhaps}.")
