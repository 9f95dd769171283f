"""The kinds that hold others: lists, mappings of names, and records, whose keys are known.

A record is a table of fields.  Its checks, its JSON Schema and its rows in docs/manifest.md all come from it.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple

from batchtts.manifest.kinds import Kind, Schema, T_co, Text, refuse
from batchtts.manifest.nodes import ListNode, MappingNode, Node, NullNode, ScalarNode, describe
from batchtts.manifest.review import Review
from batchtts.manifest.suggestions import suggest


class ListOf(NamedTuple, Generic[T_co]):
    """A list with at least one entry."""

    item: Kind[T_co]

    @property
    def words(self) -> str:
        """What its entries are."""
        return f"a list; each entry {self.item.words}"

    def check(self, node: Node, review: Review) -> tuple[T_co, ...] | None:
        """Return the entries; None if one of them is wrong."""
        if not isinstance(node, ListNode):
            review.complain(node, f"must be a list, not {describe(node)}", hint="Begin each entry with '- '.")
            return None
        values: list[T_co | None] = []
        for index, item in enumerate(node.items):
            review.path.append(index)
            values.append(self.item.check(item, review))
            review.path.pop()
        if not values:
            review.complain(node, "must have at least one entry")
        found = tuple(value for value in values if value is not None)
        return found if found and len(found) == len(values) else None

    def schema(self) -> Schema:
        """Return the schema of a list."""
        return {"type": "array", "minItems": 1, "items": self.item.schema()}


class MapOf(NamedTuple, Generic[T_co]):
    """A mapping from names that the user chooses."""

    item: Kind[T_co]
    name: Text

    @property
    def words(self) -> str:
        """What its values are."""
        return f"a mapping of names; each value {self.item.words}"

    def check(self, node: Node, review: Review) -> Mapping[str, T_co] | None:
        """Return the values by name; None if one of them is wrong."""
        if not isinstance(node, MappingNode):
            review.complain(node, f"must be a mapping of names, not {describe(node)}")
            return None
        found: dict[str, T_co] = {}
        sound = True
        for key, item in node.entries:
            review.path.append(key.text)
            value = self.item.check(item, review)
            if self.name.check(key, review) and value is not None:
                found[key.text] = value
            else:
                sound = False
            review.path.pop()
        return found if sound else None

    def schema(self) -> Schema:
        """Return the schema of a mapping."""
        names = {"pattern": self.name.schema()["pattern"]}
        return {"type": "object", "propertyNames": names, "additionalProperties": self.item.schema()}


class Field(NamedTuple):
    """A key of a record.

    `into` is what its value is called in Python; `otherwise` says in words what holds where no default does.
    """

    kind: Kind[object]
    description: str
    default: object = None
    otherwise: str | None = None
    required: bool = False
    into: str | None = None

    def schema(self) -> Schema:
        """Return the schema of the value; what need not be given may also be null."""
        schema = dict(self.kind.schema())
        if not self.required:
            schema = _nullable(schema)
        if isinstance(self.default, str | int | float):
            schema["default"] = self.default
        return {**schema, "description": self.description}


@dataclass(frozen=True, kw_only=True)
class Record(Generic[T_co]):
    """A mapping whose keys are known, made into a value by `make`, which gets the fields by name.

    `place` adds what the value knows about where it stands.  `short`: a bare text stands for a record with
    only that key.  `one_of`: exactly one of these keys is given; `never_both`: not two of these at once.

    It has no slots: what follows from the table is kept, and not worked out for each of a million mappings.
    """

    title: str
    fields: Mapping[str, Field]
    make: Callable[..., T_co]
    place: Callable[[Node, Review], Mapping[str, object]] | None = None
    short: str | None = None
    one_of: tuple[str, ...] = ()
    never_both: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What it is called."""
        return f"{self.title}, or only its {self.short}" if self.short else self.title

    def check(self, node: Node, review: Review) -> T_co | None:
        """Return what `make` makes of the fields; None if one of them is wrong."""
        if isinstance(node, MappingNode):
            values = self._values(node, review)
        elif self.short and isinstance(node, ScalarNode):
            values = self._values(_written_out(node, self.short), review)
        else:
            review.complain(node, f"must be {self.words}, not {describe(node)}")
            return None
        if values is None:
            return None
        if self.place:
            values.update(self.place(node, review))
        return self.make(**values)

    def absent(self) -> T_co:
        """Return what stands for a record that is not given: all of its defaults."""
        return self.make(**self._defaults)

    def schema(self) -> Schema:
        """Return the schema of an object that has no other keys."""
        schema: Schema = {
            "type": "object",
            "properties": {name: field.schema() for name, field in self.fields.items()},
            "additionalProperties": False,
        }
        if required := [name for name, field in self.fields.items() if field.required]:
            schema["required"] = required
        if self.one_of:
            schema["oneOf"] = [_given(name) for name in self.one_of]
        if self.never_both:
            schema["not"] = {"allOf": [_given(name) for name in self.never_both]}
        if self.short:
            return {"anyOf": [self.fields[self.short].kind.schema(), schema]}
        return schema

    @cached_property
    def _defaults(self) -> dict[str, object]:
        """What the fields are called in Python, and what they are where they are not given."""
        return {field.into or name: field.default for name, field in self.fields.items()}

    @cached_property
    def _checks(self) -> dict[str, tuple[str, Callable[[Node, Review], object]]]:
        """What each key is called in Python, and how its value is checked."""
        return {name: (field.into or name, field.kind.check) for name, field in self.fields.items()}

    @cached_property
    def _required(self) -> tuple[str, ...]:
        """The keys that must be given."""
        return tuple(name for name, field in self.fields.items() if field.required)

    def _values(self, node: MappingNode, review: Review) -> dict[str, object] | None:
        """Return the fields by what they are called in Python; None if one of them is wrong or missing."""
        checks, path = self._checks, review.path
        values = self._defaults.copy()
        given: list[str] = []
        sound = True
        for key, value in node.entries:
            name = key.text
            path.append(name)
            if name not in checks:
                sound = False
                review.complain(key, "there is no such key", hint=suggest(name, self.fields, "keys"))
            elif type(value) is not NullNode:
                given.append(name)
                argument, check = checks[name]
                if (found := check(value, review)) is None:
                    sound = False
                values[argument] = found
            path.pop()
        return values if self._is_complete(given, node, review) and sound else None

    def _is_complete(self, given: Collection[str], node: MappingNode, review: Review) -> bool:
        missing = [name for name in self._required if name not in given]
        for name in missing:
            review.complain(node, f"{name} is missing")
        return self._has_one_of(given, node, review) and not missing

    def _has_one_of(self, given: Collection[str], node: MappingNode, review: Review) -> bool:
        rivals = [name for name in self.never_both if name in given]
        if len(rivals) > 1:
            review.complain(node, f"has {' and '.join(rivals)}", hint="Give only one of them.")
            return False
        if not self.one_of:
            return True
        chosen = [name for name in self.one_of if name in given]
        options = ", ".join(self.one_of[:-1]) + f" or {self.one_of[-1]}"
        if not chosen:
            review.complain(node, f"one of {options} is missing")
        elif len(chosen) > 1:
            review.complain(node, f"has {' and '.join(chosen)}", hint=f"Give only one of {options}.")
        return len(chosen) == 1


