"""JSON text (RFC 8259) becomes a tree of nodes, before any is checked: it may prove to be YAML after all.

YAML's parsers read most JSON, but not every tab that indents it, nor characters written as surrogate pairs;
the standard library's reader does not say where anything stands.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from json import JSONDecodeError, JSONDecoder

from batchtts.manifest.entries import is_welcome
from batchtts.manifest.nodes import (
    MOST_LEVELS,
    SURROGATE,
    KeyNode,
    ListNode,
    MappingNode,
    Node,
    NullNode,
    RefusedNode,
    ScalarNode,
)
from batchtts.manifest.review import Review

_SPACE = re.compile(r"[ \t\r\n]*")
_LITERAL = re.compile(r"(?:true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![\w.+-])")
_read_string = JSONDecoder().raw_decode


def read_json(text: str, review: Review) -> Node:
    """Return the tree of a JSON text; raise JSONDecodeError if it is something else."""
    return _Reader(text, review).read()


class _Lines:
    """The lines of a text, counted when somebody asks for the first place."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self._text))]


@dataclass(slots=True, eq=False)
class _Place:
    """An offset into a text; its line and column, from 0, are looked up only for few of them."""

    lines: _Lines
    offset: int

    @property
    def line(self) -> int:
        return bisect_right(self.lines.starts, self.offset) - 1

    @property
    def column(self) -> int:
        return self.offset - self.lines.starts[self.line]


class _Reader:
    """Walks over a text once; `offset` is where it stands."""

    def __init__(self, text: str, review: Review) -> None:
        self._text = text
        self._review = review
        self._offset = 0
        self._lines = _Lines(text)
        self._level = 0

    def read(self) -> Node:
        node = self._value()
        if self._next():
            raise self._error("expected the end of the manifest")
        return node

    def _value(self) -> Node:
        sign = self._next()
        if sign == '"':
            return self._string()
        if sign in ("{", "["):
            self._level += 1
            if self._level > MOST_LEVELS:
                raise self._error(f"nests deeper than {MOST_LEVELS} levels")
            node = self._mapping() if sign == "{" else self._list()
            self._level -= 1
            return node
        if not (literal := _LITERAL.match(self._text, self._offset)):
            raise self._error("expected a value")
        start = _Place(self._lines, self._offset)
        self._offset = literal.end()
        if literal.group() == "null":
            return NullNode(start, "null")
        return ScalarNode(start, literal.group(), True)

    def _string(self) -> ScalarNode | RefusedNode:
        start = _Place(self._lines, self._offset)
        value, self._offset = _read_string(self._text, self._offset)
        if not value.isascii() and SURROGATE.search(value):
            what = "holds half of a surrogate pair"
            node = RefusedNode(start)
            self._review.complain_at(node.line, node.column, what, hint="Write the character itself.")
            return node
        return ScalarNode(start, value, False)

    def _list(self) -> ListNode:
        start = _Place(self._lines, self._offset)
        items: list[Node] = []
        while self._goes_on("]", first=not items):
            items.append(self._value())
        return ListNode(start, items)

    def _mapping(self) -> MappingNode:
        start = _Place(self._lines, self._offset)
        keys: dict[str, KeyNode] = {}
        entries: list[tuple[KeyNode, Node]] = []
        first = True
        while self._goes_on("}", first=first):
            first = False
            if self._next() != '"':
                raise self._error("expected a key in double quotes")
            key = self._string()
            if self._next() != ":":
                raise self._error("expected ':'")
            self._offset += 1
            value = self._value()
            if isinstance(key, ScalarNode) and is_welcome(key, keys, self._review):
                entries.append((key, value))
        return MappingNode(start, entries)

    def _goes_on(self, end: str, *, first: bool) -> bool:
        """Step over an opening bracket, a comma or a closing bracket; say whether a value follows."""
        if first:
            self._offset += 1
        sign = self._next()
        if sign == end:
            self._offset += 1
            return False
        if not first:
            if sign != ",":
                raise self._error(f"expected ',' or '{end}'")
            self._offset += 1
        return True

    def _next(self) -> str:
        """Step over white space and return the character that follows, or nothing at the end."""
        sign = self._text[self._offset : self._offset + 1]
        if sign > " ":  # all white space of JSON comes before that, and most signs follow at once
            return sign
        space = _SPACE.match(self._text, self._offset)
        assert space is not None
        self._offset = space.end()
        return self._text[self._offset : self._offset + 1]

    def _error(self, what: str) -> JSONDecodeError:
        return JSONDecodeError(what, self._text, self._offset)
