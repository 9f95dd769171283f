"""What clients of all generations say."""

import json

import pytest

from batchtts.lmnt import wire
from batchtts.server.refusals import Refusal
from batchtts.server.sessions.dialects import CommandDialect, Dialect, PairedDialect, TypedDialect, dialect_of
from batchtts.server.sessions.messages import (
    Finish,
    Flush,
    Opening,
    Reset,
    Text,
    read_actions,
    read_message,
    read_opening,
)


@pytest.mark.parametrize(
    ("form", "actions"),
    [
        ({"text": "On"}, [Text("On")]),
        ({"text": ""}, [Text("")]),
        ({"text": "\ud83d"}, [Text("\ud83d")]),
        ({"flush": True}, [Flush()]),
        ({"flush": False}, []),
        ({"eof": True}, [Finish()]),
        ({"eof": "true"}, [Finish()]),
        ({"text": "On", "eof": True}, [Text("On"), Finish()]),
        ({"eof": True, "flush": "True", "text": "On"}, [Text("On"), Flush(), Finish()]),
        ({"command": "flush", "nonce": 1}, [Flush(1)]),
        ({"command": "reset", "nonce": 2}, [Reset(2)]),
        ({"command": "eof"}, [Finish()]),
        ({"type": "text", "text": "On"}, [Text("On")]),
        ({"type": "flush", "nonce": 3}, [Flush(3)]),
        ({"type": "reset", "nonce": 4}, [Reset(4)]),
        ({"type": "finish"}, [Finish()]),
    ],
)
def test_every_shape_of_a_message_is_understood(form: dict[str, object], actions: list[object]) -> None:
    assert read_actions(read_message(json.dumps(form))) == actions


@pytest.mark.parametrize(
    ("data", "about"),
    [
        ("", "JSON"),
        ("[1", "JSON"),
        ("[" * 100_000, "JSON"),
        ('{"text": NaN}', "JSON"),
        ('["text"]', "object"),
        ('"text"', "object"),
        ("{}", "must have one of"),
        ('{"speak": "now"}', "must have one of"),
        ('{"text": null}', "`text` must not be null"),
        ('{"text": "On", "extra": null}', "`extra` must not be null"),
        ('{"text": 5}', "`text` must be text"),
        ('{"type": "text"}', "`text` is required"),
        ('{"type": "init"}', "`type` must be one of"),
        ('{"type": "stop"}', "`type` must be one of"),
        ('{"command": "stop"}', "`command` must be one of"),
        ('{"flush": "perhaps"}', "`flush` must be true or false"),
        ('{"type": "flush", "nonce": "one"}', "`nonce` must be an integer"),
    ],
)
def test_what_no_client_should_say_is_refused_by_name(data: str, about: str) -> None:
    with pytest.raises(Refusal, match=about) as caught:
        read_actions(read_message(data))
    assert caught.value.status == 400


@pytest.mark.parametrize(
    ("form", "dialect"),
    [
        ({}, PairedDialect),
        ({"lmnt-version": "1.0"}, PairedDialect),
        ({"protocol_version": 1}, PairedDialect),
        ({"protocol_version": 2}, CommandDialect),
        ({"lmnt-version": "1.1"}, TypedDialect),
        ({"lmnt-version": "1.2", "type": "init"}, TypedDialect),
    ],
)
def test_the_first_message_tells_the_dialect(form: dict[str, object], dialect: type) -> None:
    assert type(dialect_of(wire.V1_STREAM, form)) is dialect
    assert type(dialect_of(wire.BETA_STREAM, form)) is Dialect


def test_options_are_read_as_text_as_well() -> None:
    form: dict[str, object] = {
        "voice": "v",
        "format": "raw",
        "sample_rate": "16000",
        "return_extras": "True",
        "speed": "1.5",
        "language": "auto",
    }
    wanted = Opening(voice="v", format="raw", sample_rate=16_000, speed=1.5, extras=True)
    assert read_opening(form, extras=("send_extras", "return_extras")) == wanted


@pytest.mark.parametrize(
    "option",
    [
        *({"format": "wav"}, {"format": "aac"}, {"format": "ogg"}, {"sample_rate": 44_100}, {"speed": 0.1}),
        *({"speed": "fast"}, {"language": "xx"}, {"return_extras": "maybe"}, {"model": "m"}, {"voice": ""}),
        *({"type": "text"}, {"conversational": 3}),
    ],
)
def test_options_out_of_range_are_refused(option: dict[str, object]) -> None:
    [name] = option
    with pytest.raises(Refusal, match=f"`{name}`"):
        read_opening({"voice": "v"} | option, extras=("return_extras",))
