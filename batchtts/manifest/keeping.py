"""The query that says which rows of a dataset are kept."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from batchtts.job import Source
from batchtts.manifest.kinds import MANY_LINES, Schema, Text, refuse
from batchtts.manifest.nodes import ListNode, Node, ScalarNode, quote
from batchtts.manifest.review import Review
from batchtts.manifest.suggestions import suggest
from batchtts.query.parsing import parse
from batchtts.query.query import Query, all_of
from batchtts.query.tokens import QueryError
from batchtts.query.values import VALUES

_EXAMPLE = (
    'Write as in "chars_per_second between 6 and 28 and lead_silence < 0.5"; docs/datasets.md tells all.'
)


class Keep:
    """A query over what is known of a row, or a list of them, of which a row has to meet all."""

    words = 'a query such as "seconds > 1", or a list of queries'

    def check(self, node: Node, review: Review) -> Query | None:
        """Return the query."""
        if not isinstance(node, ListNode):
            return self._entry(node, review)
        found: list[Query | None] = []
        for index, item in enumerate(node.items):
            review.path.append(index)
            found.append(self._entry(item, review))
            review.path.pop()
        queries = [query for query in found if query is not None]
        if not found:
            review.complain(
                node, "must have at least one entry", hint="Leave it out to keep all that is sound."
            )
        return all_of(queries) if queries and len(queries) == len(found) else None

    def schema(self) -> Schema:
        """Return both forms; whether a query can be understood is beyond a schema."""
        entry = Text(form=MANY_LINES).schema()
        return {"anyOf": [entry, {"type": "array", "minItems": 1, "items": entry}]}

    def _entry(self, node: Node, review: Review) -> Query | None:
        if not isinstance(node, ScalarNode) or not MANY_LINES.fullmatch(node.text):
            refuse(self, node, review)
            return None
        try:
            query = parse(" ".join(node.text.splitlines()))
        except QueryError as error:
            what = f"{_key(review)}: {error.what} (character {error.offset + 1} of the query)"
            review.complain_at(*_place(node, error.offset, review), what, hint=_EXAMPLE)
            return None
        columns = (replace(asked, place=_place(node, asked.offset, review)) for asked in query.columns)
        return replace(query, columns=tuple(columns))


def check_columns(query: Query, sources: Iterable[Source], review: Review) -> None:
    """Complain of values that a query asks for and no row has: neither we measure them, nor a table brings them."""
    columns = {name for source in sources if source.columns for name in source.columns.extra}
    for asked in query.columns:
        if asked.column not in columns:
            known = suggest(asked.column, [*VALUES, *sorted(columns)], "values")
            hint = f"{known} A text stands in quotes."
            what = f"dataset.keep: there is no value {quote(asked.column)}"
            review.complain_at(*asked.place, what, hint=hint)


def _key(review: Review) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in review.path).lstrip(".")


def _place(node: ScalarNode, offset: int, review: Review) -> tuple[int, int]:
    """Return line and column of a character of a text; those of the text if it is folded or has escapes."""
    first = node.column - 1 + (0 if node.plain else 1)
    try:
        lines = Path(review.file).read_text("utf-8-sig", errors="replace").splitlines()
    except OSError:
        lines = []
    line = lines[node.line - 1] if node.line <= len(lines) else ""
    if line[first : first + len(node.text)] != node.text:
        return node.line, node.column
    return node.line, first + offset + 1