class Switchable(NamedTuple, Generic[T_co]):
    """A record, or `off`."""

    record: Record[T_co]
    off: T_co

    @property
    def words(self) -> str:
        """Both forms."""
        return f"{self.record.words}, or off"

    def check(self, node: Node, review: Review) -> T_co | None:
        """Return the value of the record, or what `off` stands for."""
        if isinstance(node, ScalarNode):
            if node.text == "off" or (node.plain and node.text == "false"):
                return self.off
            refuse(self, node, review)
            return None
        return self.record.check(node, review)

    def schema(self) -> Schema:
        """Return both forms."""
        return {"anyOf": [{"enum": ["off", False]}, self.record.schema()]}


def _written_out(node: ScalarNode, key: str) -> MappingNode:
    """Return the mapping that a bare value is short for."""
    return MappingNode(node.start, [(ScalarNode(node.start, key, True), node)])


def _given(name: str) -> Schema:
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def _nullable(schema: Schema) -> Schema:
    if isinstance(options := schema.get("anyOf"), list):
        return {**schema, "anyOf": [*options, {"type": "null"}]}
    if isinstance(options := schema.get("enum"), list):
        schema["enum"] = [*options, None]
    types = schema["type"]
    return {**schema, "type": [*types, "null"] if isinstance(types, list) else [types, "null"]}
