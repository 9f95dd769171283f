"""The kinds of single values: each says in words and in JSON Schema what it takes, and checks it.

A check returns the value, or None after a complaint.  A scalar means what the wanted kind makes of it:
`voice: 007` is the text 007, `title: no` the text no, and 12:30 is never a number.

Kinds with parameters are named tuples, not dataclasses: every command begins by making these classes, and so
that takes a fifth of the time.
"""

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeAlias, TypeVar

from batchtts.job import Scalar
from batchtts.manifest.nodes import MappingNode, Node, NullNode, ScalarNode, describe
from batchtts.manifest.review import Review

Schema: TypeAlias = dict[str, object]
T_co = TypeVar("T_co", covariant=True)

_NUMBER = re.compile(r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_TIME = re.compile(r"(?=.*[1-9])(?:([0-9]{1,2})h)?(?:([0-9]{1,3})m)?(?:([0-9]{1,4})s)?")
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}

# No control characters, and at least one that can be seen.
ONE_LINE = re.compile(r" *[^\x00-\x20\x7f][^\x00-\x1f\x7f]*")
MANY_LINES = re.compile(r"[\t\n\r ]*[^\x00-\x20\x7f][^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*")


class Kind(Protocol[T_co]):
    """What may stand in a place of the manifest; `words` goes on from "must be"."""

    @property
    def words(self) -> str: ...
    def check(self, node: Node, review: Review) -> T_co | None: ...
    def schema(self) -> Schema: ...


def refuse(kind: Kind[object], node: Node, review: Review) -> None:
    """Complain that `node` is not what `kind` wants."""
    hint = None
    if isinstance(node, ScalarNode) and not node.plain and _NUMBER.fullmatch(node.text):
        hint = "Take the quotes away: in quotes it is a text."
    review.complain(node, f"must be {kind.words}, not {describe(node)}", hint=hint)


def whole(form: str) -> str:
    """Return a pattern for all of a text, whether or not the engine's $ overlooks a line feed at the end."""
    return f"^(?:{form})$(?!\\n)"


def number_at(node: Node) -> float | None:
    """Return the finite number that stands at `node` without quotes, if one does."""
    return _number(node.text) if isinstance(node, ScalarNode) and node.plain else None


