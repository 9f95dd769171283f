"""What comes of reading an export back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import takewhile

_MOST_PROBLEMS = 20
_AROUND = 30


class Outcome(StrEnum):
    """What came of one reader."""

    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"  # the program is not installed
    UNABLE = "unable"  # it is known not to read what was asked for


@dataclass(slots=True)
class Reading:
    """What a reader found: how much of what it compared, and what was not as it should be.

    Of more problems than anybody reads the first are kept.  `unable` says why it cannot read this export at all.
    """

    compared: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    n_problems: int = 0
    unable: str | None = None

    @classmethod
    def failed(cls, problem: str) -> "Reading":
        """Return the reading of a program that did not come to its end."""
        return cls(problems=[problem], n_problems=1)

    @property
    def outcome(self) -> Outcome:
        """Return what came of it."""
        if self.unable is not None:
            return Outcome.UNABLE
        return Outcome.FAILED if self.n_problems else Outcome.PASSED

    def count(self, what: str, n: int = 1) -> None:
        """Note that so many more were compared."""
        self.compared[what] = self.compared.get(what, 0) + n

    def complain(self, problem: str) -> None:
        """Note what is wrong."""
        self.n_problems += 1
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(problem)

    def expect(self, what: str, where: str, found: object, wanted: object) -> None:
        """Compare what was read with what should have been."""
        self.count(what)
        if found != wanted:
            self.complain(f"{where}: {what}: {_differing(found, wanted)}")

    def expect_all(self, what: str, where: str, found: Iterable[object], wanted: Iterable[object]) -> None:
        """Compare two sequences, entry by entry, and their lengths."""
        own, others = list(found), list(wanted)
        if len(own) != len(others):
            self.complain(f"{where}: {what}: {len(own)} of {len(others)} were read")
        for index, (one, other) in enumerate(zip(own, others, strict=False)):
            self.expect(what, f"{where}[{index}]", one, other)


def _differing(found: object, wanted: object) -> str:
    """Return what is not as it should be; of long texts the part around the first difference."""
    one, other = str(found), str(wanted)
    if isinstance(found, str) and isinstance(wanted, str):
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
        first = max(0, common - _AROUND)
        one, other = one[first : common + _AROUND], other[first : common + _AROUND]
    return f"{one!r}, not {other!r}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one reader for one export; `version` is that of the reader, None where it has none."""

    format: str
    reader: str
    version: str | None
    outcome: Outcome
    compared: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    n_problems: int = 0
