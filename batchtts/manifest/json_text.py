"""JSON text (RFC 8259) becomes a tree of nodes.

YAML's parsers read most JSON, but not every tab that indents it, nor characters written as surrogate pairs;
the standard library's reader does not say where anything stands.
"""

import re
from json import JSONDecodeError, JSONDecoder

from batchtts.manifest.entries import Entries, add_entry
from batchtts.manifest.nodes import (
    MOST_LEVELS,
    SURROGATE,
    ListNode,
    MappingNode,
    Node,
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


class _Reader:
    """Walks over a text once; `offset` is where it stands, `line` and `line_start` belong to `counted`."""

    def __init__(self, text: str, review: Review) -> None:
        self._text = text
        self._review = review
        self._offset = 0
        self._counted = 0
        self._line = 1
        self._line_start = 0
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
        line, column = self._place()
        self._offset = literal.end()
        return ScalarNode(literal.group(), True, line, column)

    def _string(self) -> ScalarNode | RefusedNode:
        line, column = self._place()
        value, self._offset = _read_string(self._text, self._offset)
        if not value.isascii() and SURROGATE.search(value):
            what = "holds half of a surrogate pair"
            self._review.complain_at(line, column, what, hint="Write the character itself.")
            return RefusedNode(line, column)
        return ScalarNode(value, False, line, column)

    def _list(self) -> ListNode:
        line, column = self._place()
        items: list[Node] = []
        while self._goes_on("]", first=not items):
            items.append(self._value())
        return ListNode(items, line, column)

    def _mapping(self) -> MappingNode:
        line, column = self._place()
        entries: Entries = {}
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
            if isinstance(key, ScalarNode):
                add_entry(entries, key, value, self._review)
        return MappingNode(entries, line, column)

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
        space = _SPACE.match(self._text, self._offset)
        assert space is not None
        self._offset = space.end()
        return self._text[self._offset : self._offset + 1]

    def _place(self) -> tuple[int, int]:
        """Return line and column; only what was passed since the last call is looked through again."""
        if lines := self._text.count("\n", self._counted, self._offset):
            self._line += lines
            self._line_start = self._text.rfind("\n", self._counted, self._offset) + 1
        self._counted = self._offset
        return self._line, self._offset - self._line_start + 1

    def _error(self, what: str) -> JSONDecodeError:
        return JSONDecodeError(what, self._text, self._offset)
