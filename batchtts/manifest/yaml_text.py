"""YAML text becomes a tree of nodes, straight from the parser's events.

Reading events costs a fifth of constructing Python values, and says where everything stands.  What could make
a small file large or a harmless one dangerous (aliases, tags, merge keys) is refused on the way.
"""

import re
from collections.abc import Iterator

import yaml
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from batchtts.manifest.encoding import position
from batchtts.manifest.entries import Entries, add_entry
from batchtts.manifest.nodes import (
    MOST_LEVELS,
    SURROGATE,
    ListNode,
    MappingNode,
    Node,
    RefusedNode,
    ScalarNode,
    quote,
)
from batchtts.manifest.review import Review
from batchtts.manifest.syntax import explain

_UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class TooDeep(Exception):
    """The text nests deeper than anything that makes sense."""


def read_yaml(text: str, review: Review, *, pure: bool = False) -> Node | None:
    """Return the tree of a YAML text, or None, and a complaint, if it has no readable one.

    `pure` asks for the parser that is written in Python, which also stands in where the other is missing.
    """
    tree = _Tree(_events(text, pure=pure), review)
    try:
        return tree.read()
    except TooDeep:
        review.complain_at(*tree.place, f"nests deeper than {MOST_LEVELS} levels")
    except yaml.reader.ReaderError:
        # One parser counts in bytes, the other in characters, so the place is looked up again.
        found = _UNREADABLE.search(text)
        assert found is not None
        what = f"the character U+{ord(found.group()):04X} cannot stand in a manifest"
        review.complain_at(*position(text, found.start()), what, hint="Was this file saved as UTF-8 text?")
    except yaml.MarkedYAMLError as error:
        line, column, what, hint = explain(error)
        review.complain_at(line, column, what, hint=hint)
    except (ValueError, OverflowError):  # from the Python parser: escapes and versions beyond all numbers
        review.complain_at(*tree.place, "what follows holds a number that YAML cannot read")
    return None


def _events(text: str, *, pure: bool) -> Iterator[Event]:
    fast = yaml.__with_libyaml__ and not pure
    return iter(yaml.parse(text, Loader=yaml.CSafeLoader if fast else yaml.SafeLoader))


class _Tree:
    """Builds nodes from events."""

    def __init__(self, events: Iterator[Event], review: Review) -> None:
        self._events = events
        self._review = review
        self._level = 0
        self._last: Event | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the last event."""
        return _place(self._last) if self._last else (1, 1)

    def read(self) -> Node | None:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent) and root is not None:
                hint = "A manifest is one document: take '---' out."
                self._complain(event, "a second document begins", hint)
                break
            if isinstance(event, NodeEvent):
                root = self._node(event)
        return root

    def _node(self, event: Event) -> Node:
        self._last = event
        if type(event) is ScalarEvent:
            return self._scalar(event)
        if isinstance(event, AliasEvent):
            what = f"alias {quote(f'*{event.anchor}')}: aliases are refused"
            self._complain(event, what, "Write the value out again.")
            return RefusedNode(*_place(event))
        assert isinstance(event, CollectionStartEvent)
        self._check_properties(event)
        self._level += 1
        if self._level > MOST_LEVELS:
            raise TooDeep
        node = self._mapping(event) if type(event) is MappingStartEvent else self._list(event)
        self._level -= 1
        return node

    def _scalar(self, event: ScalarEvent) -> ScalarNode | RefusedNode:
        text = event.value
        if event.anchor is not None or event.tag is not None:
            self._check_properties(event)
            if event.tag is not None:
                return RefusedNode(*_place(event))
        if event.style == '"' and not text.isascii() and SURROGATE.search(text):
            hint = "Write the character itself, or as in \\U0001F600."
            self._complain(event, "holds half of a surrogate pair", hint)
            return RefusedNode(*_place(event))
        return ScalarNode(text, event.implicit[0], *_place(event))

    def _list(self, start: CollectionStartEvent) -> ListNode:
        items: list[Node] = []
        for event in self._events:
            if type(event) is SequenceEndEvent:
                break
            items.append(self._node(event))
        return ListNode(items, *_place(start))

    def _mapping(self, start: CollectionStartEvent) -> MappingNode:
        entries: Entries = {}
        for event in self._events:
            if type(event) is MappingEndEvent:
                break
            key, value = self._node(event), self._node(next(self._events))
            if isinstance(key, ScalarNode):
                add_entry(entries, key, value, self._review)
            elif not isinstance(key, RefusedNode):
                self._complain(event, "a key must be plain text", "Is a quote or a closing bracket missing?")
        return MappingNode(entries, *_place(start))

    def _check_properties(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.anchor is not None:
            what = f"anchor {quote(f'&{event.anchor}')}: anchors are refused"
            self._complain(event, what, "Write the value out each time.")
        if event.tag is not None:
            tag = quote(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._complain(event, f"tag {tag}: tags are refused", "Take the tag (!…) out.")

    def _complain(self, event: Event, what: str, hint: str) -> None:
        self._review.complain_at(*_place(event), what, hint=hint)


def _place(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    assert mark is not None
    return mark.line + 1, mark.column + 1
