"""What the two generations of LMNT's API offer; docs/lmnt.md prints this table."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from batchtts.lmnt import wire
from batchtts.lmnt.errors import NotOffered

Api = Literal["beta", "v1"]
APIS: tuple[Api, ...] = get_args(Api)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """A method or a keyword, and what it does in either generation; empty where it does not exist."""

    name: str
    beta: str = ""
    v1: str = ""


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names)


def _ranging(bounds: tuple[float, float]) -> str:
    return f"{bounds[0]} to {bounds[1]}"


_SECONDS = f"{_ranging((wire.SHORTEST_SECONDS, wire.LONGEST_SECONDS))} seconds"

_ALL = (
    Feature(name="list_voices()", beta="a dict by id", v1="a list"),
    Feature(name="list_voices(owner=, starred=)", v1="yes"),
    Feature(name="voice_info()", v1="yes"),
    Feature(name="create_voice()", v1="from one recording"),
    Feature(name="update_voice()", v1="yes"),
    Feature(name="delete_voice()", v1="yes"),
    Feature(name="account_info()", v1="yes"),
    Feature(name="synthesize()", beta="yes", v1="yes"),
    Feature(name="synthesize_in_pieces()", beta="yes", v1="yes"),
    Feature(name="synthesize_to_file()", beta="yes", v1="yes"),
    Feature(name="format", beta=_listed(wire.BETA_FORMATS), v1=_listed(wire.V1_FORMATS)),
    Feature(name="speed", beta=_ranging(wire.SPEEDS), v1=_ranging(wire.SPEEDS)),
    Feature(name="seed", beta="an integer", v1="an integer"),
    Feature(name="length", beta=_SECONDS, v1=_SECONDS),
    Feature(name="durations", beta="of phonemes, in samples", v1="of words, in seconds"),
    Feature(name="timestamps", v1="of words, in seconds"),
    Feature(name="language", v1="a code such as `en`, or `auto`"),
    Feature(name="model", v1="a name"),
    Feature(name="sample_rate", v1=_listed(tuple(map(str, wire.SAMPLE_RATES)))),
    Feature(name="temperature", v1=_ranging(wire.TEMPERATURES)),
    Feature(name="top_p", v1=_ranging(wire.TOP_PS)),
    Feature(name="conversational", v1="True or False"),
    Feature(name="synthesize_streaming()", beta="MP3", v1="yes"),
    Feature(
        name="synthesize_streaming(format=, language=, sample_rate=, timestamps=)",
        v1=_listed(wire.V1_STREAM_FORMATS),
    ),
    Feature(name="append_text(), finish()", beta="yes", v1="yes"),
    Feature(name="flush()", v1="yes"),
    Feature(name="reset()", v1="yes"),
)
FEATURES: Mapping[str, Feature] = {feature.name: feature for feature in _ALL}


def other(api: Api) -> Api:
    """Return the other generation."""
    return "v1" if api == "beta" else "beta"


def require(name: str, api: Api) -> None:
    """Raise `NotOffered` if a generation lacks a feature of the table."""
    feature = FEATURES[name]
    if getattr(feature, api):
        return
    raise NotOffered(
        f"{name} does not exist in the {api} API of LMNT",
        hint=f'Speech(api="{other(api)}") has it' if getattr(feature, other(api)) else None,
    )


def table() -> str:
    """Return the table as Markdown."""
    rows = [
        f"| `{feature.name}` | {feature.beta or '–'} | {feature.v1 or '–'} |" for feature in FEATURES.values()
    ]
    return "\n".join(["| | `beta` | `v1` |", "| --- | --- | --- |", *rows])
