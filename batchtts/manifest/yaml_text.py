"""YAML text becomes a tree of nodes, straight from the parser's events.

Reading events costs a fifth of constructing Python values, and says where everything stands.  The tree never
exists as a whole: a node is gone when it has been checked, so a large manifest takes little more memory than
what is made of it.  What could make a small file large or a harmless one dangerous (aliases, tags, merge
keys) is refused on the way.
"""

from collections import deque
from collections.abc import Callable, Iterator
from typing import TypeVar

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
from batchtts.manifest.entries import is_welcome
from batchtts.manifest.nodes import (
    MOST_LEVELS,
    NULLS,
    SURROGATE,
    KeyNode,
    ListNode,
    MappingNode,
    Node,
    NullNode,
    RefusedNode,
    ScalarNode,
    Start,
    quote,
)
from batchtts.manifest.review import Review

T = TypeVar("T")


class TooDeep(Exception):
    """The text nests deeper than anything that makes sense."""


def read_yaml(text: str, review: Review, check: Callable[[Node], T], *, pure: bool = False) -> T | None:
    """Return what `check` makes of the tree of a YAML text, which is read while it is checked.

    Returns None after a complaint if there is no readable tree, and without one if there is none at all.
    `pure` asks for the parser that is written in Python, which also stands in where the other is missing.
    """
    reader = _Reader(review)
    try:
        return reader.read(_events(text, pure=pure), check)
    except TooDeep:
        review.complain_at(*reader.place, f"nests deeper than {MOST_LEVELS} levels")
    except yaml.reader.ReaderError:
        # One parser counts in bytes, the other in characters, so the place is looked up again.
        found = yaml.reader.Reader.NON_PRINTABLE.search(text)
        assert found is not None
        what = f"the character U+{ord(found.group()):04X} cannot stand in a manifest"
        review.complain_at(*position(text, found.start()), what, hint="Was this file saved as UTF-8 text?")
    except yaml.MarkedYAMLError as error:
        from batchtts.manifest.syntax import explain  # costs a start, and most manifests have no mistake

        line, column, what, hint = explain(error)
        review.complain_at(line, column, what, hint=hint)
    except (ValueError, OverflowError):  # from the Python parser: escapes and versions beyond all numbers
        review.complain_at(*reader.place, "what follows holds a number that YAML cannot read")
    return None


def _events(text: str, *, pure: bool) -> Iterator[Event]:
    fast = yaml.__with_libyaml__ and not pure
    loader = yaml.CSafeLoader(text) if fast else yaml.SafeLoader(text)
    # The parser is asked directly: a generator in between, as in yaml.parse, costs a tenth of all its events.
    return iter(loader.get_event, None)


class _Reader:
    """Makes nodes from events; the parser goes on when a list or a mapping is asked for its next entry."""

    def __init__(self, review: Review) -> None:
        self._review = review
        self._events: Iterator[Event] = iter(())
        self._level = 0
        self._last: Start | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Line and column of the last event."""
        return (self._last.line + 1, self._last.column + 1) if self._last else (1, 1)

    def read(self, events: Iterator[Event], check: Callable[[Node], T]) -> T | None:
        self._events = events
        root: Node | None = None
        found: T | None = None
        for event in events:
            if isinstance(event, DocumentStartEvent) and root is not None:
                hint = "A manifest is one document: take '---' out."
                self._complain(event, "a second document begins", hint)
                break
            if isinstance(event, NodeEvent):
                root = self._node(event)
                found = check(root)
                _pass_over(root)
        return found

    def _node(self, event: Event) -> Node:
        if type(event) is ScalarEvent:
            return self._scalar(event)
        self._last = start = _start(event)
        if isinstance(event, AliasEvent):
            what = f"alias {quote(f'*{event.anchor}')}: aliases are refused"
            self._complain(event, what, "Write the value out again.")
            return RefusedNode(start)
        assert isinstance(event, CollectionStartEvent)
        self._check_properties(event)
        self._level += 1
        if self._level > MOST_LEVELS:
            raise TooDeep
        if type(event) is MappingStartEvent:
            return MappingNode(start, self._entries())
        return ListNode(start, self._items())

    def _scalar(self, event: ScalarEvent) -> ScalarNode | NullNode | RefusedNode:
        text, plain, start = event.value, event.implicit[0], event.start_mark
        assert start is not None
        self._last = start
        if event.anchor is not None or event.tag is not None:
            self._check_properties(event)
            if event.tag is not None:
                return RefusedNode(start)
        if event.style == '"' and not text.isascii() and SURROGATE.search(text):
            hint = "Write the character itself, or as in \\U0001F600."
            self._complain(event, "holds half of a surrogate pair", hint)
            return RefusedNode(start)
        if plain and text in NULLS:
            return NullNode(start, text)
        return ScalarNode(start, text, plain)

    def _items(self) -> Iterator[Node]:
        for event in self._events:
            if type(event) is SequenceEndEvent:
                break
            node = self._node(event)
            yield node
            if type(node) is not ScalarNode:
                _pass_over(node)
        self._level -= 1

    def _entries(self) -> Iterator[tuple[KeyNode, Node]]:
        keys: dict[str, KeyNode] = {}
        for event in self._events:
            if type(event) is MappingEndEvent:
                break
            key = self._key(event)
            value = self._node(next(self._events))
            if key is not None and is_welcome(key, keys, self._review):
                yield key, value
            if type(value) is not ScalarNode:
                _pass_over(value)
        self._level -= 1

    def _key(self, event: Event) -> KeyNode | None:
        node = self._node(event)
        if type(node) is ScalarNode or type(node) is NullNode:
            return node
        if type(node) is not RefusedNode:
            self._complain(event, "a key must be plain text", "Is a quote or a closing bracket missing?")
            _pass_over(node)
        return None

    def _check_properties(self, event: ScalarEvent | CollectionStartEvent) -> None:
        if event.anchor is not None:
            what = f"anchor {quote(f'&{event.anchor}')}: anchors are refused"
            self._complain(event, what, "Write the value out each time.")
        if event.tag is not None:
            tag = quote(event.tag.replace("tag:yaml.org,2002:", "!!"))
            self._complain(event, f"tag {tag}: tags are refused", "Take the tag (!…) out.")

    def _complain(self, event: Event, what: str, hint: str) -> None:
        start = _start(event)
        self._review.complain_at(start.line + 1, start.column + 1, what, hint=hint)


def _pass_over(node: Node) -> None:
    """Read what nobody asked for: what follows cannot be read before, and mistakes are told in any case."""
    if type(node) is ListNode:
        deque(node.items, maxlen=0)
    elif type(node) is MappingNode:
        deque(node.entries, maxlen=0)


def _start(event: Event) -> Start:
    assert event.start_mark is not None
    return event.start_mark
