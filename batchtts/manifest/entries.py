"""The entries of a mapping while it is read: each key once, and nothing merged in from elsewhere."""

from typing import TypeAlias

from batchtts.manifest.nodes import Node, ScalarNode, quote
from batchtts.manifest.review import Review

Entries: TypeAlias = dict[str, tuple[ScalarNode, Node]]


def add_entry(entries: Entries, key: ScalarNode, value: Node, review: Review) -> None:
    """Add a key with its value, or complain; where a key stands twice the first one holds."""
    if key.text == "<<" and key.plain:
        hint = "Write the keys out in each mapping."
        review.complain_at(key.line, key.column, "merge key <<: merge keys are refused", hint=hint)
    elif (first := entries.setdefault(key.text, (key, value))[0]) is not key:
        what = f"the key {quote(key.text)} stands here and in line {first.line}, column {first.column}"
        review.complain_at(key.line, key.column, what, hint="Keep one of the two.")
