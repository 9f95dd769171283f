"""What was spent: surely on answers that came, and perhaps on requests of which nobody knows the end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from batchtts.ledger.queries import Spending

CERTAIN = frozenset({"kept", "failed_checks", "discarded"})
POSSIBLE = frozenset({"unavailable", "interrupted", None})
"""Outcomes of attempts that were charged, and of those that may have been; all others cost nothing."""

_DIGITS = 6
"""Of an amount: enough for a character of the cheapest service, and no trace of binary fractions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """What attempts have cost in one currency: `certain`, and `possible` on top of it."""

    currency: str
    certain: float
    possible: float


def spent(rows: Iterable[Spending]) -> list[Spent]:
    """Return what attempts have cost, by currency; nothing for engines whose price nobody gave."""
    found: dict[str, Spent] = {}
    for row in rows:
        if row.cost is None or row.currency is None:
            continue
        before = found.get(row.currency, Spent(currency=row.currency, certain=0.0, possible=0.0))
        found[row.currency] = replace(
            before,
            certain=round(before.certain + row.cost * (row.outcome in CERTAIN), _DIGITS),
            possible=round(before.possible + row.cost * (row.outcome in POSSIBLE), _DIGITS),
        )
    return [found[currency] for currency in sorted(found)]


def since(before: Sequence[Spending], after: Sequence[Spending]) -> tuple[Spending, ...]:
    """Return what has been added to the spending of a job, given what it was before."""
    known = {(row.outcome, row.currency): row for row in before}
    added = (_less(row, known.get((row.outcome, row.currency))) for row in after)
    return tuple(row for row in added if row.n_attempts > 0)


def _less(row: Spending, before: Spending | None) -> Spending:
    if before is None:
        return row
    cost = None if row.cost is None else row.cost - (before.cost or 0.0)
    return replace(
        row,
        n_attempts=row.n_attempts - before.n_attempts,
        n_characters=row.n_characters - before.n_characters,
        cost=cost,
    )
