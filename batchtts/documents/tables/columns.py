"""Which column of a table says what: by what the manifest says of it, or else by the names of the columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from batchtts.documents.tables.complaints import Complaint, misfit, suggestion
from batchtts.documents.tables.rows import EXTRA, KINDS, Kind, Row
from batchtts.job import Columns

PASSED_OVER = "Or say under `columns` in the manifest which count; the others are passed over then."


class Use(NamedTuple):
    """What is made of a column: the value of a `key` of a row, or of the extra column of that name."""

    key: str
    at: int
    column: str
    kind: Kind


class Binding:
    """The columns that count of a table whose rows are cells in a fixed order; None stands for an empty one."""

    def __init__(self, uses: Sequence[Use], extra: Sequence[Use]) -> None:
        self._uses = uses
        self._extra = extra
        self._reads = [(use.key, use.at, use.kind.read) for use in uses]
        self._no_extra = dict.fromkeys(use.key for use in extra)
        self._extra_reads = [(use.key, use.at, use.kind.read) for use in extra]

    @property
    def columns(self) -> list[int]:
        """Return the indices of the columns that count, in their order."""
        return sorted({use.at for use in (*self._uses, *self._extra)})

    @property
    def voice_column(self) -> int:
        """Return the number of the column that names voices, from 1; there has to be one."""
        return next(use.at for use in self._uses if use.key == "voice") + 1

    def row(self, cells: Sequence[Any]) -> Row | None:
        """Return what a row says; None if anything in it is wrong."""
        found = _values(cells, self._reads)
        if found is None or "text" not in found:
            return None
        if self._extra_reads:
            extra = _values(cells, self._extra_reads)
            if extra is None:
                return None
            found["extra"] = self._no_extra | extra
        return Row(**found)

    def complaints(self, cells: Sequence[Any]) -> Iterator[Complaint]:
        """Yield all that is wrong with cells that `row` does not take; what counts are columns."""
        for use in (*self._uses, *self._extra):
            value = cells[use.at]
            if value is None:
                if use.key == "text" and use.kind is not EXTRA:
                    yield Complaint(use.at + 1, f"{use.column}: the text is missing")
            elif use.kind.read(value) is None:
                yield Complaint(use.at + 1, misfit(use.column, use.kind, value), use.kind.hint)


def _values(
    cells: Sequence[Any], reads: Sequence[tuple[str, int, Callable[[Any], object]]]
) -> dict[str, Any] | None:
    found: dict[str, Any] = {}
    for key, at, read in reads:
        value = cells[at]
        if value is not None:
            if (value := read(value)) is None:
                return None
            found[key] = value
    return found


def bind(
    names: Sequence[str], wanted: Columns | None, kinds: Mapping[str, Kind] = KINDS
) -> tuple[Binding, list[Complaint]]:
    """Return how the columns of these names count, and what is wrong with them: the numbers of columns in place of columns.

    Where the manifest gives numbers, they count `names` from 1.
    """
    if wanted is None:
        return _bind_by_name(names, kinds)
    problems: list[Complaint] = []
    uses = [
        Use(key, at, names[at], kinds[key])
        for key, column in wanted.names.items()
        if (at := _found(column, key, names, problems)) is not None
    ]
    extra = [
        Use(name, at, name, EXTRA)
        for name in wanted.extra
        if (at := _found(name, "extra", names, problems)) is not None
    ]
    return Binding(uses, extra), problems


def _bind_by_name(names: Sequence[str], kinds: Mapping[str, Kind]) -> tuple[Binding, list[Complaint]]:
    problems: list[Complaint] = []
    for number, name in enumerate(names, start=1):
        if name not in kinds:
            hint = f"{suggestion(name, kinds)} {PASSED_OVER}"
            problems.append(Complaint(number, f"there is no key {name!r}", hint))
    if "text" not in names:
        problems.append(
            Complaint(1, "no column is called text", "Name the one that is: `columns: {text: NAME}`.")
        )
    found = [
        Use(name, at, name, kinds[name])
        for name in dict.fromkeys(names)
        if name in kinds and (at := _found(name, name, names, problems)) is not None
    ]
    return Binding(found, ()), problems


def _found(column: str | int, key: str, names: Sequence[str], problems: list[Complaint]) -> int | None:
    """Return the index of a column, or None and a complaint."""
    if isinstance(column, int):
        if column <= len(names):
            return column - 1
        what = f"columns.{key}: there is no column {column}, only {len(names)}"
        problems.append(Complaint(1, what, "Columns count from 1."))
    elif names.count(column) == 1:
        return names.index(column)
    elif column in names:
        second = names.index(column, names.index(column) + 1)
        what = f"{column}: this column stands in place {names.index(column) + 1} already"
        problems.append(Complaint(second + 1, what, "Give one of the two another name."))
    else:
        problems.append(
            Complaint(1, f"columns.{key}: there is no column {column!r}", suggestion(column, names))
        )
    return None
