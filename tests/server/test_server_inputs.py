"""What a client may say, decided without a server."""

from typing import Any

import pytest

from batchtts.server.inputs import Fields, SpeechInput, beta_speech, v1_speech
from batchtts.server.refusals import Refusal

LEAST = {"text": "Hi", "voice": "leah"}


def refusal(read: Any, **fields: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read(Fields(LEAST | fields))
    assert caught.value.status == 400
    return caught.value


def test_the_beta_speaks_wav_and_v1_speaks_mp3_unless_told_otherwise() -> None:
    assert beta_speech(Fields(LEAST)) == SpeechInput(text="Hi", voice="leah", format="wav")
    assert v1_speech(Fields(LEAST)) == SpeechInput(text="Hi", voice="leah", format="mp3")


def test_everything_that_the_beta_knows_is_read_from_text() -> None:
    form = {"seed": "3", "format": "mp3", "speed": "1.25", "length": "10", "extras": "alignment"}
    assert beta_speech(Fields(LEAST | form)) == SpeechInput(
        text="Hi", voice="leah", seed=3, format="mp3", speed=1.25, length_seconds=10, durations=True
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"speed": 1.5, "length": 3, "seed": 9, "sample_rate": 16000, "return_durations": True},
        {"speed": "1.5", "length": "3", "seed": "9", "sample_rate": "16000", "return_durations": "True"},
        {"speed": 1.5, "length": 3.0, "seed": 9.0, "sample_rate": "16000", "return_durations": "true"},
    ],
)
def test_v1_reads_numbers_and_booleans_in_every_spelling_of_the_sdks(fields: dict[str, object]) -> None:
    assert v1_speech(Fields(LEAST | fields)) == SpeechInput(
        text="Hi",
        voice="leah",
        format="mp3",
        speed=1.5,
        length_seconds=3,
        seed=9,
        sample_rate=16000,
        durations=True,
    )


def test_fields_that_are_not_known_are_ignored() -> None:
    assert beta_speech(Fields(LEAST | {"quality": "2", "durations": "True"})).durations is False


@pytest.mark.parametrize("name", ["text", "voice"])
@pytest.mark.parametrize("read", [beta_speech, v1_speech])
def test_a_text_and_a_voice_are_required(read: Any, name: str) -> None:
    fields = {key: value for key, value in LEAST.items() if key != name}
    with pytest.raises(Refusal, match=f"`{name}` is required"):
        read(Fields(fields))
    assert f"`{name}` must not be empty" in refusal(read, **{name: ""}).message


@pytest.mark.parametrize("read", [beta_speech, v1_speech])
def test_a_text_has_at_most_5000_characters(read: Any) -> None:
    assert len(read(Fields(LEAST | {"text": "ü" * 5000})).text) == 5000
    assert "5001" in refusal(read, text="a" * 5001).message


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("text", 7),
        ("text", ["Hi"]),
        ("text", "half a pair: \ud800"),
        ("voice", 7),
        ("speed", 0.1),
        ("speed", 2.01),
        ("speed", "nan"),
        ("speed", "fast"),
        ("speed", "1_0"),
        ("speed", True),
        ("speed", "None"),
        ("length", 0),
        ("length", 0.05),
        ("length", 300.5),
        ("length", "inf"),
        ("length", "abc"),
        ("seed", "None"),
        ("seed", 1.5),
        ("seed", "9" * 5000),
        ("seed", 2**70),
        ("seed", True),
        ("format", "ogg"),
        ("format", "WAV"),
        ("format", 3),
    ],
)
@pytest.mark.parametrize("read", [beta_speech, v1_speech])
def test_a_wrong_value_is_refused_by_its_name(read: Any, field: str, wrong: object) -> None:
    assert f"`{field}`" in refusal(read, **{field: wrong}).message


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("sample_rate", 44100),
        ("sample_rate", "high"),
        ("temperature", 0),
        ("temperature", 5.1),
        ("top_p", 1.1),
        ("top_k", -1),
        ("model", "opera"),
        ("language", "klingon"),
        ("conversational", "perhaps"),
        ("return_durations", 2),
        ("debug", [True]),
    ],
)
def test_v1_refuses_wrong_values_also_of_what_changes_nothing_here(field: str, wrong: object) -> None:
    assert f"`{field}`" in refusal(v1_speech, **{field: wrong}).message


@pytest.mark.parametrize("name", ["text", "voice", "speed", "seed", "format", "model", "debug", "language"])
def test_null_is_no_value(name: str) -> None:
    assert f"`{name}` must not be null" in refusal(v1_speech, **{name: None}).message


@pytest.mark.parametrize("format_", ["ulaw", "webm", "pcm_s16le", "raw"])
def test_formats_of_v1_are_none_of_the_beta(format_: str) -> None:
    assert v1_speech(Fields(LEAST | {"format": format_})).format == format_
    assert "aac, mp3, wav" in refusal(beta_speech, format=format_).message


def test_the_beta_knows_only_one_extra() -> None:
    assert "`extras`" in refusal(beta_speech, extras="durations").message


def test_the_language_auto_leaves_the_choice_to_the_server() -> None:
    assert v1_speech(Fields(LEAST | {"language": "auto"})).language is None
    assert v1_speech(Fields(LEAST | {"language": "de"})).language == "de"
