"""What planning finds in a text: problems, which end it, and warnings.  Of a million not all are kept."""

from collections.abc import Iterable

from batchtts.errors import PlanError, Problem

MOST_LISTED = 100


class Findings:
    """The first hundred problems and warnings, and how many there are."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._warnings: list[str] = []
        self._n_problems = 0
        self._n_warnings = 0

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Note problems."""
        for problem in problems:
            self._n_problems += 1
            if self._n_problems <= MOST_LISTED:
                self._problems.append(problem)

    def warn(self, what: str) -> None:
        """Note a warning."""
        self._n_warnings += 1
        if self._n_warnings <= MOST_LISTED:
            self._warnings.append(what)

    @property
    def are_too_many(self) -> bool:
        """Whether there are more problems than anybody reads."""
        return self._n_problems > MOST_LISTED

    def check(self, where: str) -> None:
        """Raise PlanError if there are problems; `where` says how far the texts were looked at."""
        if not self._problems:
            return
        more = self._n_problems - len(self._problems)
        rest = [Problem(where=where, what=_and_more(more, "problem"))] if more else []
        raise PlanError([*self._problems, *rest])

    def warnings(self) -> tuple[str, ...]:
        """Return the warnings, the last of which may tell how many more there are."""
        more = self._n_warnings - len(self._warnings)
        return (*self._warnings, _and_more(more, "warning")) if more else tuple(self._warnings)


def _and_more(n: int, noun: str) -> str:
    return f"and {n} more {noun}{'s' if n > 1 else ''}"
