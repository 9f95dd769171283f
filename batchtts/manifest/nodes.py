"""The tree of a manifest: what stands in it and where, before anything is known about its meaning.

A tree may be read while it is gone through, so lists and mappings are gone through once and in order.  Parts
may be left out: the reader looks through them by itself.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

NULLS = frozenset({"", "~", "null", "Null", "NULL"})
MOST_LEVELS = 64  # deeper than anything that makes sense
LONGEST_QUOTATION = 40
SURROGATE = re.compile("[\ud800-\udfff]")  # half of a character, which no file can hold


class Start(Protocol):
    """Where something begins, as parsers count: line and column from 0."""

    @property
    def line(self) -> int: ...
    @property
    def column(self) -> int: ...


# A manifest may hold a million nodes, each for a moment: frozen ones would take four times as long to make.
@dataclass(slots=True, eq=False)
class PlacedNode:
    """Something that stands in a manifest."""

    start: Start

    @property
    def line(self) -> int:
        """The line in which it begins, from 1."""
        return self.start.line + 1

    @property
    def column(self) -> int:
        """The column in which it begins, from 1."""
        return self.start.column + 1


@dataclass(slots=True, eq=False)
class ScalarNode(PlacedNode):
    """A single value; `plain` says that it stands there without quotes."""

    text: str
    plain: bool


@dataclass(slots=True, eq=False)
class NullNode(PlacedNode):
    """Nothing was given: `text` is `~`, `null`, or empty."""

    text: str


KeyNode: TypeAlias = ScalarNode | NullNode


@dataclass(slots=True, eq=False)
class ListNode(PlacedNode):
    """A list."""

    items: "Iterable[Node]"


@dataclass(slots=True, eq=False)
class MappingNode(PlacedNode):
    """A mapping; no two of its keys have the same text."""

    entries: "Iterable[tuple[KeyNode, Node]]"


@dataclass(slots=True, eq=False)
class RefusedNode(PlacedNode):
    """Stands for something that was complained about already, so that nobody does so again."""


Node: TypeAlias = ScalarNode | NullNode | ListNode | MappingNode | RefusedNode


def describe(node: Node) -> str:
    """Return what stands at `node`, for the end of a sentence such as "must be a number, not ..."."""
    if isinstance(node, NullNode):
        return "empty"
    if isinstance(node, ScalarNode):
        return quote(node.text)
    return "a list" if isinstance(node, ListNode) else "a mapping"


def quote(text: str) -> str:
    """Return `text` in double quotes, on one line and not too long."""
    if len(text) > LONGEST_QUOTATION:
        text = text[: LONGEST_QUOTATION - 1] + "…"
    return json.dumps(text, ensure_ascii=False)
