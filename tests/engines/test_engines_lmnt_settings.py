"""What the engine `lmnt` is opened with, and what makes it another engine."""

import asyncio

import pytest

from batchtts.alignment import Level
from batchtts.engine import EngineTraits, SpeechRequest
from batchtts.engines.lmnt import open_engine
from batchtts.engines.lmnt.settings import read_settings
from batchtts.errors import EngineRefused, InputError
from batchtts.job import Scalar


def traits(**settings: Scalar) -> EngineTraits:
    async def opened() -> EngineTraits:
        async with open_engine(settings) as engine:
            return engine.traits

    return asyncio.run(opened())


@pytest.mark.parametrize(
    ("settings", "identity"),
    [
        ({}, "lmnt/beta"),
        ({"base_url": "https://api.lmnt.com/"}, "lmnt/beta"),
        ({"base_url": "https://API.lmnt.com:443/x"}, "lmnt/beta"),
        ({"base_url": "http://api.lmnt.com"}, "lmnt/beta at http://api.lmnt.com"),
        ({"base_url": "http://127.0.0.1:8484/"}, "lmnt/beta at http://127.0.0.1:8484"),
        ({"base_url": "http://[::1]:8484"}, "lmnt/beta at http://[::1]:8484"),
        ({"api": "v1"}, "lmnt/v1/blizzard"),
        ({"api": "v1", "model": "aurora"}, "lmnt/v1/aurora"),
        (
            {"api": "v1", "base_url": "https://proxy.example/lmnt"},
            "lmnt/v1/blizzard at https://proxy.example",
        ),
    ],
)
def test_what_changes_the_sound_is_in_the_identity(settings: dict[str, Scalar], identity: str) -> None:
    assert traits(**settings).identity == identity


def test_the_address_comes_from_the_environment_where_the_manifest_gives_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LMNT_BASE_URL", "http://localhost:9/")
    assert read_settings({}).base_url == "http://localhost:9"
    assert read_settings({"base_url": "http://localhost:8"}).base_url == "http://localhost:8"


def test_beta_and_v1_differ_in_what_they_time_and_know() -> None:
    beta, v1 = traits(), traits(api="v1")
    assert (beta.level, v1.level) == (Level.PHONEME, Level.WORD)
    assert (beta.settings, "temperature" in v1.settings) == (frozenset(), True)
    for found in (beta, v1):
        assert (found.remote, found.paid, found.deterministic) == (True, True, False)


@pytest.mark.parametrize(
    ("settings", "what", "hint"),
    [
        ({"api": "v2"}, "api is 'v2'", "beta"),
        ({"api": 1}, "api is 1", "beta"),
        ({"apis": "v1"}, "lmnt knows no setting 'apis'", "Did you mean api?"),
        ({"model": "aurora"}, "model is known in v1 only", "api: v1"),
        ({"api": "v1", "model": ""}, "model is ''", "blizzard"),
        ({"api": "v1", "model": "a/b"}, "model is 'a/b'", "blizzard"),
        ({"base_url": 8484}, "base_url: the base URL '8484' is not one", "Leave it out"),
        ({"base_url": "localhost:8484"}, "should look like https://api.lmnt.com", "Leave it out"),
        ({"base_url": "ftp://host"}, "should look like https://api.lmnt.com", "Leave it out"),
        ({"base_url": "http://host:99999"}, "base_url: the base URL", "Leave it out"),
        ({"base_url": "http://host/?key=secret"}, "no user, query or fragment", "Leave it out"),
        ({"base_url": "http://me:secret@host"}, "no user, query or fragment", "Leave it out"),
        ({"api_key": "secret"}, "'api_key' looks like a key", "LMNT_API_KEY"),
        ({"key": "secret"}, "looks like a key", "LMNT_API_KEY"),
        ({"token": "secret"}, "looks like a key", "LMNT_API_KEY"),
        ({"X-API-Key": "secret"}, "looks like a key", "LMNT_API_KEY"),
    ],
    ids=str,
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, Scalar], what: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        traits(**settings)
    [problem] = caught.value.problems
    assert problem.where == ""
    assert what in problem.what
    assert hint in (problem.hint or "")
    assert "secret" not in f"{problem.what} {problem.hint}"


def test_a_wrong_address_in_the_environment_is_named_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMNT_BASE_URL", "nowhere")
    with pytest.raises(InputError, match="LMNT_BASE_URL: the base URL 'nowhere'"):
        traits()


@pytest.mark.parametrize("key", [None, "", "  ", "two\nlines"])
def test_without_a_key_it_opens_and_refuses_to_speak(
    monkeypatch: pytest.MonkeyPatch, key: str | None
) -> None:
    if key is not None:
        monkeypatch.setenv("LMNT_API_KEY", key)

    async def ask() -> None:
        async with open_engine({}) as engine:
            await engine.synthesize(SpeechRequest(text="Hello.", voice="lily"))

    with pytest.raises(EngineRefused) as caught:
        asyncio.run(ask())
    assert "LMNT_API_KEY" in (caught.value.hint or "")
    assert "two" not in str(caught.value)
