"""The kinds that hold others: lists, mappings of names, and records, whose keys are known.

A record is a table of fields.  Its checks, its JSON Schema and its rows in docs/manifest.md all come from it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic

from batchtts.manifest.entries import Entries
from batchtts.manifest.kinds import Kind, Schema, T_co, Text, refuse
from batchtts.manifest.nodes import ListNode, MappingNode, Node, ScalarNode, describe, is_null
from batchtts.manifest.review import Review
from batchtts.manifest.suggestions import suggest


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOf(Generic[T_co]):
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
        if not node.items:
            review.complain(node, "must have at least one entry")
        values: list[T_co | None] = []
        for index, item in enumerate(node.items):
            review.path.append(index)
            values.append(self.item.check(item, review))
            review.path.pop()
        found = tuple(value for value in values if value is not None)
        return found if found and len(found) == len(values) else None

    def schema(self) -> Schema:
        """Return the schema of a list."""
        return {"type": "array", "minItems": 1, "items": self.item.schema()}


@dataclass(frozen=True, slots=True, kw_only=True)
class MapOf(Generic[T_co]):
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
        for key, (key_node, item) in node.entries.items():
            review.path.append(key)
            value = self.item.check(item, review)
            if self.name.check(key_node, review) and value is not None:
                found[key] = value
            review.path.pop()
        return found if len(found) == len(node.entries) else None

    def schema(self) -> Schema:
        """Return the schema of a mapping."""
        names = {"pattern": self.name.schema()["pattern"]}
        return {"type": "object", "propertyNames": names, "additionalProperties": self.item.schema()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Record(Generic[T_co]):
    """A mapping whose keys are known, made into a value by `make`, which gets the fields by name.

    `place` adds what the value knows about where it stands.  `short`: a bare text stands for a record with
    only that key.  `one_of`: exactly one of these keys is given.
    """

    title: str
    fields: Mapping[str, Field]
    make: Callable[..., T_co]
    place: Callable[[Node, Review], Mapping[str, object]] | None = None
    short: str | None = None
    one_of: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """What it is called."""
        return f"{self.title}, or only its {self.short}" if self.short else self.title

    def check(self, node: Node, review: Review) -> T_co | None:
        """Return what `make` makes of the fields; None if one of them is wrong."""
        if isinstance(node, MappingNode):
            values = self._values(node.entries, node, review)
        elif self.short and isinstance(node, ScalarNode) and not is_null(node):
            values = self._values({self.short: (node, node)}, node, review)
        else:
            review.complain(node, f"must be {self.words}, not {describe(node)}")
            return None
        if values is None:
            return None
        return self.make(**values, **self.place(node, review)) if self.place else self.make(**values)

    def absent(self) -> T_co:
        """Return what stands for a record that is not given: all of its defaults."""
        return self.make(**{field.into or name: field.default for name, field in self.fields.items()})

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
        if self.short:
            return {"anyOf": [self.fields[self.short].kind.schema(), schema]}
        return schema

    def _values(self, entries: Entries, node: Node, review: Review) -> dict[str, object] | None:
        values: dict[str, object] = {}
        sound = True
        for key, (key_node, value) in entries.items():
            review.path.append(key)
            field = self.fields.get(key)
            if field is None:
                sound = False
                review.complain(key_node, "there is no such key", hint=suggest(key, self.fields, "keys"))
            elif not is_null(value):
                values[key] = field.kind.check(value, review)
                sound = sound and values[key] is not None
            review.path.pop()
        if not self._is_complete(values, node, review) or not sound:
            return None
        return {field.into or name: values.get(name, field.default) for name, field in self.fields.items()}

    def _is_complete(self, values: dict[str, object], node: Node, review: Review) -> bool:
        missing = [name for name, field in self.fields.items() if field.required and name not in values]
        for name in missing:
            review.complain(node, f"{name} is missing")
        if not self.one_of:
            return not missing
        given = [name for name in self.one_of if name in values]
        options = ", ".join(self.one_of[:-1]) + f" or {self.one_of[-1]}"
        if not given:
            review.complain(node, f"one of {options} is missing")
        if len(given) > 1:
            review.complain(node, f"has {' and '.join(given)}", hint=f"Give only one of {options}.")
        return not missing and len(given) == 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Switchable(Generic[T_co]):
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


def _given(name: str) -> Schema:
    return {"required": [name], "properties": {name: {"not": {"type": "null"}}}}


def _nullable(schema: Schema) -> Schema:
    if isinstance(options := schema.get("anyOf"), list):
        return {**schema, "anyOf": [*options, {"type": "null"}]}
    if isinstance(options := schema.get("enum"), list):
        schema["enum"] = [*options, None]
    types = schema["type"]
    return {**schema, "type": [*types, "null"] if isinstance(types, list) else [types, "null"]}
