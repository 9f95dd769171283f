"""The tree of a manifest: what stands in it and where, before anything is known about its meaning."""

import json
import re
from typing import NamedTuple, TypeAlias

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
MOST_LEVELS = 64  # deeper than anything that makes sense
LONGEST_QUOTATION = 40
SURROGATE = re.compile("[\ud800-\udfff]")  # half of a character, which no file can hold


# A manifest may hold a million of these, so they are tuples: made in half the time of a frozen dataclass.
class ScalarNode(NamedTuple):
    """A single value; `plain` says that it stands there without quotes."""

    text: str
    plain: bool
    line: int
    column: int


class ListNode(NamedTuple):
    """A list; line and column count from 1, here as in all nodes."""

    items: "list[Node]"
    line: int
    column: int


class MappingNode(NamedTuple):
    """A mapping: the text of each key, with the key's own node and its value."""

    entries: "dict[str, tuple[ScalarNode, Node]]"
    line: int
    column: int


class RefusedNode(NamedTuple):
    """Stands for something that was complained about already, so that nobody does so again."""

    line: int
    column: int


Node: TypeAlias = ScalarNode | ListNode | MappingNode | RefusedNode


def is_null(node: Node) -> bool:
    """Say whether nothing was given: `~`, `null`, or an empty place."""
    return isinstance(node, ScalarNode) and node.plain and node.text in NULLS


def describe(node: Node) -> str:
    """Return what stands at `node`, for the end of a sentence such as "must be a number, not ..."."""
    if isinstance(node, ScalarNode):
        return "empty" if is_null(node) else quote(node.text)
    return "a list" if isinstance(node, ListNode) else "a mapping"


def quote(text: str) -> str:
    """Return `text` in double quotes, on one line and not too long."""
    if len(text) > LONGEST_QUOTATION:
        text = text[: LONGEST_QUOTATION - 1] + "…"
    return json.dumps(text, ensure_ascii=False)