def seconds_of(text: str) -> float | None:
    """Return the seconds of a time such as 90, 90s, 5m or 1h30m; None if it is no time."""
    if found := _TIME.fullmatch(text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600.0 + minutes * 60 + seconds
    return _number(text)


@lru_cache(maxsize=1024)  # a manifest has a speed for each of its many segments, but few speeds
def _number(text: str) -> float | None:
    number = float(text) if _NUMBER.fullmatch(text) else math.nan
    return number if math.isfinite(number) else None


class Text(NamedTuple):
    """Text of a form; any scalar is text, with quotes or without.

    `types` are those that YAML's own readers may take such a text for: 007 for a number, true for a boolean.
    Where they may take it for an integer, `integers` are the least and, if it has one, the most.
    """

    words: str = "one line of text"
    form: re.Pattern[str] = ONE_LINE
    types: tuple[str, ...] = ("string", "number", "boolean")
    integers: tuple[int, int | None] = (0, None)

    def check(self, node: Node, review: Review) -> str | None:
        """Return the text."""
        if isinstance(node, ScalarNode) and self.form.fullmatch(node.text):
            return node.text
        refuse(self, node, review)
        return None

    def schema(self) -> Schema:
        """Return the form; a number has none, but as a text it must not begin with a sign."""
        schema: Schema = {"type": list(self.types), "pattern": whole(self.form.pattern)}
        if "integer" not in self.types:
            return schema
        least, most = self.integers
        return {**schema, "minimum": least} | ({} if most is None else {"maximum": most})


class Number(NamedTuple):
    """A number from `least` (or, if it is `open`, from above it) to `most`."""

    least: float
    most: float
    open: bool = False

    @property
    def words(self) -> str:
        """The range."""
        if self.open:
            return f"a number above {self.least:g} and up to {self.most:g}"
        return f"a number from {self.least:g} to {self.most:g}"

    def check(self, node: Node, review: Review) -> float | None:
        """Return the number."""
        number = number_at(node)
        if number is None or not self.least <= number <= self.most or (self.open and number == self.least):
            refuse(self, node, review)
            return None
        return number

    def schema(self) -> Schema:
        """Return the range."""
        lower = "exclusiveMinimum" if self.open else "minimum"
        return {"type": "number", lower: self.least, "maximum": self.most}


class Whole(NamedTuple):
    """A whole number from `least` to `most`."""

    least: int
    most: int

    @property
    def words(self) -> str:
        """The range."""
        return f"a whole number from {self.least} to {self.most}"

    def check(self, node: Node, review: Review) -> int | None:
        """Return the number."""
        number = number_at(node)
        if number is None or not number.is_integer() or not self.least <= number <= self.most:
            refuse(self, node, review)
            return None
        return int(number)

    def schema(self) -> Schema:
        """Return the range."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


class Choice(NamedTuple):
    """One of a few words."""

    options: tuple[str, ...]

    @property
    def words(self) -> str:
        """The options."""
        return " or ".join(self.options)

    def check(self, node: Node, review: Review) -> str | None:
        """Return the word."""
        if isinstance(node, ScalarNode) and node.text in self.options:
            return node.text
        refuse(self, node, review)
        return None

    def schema(self) -> Schema:
        """Return the options."""
        return {"type": "string", "enum": list(self.options)}


class Duration(NamedTuple):
    """Seconds as a number, or with units, as in 1h30m."""

    most: int

    @property
    def words(self) -> str:
        """The forms."""
        return f"seconds from 1 to {self.most}, or as in 90s, 5m or 1h30m"

    def check(self, node: Node, review: Review) -> float | None:
        """Return the seconds."""
        if isinstance(node, ScalarNode) and (node.plain or _TIME.fullmatch(node.text)):
            seconds = seconds_of(node.text)
            if seconds is not None and 1 <= seconds <= self.most:
                return seconds
        refuse(self, node, review)
        return None

    def schema(self) -> Schema:
        """Return both forms."""
        pattern = whole(_TIME.pattern)
        return {"type": ["number", "string"], "minimum": 1, "maximum": self.most, "pattern": pattern}


class Switch:
    """True or false."""

    words = "true or false"

    def check(self, node: Node, review: Review) -> bool | None:
        """Return the truth value."""
        if isinstance(node, ScalarNode) and node.plain and node.text in _TRUTH:
            return _TRUTH[node.text]
        refuse(self, node, review)
        return None

    def schema(self) -> Schema:
        """Return the type."""
        return {"type": "boolean"}


class Settings:
    """What an engine is told besides text, voice, speed and seed; only the engine knows what it means."""

    words = "a mapping of texts, numbers, true and false"

    def check(self, node: Node, review: Review) -> Mapping[str, Scalar] | None:
        """Return the settings; those that are null are not given."""
        if not isinstance(node, MappingNode):
            refuse(self, node, review)
            return None
        settings: dict[str, Scalar] = {}
        for key, value in node.entries:
            if not isinstance(value, NullNode):
                review.path.append(key.text)
                settings[key.text] = self._scalar(value, review)
                review.path.pop()
        return settings

    def schema(self) -> Schema:
        """Return a schema for any scalars."""
        scalar = {"type": ["string", "number", "boolean", "null"]}
        return {"type": "object", "additionalProperties": scalar}

    def _scalar(self, node: Node, review: Review) -> Scalar:
        if not isinstance(node, ScalarNode):
            review.complain(node, f"must be a text, a number, true or false, not {describe(node)}")
            return None
        if not node.plain:
            return node.text
        if _INTEGER.fullmatch(node.text):
            return int(node.text)
        number = number_at(node)
        return _TRUTH.get(node.text, node.text) if number is None else number
