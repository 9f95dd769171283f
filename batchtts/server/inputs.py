"""What a client may say in its fields, and what of it is refused: the one place where that is decided.

Fields arrive as text in a form and typed in JSON; SDKs 2.0 to 2.5 send text for numbers and booleans in JSON,
too.  So `"1.5"` is a number and `"True"` is a boolean everywhere, but null is never a value.  Fields that are not
known are ignored, as the service itself ignores them.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from batchtts.lmnt import wire
from batchtts.server.refusals import invalid

MODELS: Final = ("aurora", "blizzard", "blizzard-dialogue")
V1_FORMATS: Final = (*wire.V1_FORMATS, "raw")
"""`raw` is what SDKs 1.x to 2.2 call headerless samples."""

LENGTHS: Final = (wire.SHORTEST_SECONDS, wire.LONGEST_SECONDS)
SEEDS: Final = (-(2**63), 2**63 - 1)
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_LONGEST_NUMBER: Final = 64
"""Characters; Python would take its time with a number of a million digits."""


class Fields:
    """The fields of one request.  Each method returns one, or raises the `Refusal` (400) that names it."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def __contains__(self, name: object) -> bool:
        """Return whether the client sent a field at all."""
        return name in self._values

    def text(self, name: str, *, max_characters: int | None = None) -> str:
        """Return a text that must be there and must not be empty."""
        if name not in self._values:
            raise invalid(f"`{name}` is required")
        value = self.optional_text(name)
        if not value:
            raise invalid(f"`{name}` must not be empty")
        if max_characters is not None and len(value) > max_characters:
            raise invalid(f"`{name}` has {len(value)} characters; at most {max_characters} are allowed")
        return value

    def optional_text(self, name: str) -> str | None:
        """Return a text, None if the client sent none."""
        value = self._given(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise invalid(f"`{name}` must be text")
        if not value.isprintable() and any("\ud800" <= sign <= "\udfff" for sign in value):
            raise invalid(f"`{name}` is not valid Unicode: it has half of a surrogate pair")
        return value

    def choice(self, name: str, allowed: Collection[str]) -> str | None:
        """Return one of the words allowed, None if the client sent none."""
        value = self.optional_text(name)
        if value is not None and value not in allowed:
            raise invalid(f"`{name}` must be one of {', '.join(allowed)}")
        return value

    def number(self, name: str, bounds: tuple[float, float]) -> float | None:
        """Return a number within the bounds, None if the client sent none."""
        value = self._given(name)
        if value is None:
            return None
        low, high = bounds
        number = _number(value)
        if number is None or not low <= number <= high:  # this refuses NaN as well
            raise invalid(f"`{name}` must be a number from {low:g} to {high:g}")
        return number

    def integer(self, name: str, bounds: tuple[int, int]) -> int | None:
        """Return an integer within the bounds, None if the client sent none."""
        value = self._given(name)
        if value is None:
            return None
        number = _integer(value)
        if number is None:
            raise invalid(f"`{name}` must be an integer")
        if not bounds[0] <= number <= bounds[1]:
            raise invalid(f"`{name}` must be an integer from {bounds[0]} to {bounds[1]}")
        return number

    def sample_rate(self) -> int | None:
        """Return the field `sample_rate`, None if the client sent none."""
        rate = self.integer("sample_rate", (0, 1_000_000))
        if rate is not None and rate not in wire.SAMPLE_RATES:
            raise invalid(f"`sample_rate` must be one of {', '.join(map(str, wire.SAMPLE_RATES))}")
        return rate

    def flag(self, name: str) -> bool:
        """Return a boolean in any of its spellings, False if the client sent none."""
        value = self._given(name)
        if value is None or isinstance(value, bool):
            return bool(value)
        spelled = _FLAGS.get(str(value).strip().lower()) if isinstance(value, str | int) else None
        if spelled is None:
            raise invalid(f"`{name}` must be true or false")
        return spelled

    def texts(self, name: str) -> tuple[str, ...]:
        """Return a list of texts, an empty one if the client sent none."""
        value = self._given(name)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(element, str) for element in value):
            raise invalid(f"`{name}` must be a list of texts")
        return tuple(value)

    def _given(self, name: str) -> object:
        value = self._values.get(name)
        if value is None and name in self._values:
            raise invalid(f"`{name}` must not be null; leave it out instead")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechInput:
    """A request for speech, read and checked.

    `seed` and `sample_rate` are None where the client left the choice to the server; `durations` and
    `timestamps` say whether it wants to know when each word (in the beta: each phoneme) is spoken.
    """

    text: str
    voice: str
    format: str
    speed: float = 1.0
    length_seconds: float | None = None
    seed: int | None = None
    sample_rate: int | None = None
    language: str | None = None
    durations: bool = False
    timestamps: bool = False


def beta_speech(fields: Fields) -> SpeechInput:
    """Return what the beta is asked to speak.  Raises `Refusal` for what it would not take."""
    return SpeechInput(
        text=fields.text("text", max_characters=wire.MAX_CHARACTERS),
        voice=fields.text("voice"),
        seed=fields.integer("seed", SEEDS),
        format=fields.choice("format", wire.BETA_FORMATS) or "wav",
        speed=speed(fields),
        length_seconds=fields.number("length", LENGTHS),
        durations=fields.choice("extras", ("alignment",)) is not None,
    )


def v1_speech(fields: Fields) -> SpeechInput:
    """Return what v1 is asked to speak.  Raises `Refusal` for what it would not take."""
    spoken = SpeechInput(
        text=fields.text("text", max_characters=wire.MAX_CHARACTERS),
        voice=fields.text("voice"),
        seed=fields.integer("seed", SEEDS),
        format=fields.choice("format", V1_FORMATS) or "mp3",
        speed=speed(fields),
        length_seconds=fields.number("length", LENGTHS),
        sample_rate=fields.sample_rate(),
        language=language(fields),
        durations=fields.flag("return_durations"),
        timestamps=fields.flag("return_timestamps"),
    )
    check_style(fields)
    return spoken


def speed(fields: Fields) -> float:
    """Return the field `speed`; 1.0 if the client sent none."""
    return fields.number("speed", wire.SPEEDS) or 1.0


def language(fields: Fields) -> str | None:
    """Return the language of the text, None if the server is to find it out."""
    named = fields.choice("language", (wire.AUTO_LANGUAGE, *wire.LANGUAGES))
    return None if named == "auto" else named


def check_style(fields: Fields) -> None:
    """Refuse wrong values of fields that are legal but change nothing here: no engine of ours has a use for them."""
    fields.choice("model", MODELS)
    fields.number("temperature", wire.TEMPERATURES)
    fields.number("top_p", wire.TOP_PS)
    fields.integer("top_k", (0, 2**31 - 1))
    fields.flag("conversational")
    fields.flag("debug")


def _number(value: object) -> float | None:
    if isinstance(value, str):
        if len(value) > _LONGEST_NUMBER or "_" in value:
            return None
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None


def _integer(value: object) -> int | None:
    if isinstance(value, str):
        if len(value) > _LONGEST_NUMBER or "_" in value:
            return None
        try:
            return int(value)
        except ValueError:
            return None
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
