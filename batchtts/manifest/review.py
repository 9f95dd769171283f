"""The review of a manifest: everything that was found wrong, and the place that is being looked at."""

import re
from pathlib import Path

from batchtts.errors import ManifestError, Problem
from batchtts.job import Mark
from batchtts.manifest.nodes import Node, RefusedNode, quote

MOST_PROBLEMS = 1000  # nobody reads more, and a hostile file must not cost more
_SIMPLE_KEY = re.compile(r"[\w-]{1,40}")


class Review:
    """Collects problems, so that all of them can be told at once.

    `file` is the manifest as the user named it; `path` leads to the value that is being checked; `voices` are
    the names that may be referred to, or None while nobody can know.
    """

    def __init__(self, file: Path) -> None:
        self.file = file.as_posix()
        self.folder = file.parent
        self.path: list[str | int] = []
        self.voices: tuple[str, ...] | None = None
        self._problems: list[tuple[int, int, Problem]] = []

    def mark(self, node: Node) -> Mark:
        """Return where `node` stands."""
        return Mark(file=self.file, line=node.line, column=node.column)

    def complain(self, node: Node, what: str, *, hint: str | None = None) -> None:
        """Note that the value at `path`, which stands at `node`, is wrong."""
        if not isinstance(node, RefusedNode):
            key = "".join(_step(step) for step in self.path).removeprefix(".")
            self.complain_at(node.line, node.column, f"{key}: {what}" if key else what, hint=hint)

    def complain_at(self, line: int, column: int, what: str, *, hint: str | None = None) -> None:
        """Note a problem that has a place but no key."""
        where = str(Mark(file=self.file, line=line, column=column))
        self._problems.append((line, column, Problem(where=where, what=what, hint=hint)))
        if len(self._problems) == MOST_PROBLEMS:
            what = (
                f"the first {MOST_PROBLEMS} problems are listed; the rest of the manifest was not looked at"
            )
            raise ManifestError([*self._in_order(), Problem(where=self.file, what=what)])

    def complain_of_file(self, what: str, *, hint: str | None = None) -> None:
        """Note a problem with the manifest as a whole."""
        self._problems.append((0, 0, Problem(where=self.file, what=what, hint=hint)))

    @property
    def has_problems(self) -> bool:
        """Whether anything is wrong so far."""
        return bool(self._problems)

    def error(self) -> ManifestError:
        """Return an error with all problems in the order of the file."""
        return ManifestError(self._in_order())

    def _in_order(self) -> list[Problem]:
        # Each only once: a text that is not quite JSON is read again as YAML.
        return list(
            dict.fromkeys(problem for *_, problem in sorted(self._problems, key=lambda entry: entry[:2]))
        )


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step if _SIMPLE_KEY.fullmatch(step) else quote(step)}"
