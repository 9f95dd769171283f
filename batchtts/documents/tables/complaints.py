"""What is wrong with a row of a table, and where in it."""

import difflib
from collections.abc import Iterable
from typing import Any, NamedTuple

from batchtts.documents.tables.rows import Kind

_LONGEST_EXCERPT = 40
_MOST_LISTED = 20


class Complaint(NamedTuple):
    """One thing that is wrong, in a column that counts from 1; `lines` below the one at which the row begins."""

    column: int
    what: str
    hint: str | None = None
    lines: int = 0


def misfit(name: str, kind: Kind, value: Any) -> str:
    """Return what is wrong with a value that is not of a kind."""
    return f"{name}: must be {kind.words}, not {excerpt(value)}"


def excerpt(value: Any) -> str:
    """Return as much of a value as can be shown in a line."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = (
        {True: "true", False: "false", None: "null"}[value] if isinstance(value, bool | None) else repr(value)
    )
    return text if len(text) <= _LONGEST_EXCERPT else text[: _LONGEST_EXCERPT - 1] + "…"


def suggestion(name: str, known: Iterable[str]) -> str:
    """Return which name may have been meant, or else which there are."""
    folded = {own.casefold(): own for own in known}
    if near := difflib.get_close_matches(name.casefold(), folded, n=1):
        return f"Did you mean {folded[near[0]]}?"
    listed = list(folded.values())
    return f"Known are {', '.join(listed[:_MOST_LISTED])}{', …' if len(listed) > _MOST_LISTED else '.'}"
