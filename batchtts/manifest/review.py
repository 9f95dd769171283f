"""The review of a manifest: everything that was found wrong, and the place that is being looked at."""

import re
from collections.abc import Collection
from pathlib import Path

from batchtts.errors import ManifestError, Problem
from batchtts.job import Mark
from batchtts.manifest.nodes import Node, RefusedNode, ScalarNode, quote
from batchtts.manifest.suggestions import suggest

MOST_PROBLEMS = 1000  # nobody reads more, and a hostile file must not cost more
_SIMPLE_KEY = re.compile(r"[\w-]{1,40}")


class Review:
    """Collects problems, so that all of them can be told at once.

    `file` is the manifest as the user named it; `path` leads to the value that is being checked.  Voices may
    be referred to before they are read; such names are looked at again when they are.
    """

    def __init__(self, file: Path) -> None:
        self.file = file.as_posix()
        self.folder = file.parent
        self.path: list[str | int] = []
        self._awaits_voices = True
        self._voices: Collection[str] | None = None
        self._early_uses: dict[str, list[tuple[ScalarNode, str]]] = {}
        self._problems: list[tuple[int, int, Problem]] = []

    def mark(self, node: Node) -> Mark:
        """Return where `node` stands."""
        return Mark(file=self.file, line=node.line, column=node.column)

    def complain(self, node: Node, what: str, *, hint: str | None = None) -> None:
        """Note that the value at `path`, which stands at `node`, is wrong."""
        if not isinstance(node, RefusedNode):
            key = self._key()
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

    def refer(self, node: ScalarNode) -> bool:
        """Say whether `node` names a voice, or complain; until the voices are read any name may be one."""
        if self._awaits_voices:
            uses = self._early_uses.setdefault(node.text, [])
            if len(uses) < MOST_PROBLEMS:
                uses.append((node, self._key()))
        elif self._voices is not None and node.text not in self._voices:
            self._complain_of_voice(node, self._key())
            return False
        return True

    def know_voices(self, names: Collection[str] | None) -> None:
        """Take `names` for those of all voices, or any name if it is None, also where they were used before.

        Only the first call counts.
        """
        if not self._awaits_voices:
            return
        self._awaits_voices = False
        self._voices = names
        for name, uses in self._early_uses.items():
            if names is not None and name not in names:
                for node, key in uses:
                    self._complain_of_voice(node, key)

    @property
    def has_problems(self) -> bool:
        """Whether anything is wrong so far."""
        return bool(self._problems)

    def error(self) -> ManifestError:
        """Return an error with all problems in the order of the file."""
        return ManifestError(self._in_order())

    def _key(self) -> str:
        return "".join(_step(step) for step in self.path).removeprefix(".")

    def _complain_of_voice(self, node: ScalarNode, key: str) -> None:
        hint = suggest(node.text, self._voices or (), "voices")
        self.complain_at(node.line, node.column, f"{key}: there is no voice {quote(node.text)}", hint=hint)

    def _in_order(self) -> list[Problem]:
        # Each only once: a text that is not quite JSON is read again as YAML.
        return list(
            dict.fromkeys(problem for *_, problem in sorted(self._problems, key=lambda entry: entry[:2]))
        )


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step if _SIMPLE_KEY.fullmatch(step) else quote(step)}"
