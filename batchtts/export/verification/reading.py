"""What comes of reading an export back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

_MOST_PROBLEMS = 20


class Outcome(StrEnum):
    """What came of one reader."""

    PASSED = "passed"
    FAILED = "failed"
    ABSENT = "absent"  # the program is not installed


@dataclass(slots=True)
class Reading:
    """What a reader found: how much of what it compared, and what was not as it should be.

    Of more problems than anybody reads the first are kept.
    """

    compared: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    n_problems: int = 0

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
            self.complain(f"{where}: {what}: {found!r}, not {wanted!r}")

    def expect_all(self, what: str, where: str, found: Iterable[object], wanted: Iterable[object]) -> None:
        """Compare two sequences, entry by entry, and their lengths."""
        own, others = list(found), list(wanted)
        if len(own) != len(others):
            self.complain(f"{where}: {what}: {len(own)} of {len(others)} were read")
        for index, (one, other) in enumerate(zip(own, others, strict=False)):
            self.expect(what, f"{where}[{index}]", one, other)


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
