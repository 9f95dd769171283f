"""What `voices` does about engines that are services elsewhere."""

import json

import pytest
from click.testing import CliRunner
from lmnt_service import KEY, Service, served_in_thread

from batchtts.cli import main


def test_a_service_without_a_key_is_noted_and_the_others_are_listed() -> None:
    result = CliRunner().invoke(main, ["voices", "--json"])
    assert result.exit_code == 0
    assert {voice["engine"] for voice in json.loads(result.stdout)} == {"hibari", "pico", "tone"}
    assert result.stderr.startswith("Note: the voices of lmnt are not listed: ")
    assert "wants a key" in result.stderr


def test_a_service_that_was_named_has_to_answer() -> None:
    result = CliRunner().invoke(main, ["voices", "--engine", "lmnt"])
    assert (result.exit_code, result.stdout) == (4, "")
    assert "LMNT_API_KEY" in result.stderr


def test_a_service_that_is_away_is_noted(monkeypatch: pytest.MonkeyPatch, unused_url: str) -> None:
    monkeypatch.setenv("LMNT_API_KEY", "a-key-that-nobody-sees")
    monkeypatch.setenv("LMNT_BASE_URL", unused_url)
    result = CliRunner().invoke(main, ["voices"])
    assert result.exit_code == 0
    assert f"the voices of lmnt are not listed: LMNT at {unused_url}: " in result.stderr
    assert "nobody-sees" not in result.output


def test_an_address_that_is_none_is_noted_and_the_others_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMNT_BASE_URL", "nowhere")
    result = CliRunner().invoke(main, ["voices", "--json"])
    assert (result.exit_code, {voice["engine"] for voice in json.loads(result.stdout)}) == (
        0,
        {"hibari", "pico", "tone"},
    )
    assert "the voices of lmnt are not listed: LMNT_BASE_URL: " in result.stderr
    assert CliRunner().invoke(main, ["voices", "--engine", "lmnt"]).exit_code == 2


def test_an_account_without_voices_is_told_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lmnt_service.VOICES", {})
    monkeypatch.setenv("LMNT_API_KEY", KEY)
    with served_in_thread(Service()) as url:
        monkeypatch.setenv("LMNT_BASE_URL", url)
        result = CliRunner().invoke(main, ["say", "Ahoy.", "--engine", "lmnt"])
    assert result.exit_code == 4
    assert "lmnt lists no voice" in result.stderr
    assert "--voice" in result.stderr


@pytest.fixture
def unused_url() -> str:
    """Return an address at which nobody listens."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
