"""The JSON files that configure a server: voices and faults.  Everything wrong in one is named at once."""

import json
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from batchtts.errors import InputError, Problem


def read_object(path: Path) -> dict[str, Any]:
    """Return the JSON object in a file.

    Raises `InputError` with the place of what is wrong.
    """
    try:
        form = json.loads(path.read_bytes(), object_pairs_hook=_without_repetition)
    except OSError as error:
        raise _unreadable(path, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"is not UTF-8: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        raise _unreadable(f"{path}:{error.lineno}:{error.colno}", f"is no JSON: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(path, f"is no JSON: {error}") from error
    if not isinstance(form, dict):
        raise _unreadable(path, "is not a JSON object")
    return form


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    form = dict(pairs)
    if len(form) < len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"the key {next(name for name in names if names.count(name) > 1)!r} is there twice")
    return form


def _unreadable(where: Path | str, what: str) -> InputError:
    return InputError([Problem(where=str(where), what=what)])


class Section:
    """One object of such a file: returns its values, and notes in `problems` what is wrong with them.

    A value that is missing or wrong is returned as the default, so that reading can go on.
    """

    def __init__(self, where: str, form: object, problems: list[Problem]) -> None:
        self.where = where
        self._problems = problems
        self._form: Mapping[str, object] = {}
        if isinstance(form, dict):
            self._form = form
        else:
            self.complain("must be a JSON object")

    def __contains__(self, name: object) -> bool:
        """Return whether a key is there."""
        return name in self._form

    def complain(self, what: str, *, name: str = "", hint: str | None = None) -> None:
        """Note a problem with this object, or with one of its keys."""
        where = f"{self.where}: {name}" if name else self.where
        self._problems.append(Problem(where=where, what=what, hint=hint))

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Note every key that means nothing."""
        for name in self._form:
            if name not in known:
                nearest = get_close_matches(name, known, n=1)
                meant = f"Did you mean {nearest[0]}? " if nearest else ""
                self.complain("is no known key", name=name, hint=f"{meant}Keys: {', '.join(known)}.")

    def value(self, name: str) -> object:
        """Return a value as it stands, None if it is not there."""
        return self._form.get(name)

    def text(self, name: str, default: str = "", *, choices: Iterable[str] = ()) -> str:
        """Return a text, which must be one of the choices if there are any."""
        value = self._form.get(name, default)
        allowed = tuple(choices)
        if not isinstance(value, str):
            self.complain("must be text", name=name)
            return default
        if name in self._form and allowed and value not in allowed:
            self.complain(f"is {value!r}, not one of {', '.join(allowed)}", name=name)
            return default
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return true or false."""
        value = self._form.get(name, default)
        if not isinstance(value, bool):
            self.complain("must be true or false", name=name)
            return default
        return value

    def number(self, name: str, bounds: tuple[float, float], default: float | None = None) -> float | None:
        """Return a number within the bounds."""
        if name not in self._form:
            return default
        value = self._form[name]
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.complain("must be a number", name=name)
        elif bounds[0] <= value <= bounds[1]:
            return value
        else:
            self.complain(f"is {value}, not from {bounds[0]:g} to {bounds[1]:g}", name=name)
        return default

    def integer(self, name: str, bounds: tuple[int, int], default: int | None = None) -> int | None:
        """Return an integer within the bounds."""
        value = self.number(name, bounds, default)
        if isinstance(value, float):
            self.complain("must be an integer", name=name)
            return default
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts."""
        value = self._form.get(name, [])
        if not isinstance(value, list) or not all(isinstance(element, str) for element in value):
            self.complain("must be a list of texts", name=name)
            return ()
        return tuple(value)
