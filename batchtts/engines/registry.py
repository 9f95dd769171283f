"""The engines that are installed, found by their entry points and imported only when they are opened."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from difflib import get_close_matches
from importlib.metadata import EntryPoint, entry_points

from batchtts.engine import Engine
from batchtts.errors import EngineRefused, PlanError, Problem
from batchtts.job import Scalar

GROUP = "batchtts.engines"


def names() -> list[str]:
    """Return the names of all installed engines, in alphabetical order."""
    return sorted({point.name for point in entry_points(group=GROUP)})


def open_engine(name: str, settings: Mapping[str, Scalar]) -> AbstractAsyncContextManager[Engine]:
    """Return the context manager that opens the engine `name`.

    Raises `PlanError` where no such engine is installed and `EngineRefused` where it is but cannot be
    imported.  Entering it raises `InputError`, without a place, for settings that the engine cannot use.
    """
    opener = _load(find(name))
    if not callable(opener):
        raise EngineRefused(
            f"the engine {name} is broken: its entry point is not a function",
            hint=f"Reinstall the package that brings the engine {name}.",
        )
    opened: AbstractAsyncContextManager[Engine] = opener(settings)
    return opened


def find(name: str) -> EntryPoint:
    """Return the entry point of an engine; raise `PlanError`, without a place, where there is none."""
    for point in entry_points(group=GROUP):
        if point.name == name:
            return point
    known = names()
    nearest = get_close_matches(name, known, n=1)
    hint = f"Did you mean {nearest[0]}? " if nearest else ""
    raise PlanError(
        [
            Problem(
                where="",
                what=f"there is no engine named {name}",
                hint=f"{hint}Installed engines: {', '.join(known)}.",
            )
        ]
    )


def _load(point: EntryPoint) -> object:
    try:
        return point.load()
    except (ImportError, AttributeError) as error:
        raise EngineRefused(
            f"the engine {point.name} cannot be imported from {point.value}: {error}",
            hint=f"Reinstall the package that brings the engine {point.name}.",
        ) from error
