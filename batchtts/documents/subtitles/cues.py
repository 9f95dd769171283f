"""What a subtitle file is made of, and what is told of it: cues, lines, and all that is odd or wrong."""

from dataclasses import dataclass

from batchtts.errors import DocumentError, Problem
from batchtts.job import Mark

MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file; `number` counts from 1."""

    number: int
    text: str

    @property
    def is_blank(self) -> bool:
        """Return whether nothing can be seen in it."""
        return not self.text.strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Lines of text, tags and all, with the time in which they are shown, in milliseconds."""

    line: int
    start_ms: int
    end_ms: int
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """The cues of a file in the order in which it has them, and the language that it says it is in."""

    cues: tuple[Cue, ...]
    language: str | None = None


class Notes:
    """What is found in one file: problems, which refuse it, and what is only odd; both are told in its order.

    Of what is odd in the same way, only the first place is told, and how often it comes.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._problems: list[tuple[int, int, str, str | None]] = []
        self._oddities: dict[str, list[tuple[int, int]]] = {}

    def refuse(self, line: int, column: int, what: str, hint: str | None = None) -> None:
        """Note what is wrong at a place; line and column count from 1."""
        self._problems.append((line, column, what, hint))

    def warn(self, line: int, what: str, column: int = 1) -> None:
        """Note what is odd at a place."""
        self._oddities.setdefault(what, []).append((line, column))

    def check(self) -> None:
        """Raise `DocumentError` if anything is wrong."""
        if not self._problems:
            return
        found = sorted(self._problems, key=lambda problem: problem[:2])
        problems = [
            Problem(where=self._at(line, column), what=what, hint=hint)
            for line, column, what, hint in found[:MOST_PROBLEMS]
        ]
        if more := len(found) - len(problems):
            problems.append(
                Problem(where=self._name, what=f"and {more} more problem{'s' if more > 1 else ''}")
            )
        raise DocumentError(problems)

    def warnings(self) -> tuple[str, ...]:
        """Return what is odd, each with the first place at which it is."""
        firsts = sorted((min(places), what, len(places) - 1) for what, places in self._oddities.items())
        return tuple(
            f"{self._at(*first)}: {what}" + (f" (and {n_more} more like it)" if n_more else "")
            for first, what, n_more in firsts
        )

    def _at(self, line: int, column: int) -> str:
        return str(Mark(file=self._name, line=line, column=column))


def lines_of(text: str) -> list[Line]:
    """Return the lines of a text, whichever of CR LF, LF and CR ends them.

    Where files were joined to one, byte order marks stand in the middle; no line has them.
    """
    plain = text.replace("\ufeff", "").replace("\r\n", "\n").replace("\r", "\n")
    return [Line(number, line) for number, line in enumerate(plain.split("\n"), start=1)]
