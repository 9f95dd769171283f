"""Conditions on rows, and whether a row meets them.

What a row does not have, it does not meet: a comparison in which a value is missing is false.  Numbers are compared
with numbers, and with texts that read as one, as those of a CSV file do.  Things of different kinds are not equal,
and none of them is less than the other.
"""

import math
import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

Datum: TypeAlias = str | int | float | bool | None
Row: TypeAlias = Mapping[str, Datum]


class Condition(Protocol):
    """Something that a row meets or does not."""

    def holds(self, row: Row) -> bool:
        """Return whether a row meets it."""
        ...

    @property
    def names(self) -> Iterator[str]:
        """Yield the values that it looks at, in the order of the text."""
        ...


@dataclass(frozen=True, slots=True)
class Name:
    """Stands for a value of the row."""

    name: str

    def of(self, row: Row) -> Datum:
        """Return the value."""
        return row.get(self.name)

    @property
    def names(self) -> Iterator[str]:
        """Yield it."""
        yield self.name


@dataclass(frozen=True, slots=True)
class Literal:
    """Stands for itself."""

    value: str | float | bool

    def of(self, _: Row) -> Datum:
        """Return it."""
        return self.value

    @property
    def names(self) -> Iterator[str]:
        """Yield nothing."""
        yield from ()


Operand: TypeAlias = Name | Literal


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two operands and one of the signs in `SIGNS` between them."""

    left: Operand
    sign: str
    right: Operand

    def holds(self, row: Row) -> bool:
        """Return whether it is true of a row."""
        left, right = self.left.of(row), self.right.of(row)
        if left is None or right is None:
            return False
        return SIGNS[self.sign](left, right)

    @property
    def names(self) -> Iterator[str]:
        """Yield those on both sides."""
        yield from self.left.names
        yield from self.right.names


@dataclass(frozen=True, slots=True)
class Missing:
    """Met by rows that do not have a value."""

    operand: Name

    def holds(self, row: Row) -> bool:
        """Return whether a row lacks it."""
        return self.operand.of(row) is None

    @property
    def names(self) -> Iterator[str]:
        """Yield it."""
        yield self.operand.name


@dataclass(frozen=True, slots=True)
class Negation:
    """Met by rows that do not meet another condition."""

    condition: Condition

    def holds(self, row: Row) -> bool:
        """Return whether the other one is not met."""
        return not self.condition.holds(row)

    @property
    def names(self) -> Iterator[str]:
        """Yield those of the other one."""
        return self.condition.names


@dataclass(frozen=True, slots=True)
class Conjunction:
    """Met where all of its parts are."""

    parts: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        """Return whether all parts are met."""
        return all(part.holds(row) for part in self.parts)

    @property
    def names(self) -> Iterator[str]:
        """Yield those of all parts."""
        for part in self.parts:
            yield from part.names


@dataclass(frozen=True, slots=True)
class Disjunction:
    """Met where one of its parts is."""

    parts: tuple[Condition, ...]

    def holds(self, row: Row) -> bool:
        """Return whether a part is met."""
        return any(part.holds(row) for part in self.parts)

    @property
    def names(self) -> Iterator[str]:
        """Yield those of all parts."""
        for part in self.parts:
            yield from part.names


def number_of(value: Datum) -> float | None:
    """Return the number that a value is, or reads as; None if it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _equal(left: Datum, right: Datum) -> bool:
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if isinstance(left, bool) or isinstance(right, bool):
        return _truth(left) is _truth(right) is not None
    first, second = number_of(left), number_of(right)
    return first is not None and first == second


def _truth(value: Datum) -> bool | None:
    """Return the truth value that a value is, or reads as."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def _unequal(left: Datum, right: Datum) -> bool:
    return not _equal(left, right)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Datum, Datum], bool]:
    def holds(left: Datum, right: Datum) -> bool:
        if isinstance(left, str) and isinstance(right, str):
            return compare(left, right)
        first, second = number_of(left), number_of(right)
        return first is not None and second is not None and compare(first, second)

    return holds


SIGNS: Mapping[str, Callable[[Datum, Datum], bool]] = {
    "=": _equal,
    "!=": _unequal,
    "<": _ordered(operator.lt),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    ">=": _ordered(operator.ge),
}
"""What the signs mean; neither side is missing."""
