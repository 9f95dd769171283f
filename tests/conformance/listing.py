"""What was shown, line by line of the acceptance list, for people and for CI."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import click

LINES = {
    1: "0.2.0 and 0.2.1: voices, formats, durations, length",
    2: "0.2.1: sessions, whose text may be split anywhere",
    3: "a wrong key is an error that every SDK understands",
    4: "1.2.0: every method, dialect B",
    5: "2.5.1 and 2.0.0: REST, dialects C and B",
    6: "2.13.0: REST, voices, account, dialect D",
    7: "429 with Retry-After",
    8: "long renders, pings, crowds",
    9: "what must be refused",
    10: "programs that run with either client, with only the import changed",
    11: "our client and 0.2.1: the same requests, the same results",
}
"""Nine lines of the protocol's acceptance list, and two that compare our client with the official one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One check: its line, what it checks, for whom, and what is wrong, None if nothing is."""

    line: int
    what: str
    who: str
    wrong: str | None = None


def print_list(everything: Sequence[Shown]) -> bool:
    """Print all lines; return whether each of them was checked and held."""
    by_line: dict[int, list[Shown]] = defaultdict(list)
    for shown in everything:
        by_line[shown.line].append(shown)
    for number, title in LINES.items():
        _print_line(number, title, by_line[number])
    wrong = [shown for shown in everything if shown.wrong]
    bare = [number for number in LINES if not by_line[number]]
    click.echo(f"\nConformance: {len(everything) - len(wrong)} passed, {len(wrong) + len(bare)} failed")
    return not wrong and not bare


def _print_line(number: int, title: str, checks: Sequence[Shown]) -> None:
    held = bool(checks) and not any(shown.wrong for shown in checks)
    click.echo(
        f"\n{'PASS' if held else 'FAIL'}  {number}. {title}{'' if checks else ': nothing was checked'}"
    )
    whose: dict[str, list[Shown]] = defaultdict(list)
    for shown in checks:
        whose[shown.what].append(shown)
    for what, shared in whose.items():
        names = ", ".join(dict.fromkeys(shown.who for shown in shared if not shown.wrong))
        if names:
            click.echo(f"      ok    {what}  [{names}]")
        for shown in shared:
            if shown.wrong:
                click.echo(f"      MISS  {what}  [{shown.who}]: {shown.wrong}")
