"""Which part of a plan one machine of several renders, when none of them knows of the others.

A fingerprint alone decides: equal texts fall into one shard, and a segment stays in its shard when other
texts change.
"""

import re
from dataclasses import dataclass
from typing import Self

_FORM = re.compile(r"(\d{1,6})/(\d{1,6})", re.ASCII)
_DIGITS = 16
"""Of the fingerprint, 64 bits: the remainder of so large a number favours no shard by anything to speak of."""


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `count` parts; `number` counts them from 1."""

    number: int
    count: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the shard that is written as 3/8; raise `ValueError`, saying why, if there is none such."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            raise ValueError(f"{text!r} is no shard such as 3/8, the third of eight")
        number, count = map(int, found.groups())
        if not 1 <= number <= count:
            raise ValueError(f"{text!r}: shards of {count} are numbered from 1 to {count}")
        return cls(number, count)

    def holds(self, fingerprint: str) -> bool:
        """Return whether segments with this fingerprint belong to the shard."""
        return int(fingerprint[:_DIGITS], 16) % self.count == self.number - 1

    def __str__(self) -> str:
        """Return the shard in words."""
        return f"shard {self.number} of {self.count}"
