"""What a client says in a session, in the words of every SDK there was.

Each generation of SDKs has its own shape for the same few things; all of them are understood in every session.
An object may hold several keys at once, as clients written by hand do: its text comes first.
"""

import json
from dataclasses import dataclass
from typing import Final, NoReturn

from batchtts.lmnt import wire
from batchtts.server.inputs import Fields, check_style, language, speed
from batchtts.server.refusals import invalid

FORMATS: Final = (*wire.V1_STREAM_FORMATS, "raw")
"""Of a session in v1; a file that states its own length cannot be streamed."""

_KNOWN: Final = ("type", "command", "text", "flush", "eof")
_TYPES: Final = ("text", "flush", "reset", "finish")
_COMMANDS: Final = {"flush": "flush", "reset": "reset", "eof": "finish"}
_NONCES: Final = (-(2**53), 2**53)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What a client asks for when it opens a session; `sample_rate` is None where the format decides."""

    voice: str
    format: str = "mp3"
    sample_rate: int | None = None
    speed: float = 1.0
    language: str | None = None
    extras: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Some more text; where it was split means nothing."""

    text: str


@dataclass(frozen=True, slots=True)
class Flush:
    """Speak what there is.  The nonce, if there is one, comes back when that is done."""

    nonce: int | None = None


@dataclass(frozen=True, slots=True)
class Reset:
    """Forget the text that is not spoken yet."""

    nonce: int | None = None


@dataclass(frozen=True, slots=True)
class Finish:
    """Speak what there is, and close."""


Action = Text | Flush | Reset | Finish


def read_message(data: str) -> dict[str, object]:
    """Return the object in a message.  Raises `Refusal` for what is none."""
    try:
        form = json.loads(data, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise invalid("a message must be JSON") from error
    if not isinstance(form, dict):
        raise invalid("a message must be a JSON object")
    return form


def refuse_nulls(form: dict[str, object]) -> None:
    """Raise `Refusal` if any field is null, known or not: the service takes null for no value at all."""
    for name, value in form.items():
        if value is None:
            raise invalid(f"`{name[:100]}` must not be null; leave it out instead")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def read_beta_opening(form: dict[str, object]) -> Opening:
    """Return what a session of the beta is opened with; it has no options.  Raises `Refusal`."""
    refuse_nulls(form)
    return Opening(voice=Fields(form).text("voice"))


def read_opening(form: dict[str, object], *, extras: tuple[str, ...]) -> Opening:
    """Return what a session of v1 is opened with; `extras` are the fields that ask for more than audio.

    Raises `Refusal` for what the service would not take.
    """
    refuse_nulls(form)
    fields = Fields(form)
    fields.choice("type", ("init",))
    check_style(fields)
    return Opening(
        voice=fields.text("voice"),
        format=fields.choice("format", FORMATS) or "mp3",
        sample_rate=fields.sample_rate(),
        speed=speed(fields),
        language=language(fields),
        extras=True in [fields.flag(name) for name in extras],  # all are read: each may be refused
    )


def read_actions(form: dict[str, object]) -> list[Action]:
    """Return what a later message asks for.  Raises `Refusal` for an unknown one."""
    refuse_nulls(form)
    if not any(name in form for name in _KNOWN):
        raise invalid(f"a message must have one of {', '.join(_KNOWN)}")
    fields = Fields(form)
    named = fields.choice("type", _TYPES) or _COMMANDS.get(fields.choice("command", _COMMANDS) or "")
    nonce = fields.integer("nonce", _NONCES)
    actions: list[Action] = []
    if "text" in form or named == "text":
        actions.append(Text(_text(form)))
    if named == "reset":
        actions.append(Reset(nonce))
    if named == "flush" or fields.flag("flush"):
        actions.append(Flush(nonce))
    if named == "finish" or fields.flag("eof"):
        actions.append(Finish())
    return actions


def _text(form: dict[str, object]) -> str:
    """Return the text of a message; it may be empty, and begin or end within a character."""
    if "text" not in form:
        raise invalid("`text` is required")
    text = form["text"]
    if not isinstance(text, str):
        raise invalid("`text` must be text")
    return text
