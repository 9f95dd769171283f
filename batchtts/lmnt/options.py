"""The keywords of a synthesis, checked before anything is sent."""

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from math import isfinite
from typing import TypedDict

from batchtts.lmnt import wire
from batchtts.lmnt.errors import NotOffered
from batchtts.lmnt.features import APIS, Api, other, require

Check = Callable[[str, object], object]
"""Takes the name and the value of an option; returns the value to send, or raises."""

DEFAULTS: Mapping[str, object] = {"format": "wav", "speed": 1.0, "seed": 0}


class Options(TypedDict, total=False):
    """The keywords of `synthesize`; None leaves one to the server.

    The defaults are those of the beta's documentation: `format` wav, `speed` 1.0, `seed` 0.
    `length` is in seconds, `sample_rate` in samples a second.
    """

    format: str | None
    speed: float | None
    seed: int | None
    length: float | None
    language: str | None
    model: str | None
    sample_rate: int | None
    temperature: float | None
    top_p: float | None
    conversational: bool | None


class StreamOptions(TypedDict, total=False):
    """The keywords of `synthesize_streaming` in v1; None leaves one to the server."""

    format: str | None
    language: str | None
    sample_rate: int | None
    timestamps: bool | None


def checked_options(options: Mapping[str, object], api: Api) -> dict[str, object]:
    """Return the options to send, with their defaults and without those that are None.

    Raise `TypeError` for an unknown keyword or a value of the wrong kind, `ValueError` for one out of its
    range, and `NotOffered` for what this generation lacks.
    """
    _refuse_unknown(options, Options.__annotations__, "synthesize")
    given = {name: value for name, value in options.items() if value is not None}
    for name in given:
        require(name, api)
    defaults = {name: value for name, value in DEFAULTS.items() if name not in options}
    checks = _CHECKS[api]
    return defaults | {name: checks[name](name, value) for name, value in given.items()}


def checked_stream_options(options: Mapping[str, object]) -> dict[str, object]:
    """Return the options of a v1 stream that are not None; errors are those of `checked_options`."""
    _refuse_unknown(options, StreamOptions.__annotations__, "synthesize_streaming")
    return {name: _STREAM_CHECKS[name](name, value) for name, value in options.items() if value is not None}


def check_given(method: str, **given: object) -> None:
    """Raise `AssertionError` for what is empty, as LMNT's client does, and `TypeError` for what is no string.

    A text with half of a surrogate pair, which UTF-8 cannot carry, is a `ValueError`.
    """
    for name, value in given.items():
        if value is None or value == "":
            raise AssertionError(f"[Speech.{method}] {name} must not be empty.")
        encodable(name, value)


def encodable(name: str, text: object) -> str:
    """Return a text that can be sent."""
    if not isinstance(text, str):
        raise TypeError(f"{name} is {text!r}, but has to be a str")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{name} has half of a surrogate pair at index {error.start}, which no encoding carries"
        ) from None
    return text


def _refuse_unknown(given: Mapping[str, object], known: Collection[str], method: str) -> None:
    for name in given:
        if name not in known:
            close = get_close_matches(name, known, n=1)
            meant = f"; did you mean {close[0]!r}?" if close else ""
            raise TypeError(f"{method}() got an unexpected keyword argument {name!r}{meant}")


def _format_of(api: Api) -> Check:
    ours, theirs = _FORMATS[api], _FORMATS[other(api)]

    def check(name: str, value: object) -> object:
        if value in theirs and value not in ours:
            raise NotOffered(
                f"format {value!r} does not exist in the {api} API of LMNT",
                hint=f'Speech(api="{other(api)}") has it; {api} has {", ".join(ours)}',
            )
        return _one_of(ours)(name, value)

    return check


def _one_of(choices: Sequence[object]) -> Check:
    def check(name: str, value: object) -> object:
        if isinstance(value, bool) or value not in choices:
            raise ValueError(f"{name} is {value!r}, but has to be one of {', '.join(map(str, choices))}")
        return value

    return check


def _number(lowest: float, highest: float, *, whole_stays: bool = False) -> Check:
    def check(name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{name} is {value!r}, but has to be a number")
        if not (isfinite(value) and lowest <= value <= highest):
            raise ValueError(f"{name} is {value}, but has to be between {lowest} and {highest}")
        return value if whole_stays and isinstance(value, int) else float(value)

    return check


def _integer(name: str, value: object) -> int:
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise TypeError(f"{name} is {value!r}, but has to be an integer")
    return operator.index(value)


def _string(name: str, value: object) -> str:
    if not encodable(name, value):
        raise ValueError(f"{name} is empty; leave it out to let the server choose")
    return str(value)


def _truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{name} is {value!r}, but has to be True or False")
    return value


_FORMATS: Mapping[Api, tuple[str, ...]] = {"beta": wire.BETA_FORMATS, "v1": wire.V1_FORMATS}
_SHARED_CHECKS: Mapping[str, Check] = {
    "speed": _number(*wire.SPEEDS),
    "seed": _integer,
    "length": _number(wire.SHORTEST_SECONDS, wire.LONGEST_SECONDS, whole_stays=True),
    "language": _string,
    "model": _string,
    "sample_rate": _one_of(wire.SAMPLE_RATES),
    "temperature": _number(*wire.TEMPERATURES),
    "top_p": _number(*wire.TOP_PS),
    "conversational": _truth,
}
_CHECKS: Mapping[Api, Mapping[str, Check]] = {
    api: {"format": _format_of(api), **_SHARED_CHECKS} for api in APIS
}
_STREAM_CHECKS: Mapping[str, Check] = {
    "format": _one_of(wire.V1_STREAM_FORMATS),
    "language": _string,
    "sample_rate": _one_of(wire.SAMPLE_RATES),
    "timestamps": _truth,
}
