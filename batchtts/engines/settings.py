"""The settings with which an engine is opened: what the engine does not know is refused, with a hint.

Whoever opens the engine for a job knows where in the manifest its settings stand, and adds the place.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from batchtts.errors import InputError, Problem
from batchtts.job import Scalar


def wrong_setting(what: str, hint: str) -> InputError:
    """Return the error for a setting that cannot be used, still without its place."""
    return InputError([Problem(where="", what=what, hint=hint)])


def refuse_unknown(engine: str, settings: Mapping[str, Scalar], known: Sequence[str]) -> None:
    """Raise `InputError` with every setting that the engine does not have."""
    unknown = settings.keys() - set(known)
    if unknown:
        raise InputError([_unknown(engine, name, known) for name in sorted(unknown)])


def _unknown(engine: str, name: str, known: Iterable[str]) -> Problem:
    known = list(known)
    nearest = get_close_matches(name, known, n=1)
    hint = f"Did you mean {nearest[0]}? " if nearest else ""
    hint += f"It knows {', '.join(known)}." if known else "It has no settings of its own."
    return Problem(where="", what=f"{engine} knows no setting {name!r}", hint=hint)
