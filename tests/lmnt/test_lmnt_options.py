"""What is refused before anything is sent."""

import asyncio
from typing import Any

import pytest
from scripted_service import KEY, play

from batchtts import lmnt
from batchtts.lmnt import NotOffered, RetryPolicy, Speech, Timeout, api
from batchtts.lmnt.features import FEATURES
from batchtts.lmnt.options import DEFAULTS, Options, checked_options


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"speed": 0.2}, ValueError, "between 0.25 and 2.0"),
        ({"speed": 2.01}, ValueError, "between 0.25 and 2.0"),
        ({"speed": float("nan")}, ValueError, "between 0.25 and 2.0"),
        ({"speed": "fast"}, TypeError, "number"),
        ({"speed": True}, TypeError, "number"),
        ({"length": 0}, ValueError, "between 0.1 and 300.0"),
        ({"length": 300.5}, ValueError, "between 0.1 and 300.0"),
        ({"format": "ogg"}, ValueError, "aac, mp3, wav"),
        ({"seed": 1.5}, TypeError, "integer"),
        ({"lenght": 3}, TypeError, "did you mean 'length'"),
        ({"colour": "red"}, TypeError, "unexpected keyword argument 'colour'"),
    ],
)
def test_a_wrong_option_is_refused_with_its_range(
    options: dict[str, Any], error: type[Exception], words: str
) -> None:
    async def scenario(speech: Speech) -> None:
        with pytest.raises(error, match=words):
            await speech.synthesize("Hi", "lily", **options)

    _, service = play(scenario)
    assert service.requests == []


@pytest.mark.parametrize(
    "options",
    [
        {"temperature": 0},
        {"top_p": 1.1},
        {"sample_rate": 44_100},
        {"sample_rate": True},
        {"language": ""},
        {"format": "raw"},
    ],
)
def test_the_ranges_of_v1_are_its_own(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        checked_options(options, "v1")


@pytest.mark.parametrize("value", [0.25, 1, 2.0])
def test_the_ends_of_a_range_belong_to_it(value: float) -> None:
    assert checked_options({"speed": value}, "beta")["speed"] == value


@pytest.mark.parametrize(("text", "voice"), [("", "lily"), (None, "lily"), ("Hi", ""), ("Hi", None)])
def test_an_empty_text_or_voice_fails_the_same_assertion_as_before(text: Any, voice: Any) -> None:
    with pytest.raises(AssertionError, match=r"^\[Speech.synthesize\]"):
        asyncio.run(Speech(KEY).synthesize(text, voice))


def test_half_of_a_surrogate_pair_is_refused_with_its_place() -> None:
    with pytest.raises(ValueError, match="index 2"):
        asyncio.run(Speech(KEY).synthesize("ab\ud83d", "lily"))


@pytest.mark.parametrize(
    ("api", "ask", "words"),
    [
        ("beta", lambda speech: speech.account_info(), "account_info"),
        ("beta", lambda speech: speech.voice_info("lily"), "voice_info"),
        ("beta", lambda speech: speech.delete_voice("lily"), "delete_voice"),
        ("beta", lambda speech: speech.update_voice("lily", name="L"), "update_voice"),
        ("beta", lambda speech: speech.create_voice("L", "none.wav"), "create_voice"),
        ("beta", lambda speech: speech.list_voices(starred=True), "starred"),
        ("beta", lambda speech: speech.synthesize("Hi", "lily", timestamps=True), "timestamps"),
        ("beta", lambda speech: speech.synthesize("Hi", "lily", model="aurora"), "model"),
        ("beta", lambda speech: speech.synthesize("Hi", "lily", format="ulaw"), "ulaw"),
        ("beta", lambda speech: speech.synthesize_streaming("lily", language="en"), "synthesize_streaming"),
    ],
)
def test_what_a_generation_lacks_is_refused_and_the_other_one_named(api: Any, ask: Any, words: str) -> None:
    with pytest.raises(NotOffered, match=words) as caught:
        asyncio.run(ask(Speech(KEY, api=api)))
    assert caught.value.reached is False
    assert "v1" in str(caught.value.hint)


@pytest.mark.parametrize("generation", ["beta", "v1"])
def test_a_keyword_that_no_stream_has_is_a_type_error_in_either_generation(generation: Any) -> None:
    options: Any = {"fromat": "mp3"}
    with pytest.raises(TypeError, match="'format'"):
        asyncio.run(Speech(KEY, api=generation).synthesize_streaming("lily", **options))


def test_durations_and_timestamps_exclude_each_other() -> None:
    with pytest.raises(ValueError, match="one of them"):
        asyncio.run(Speech(KEY, api="v1").synthesize("Hi", "lily", durations=True, timestamps=True))


def test_the_module_of_the_old_name_has_the_same_names() -> None:
    for name in lmnt.__all__:
        assert getattr(api, name) is getattr(lmnt, name)


def test_every_option_is_in_the_table_of_features() -> None:
    assert set(Options.__annotations__) <= set(FEATURES)
    assert set(DEFAULTS) <= set(Options.__annotations__)


@pytest.mark.parametrize(
    "settings",
    [
        {"api": "v2"},
        {"max_concurrency": 0},
        {"base_url": "api.lmnt.com"},
        {"base_url": "ftp://api.lmnt.com"},
        {"base_url": "http://api..lmnt.com"},
        {"base_url": f"http://{'a' * 64}.com"},
        {"base_url": "http://api.lmnt.com/a b"},
        {"base_url": "http://api.lmnt.com/a\nb"},
        {"base_url": "http://user:secret@host"},
        {"base_url": "http://host/?key=secret"},
        {"api_key": ""},
        {"api_key": "line\nbreak"},
        {"api_key": "schlüssel"},
    ],
)
def test_a_client_with_impossible_settings_is_not_made(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        Speech(**{"api_key": KEY, **settings})
    assert "secret" not in str(caught.value)


def test_no_key_at_all_is_an_error_that_names_the_variable() -> None:
    with pytest.raises(ValueError, match="LMNT_API_KEY"):
        Speech()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Timeout(total_seconds=0),
        lambda: Timeout(ping_seconds=-1),
        lambda: Timeout(idle_seconds=float("inf")),
        lambda: RetryPolicy(attempts=0),
        lambda: RetryPolicy(first_wait_seconds=-1),
    ],
)
def test_impossible_patience_is_refused(make: Any) -> None:
    with pytest.raises(ValueError, match="has to be"):
        make()
