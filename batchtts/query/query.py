"""A query: conditions that a row has to meet, all of them, each with the text that says so."""

from collections.abc import Sequence
from dataclasses import dataclass

from batchtts.query.conditions import Condition, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One of the conditions of a query, as it is written."""

    text: str
    condition: Condition

    @property
    def names(self) -> tuple[str, ...]:
        """Return the values that it looks at, each once."""
        return tuple(dict.fromkeys(self.condition.names))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A column of a table that a query asks for, and where: an offset in its text, line and column in a manifest."""

    column: str
    offset: int
    place: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """Conditions that a row has to meet, all of them; `text` is what was written."""

    text: str
    clauses: tuple[Clause, ...]
    columns: tuple[Asked, ...] = ()

    def failing(self, row: Row) -> Clause | None:
        """Return the first condition that a row does not meet, None if it meets all."""
        for clause in self.clauses:
            if not clause.condition.holds(row):
                return clause
        return None

    def __str__(self) -> str:
        """Return what was written."""
        return self.text


def all_of(queries: Sequence[Query]) -> Query:
    """Return the query that wants what several want; offsets count in the text of each."""
    if len(queries) == 1:
        return queries[0]
    return Query(
        text=" and ".join(f"({query.text})" for query in queries),
        clauses=tuple(clause for query in queries for clause in query.clauses),
        columns=tuple(asked for query in queries for asked in query.columns),
    )
