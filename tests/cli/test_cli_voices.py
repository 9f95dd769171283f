"""What `voices` does about engines that are services elsewhere."""

import json

import pytest
from click.testing import CliRunner

from batchtts.cli import main


def test_a_service_without_a_key_is_noted_and_the_others_are_listed() -> None:
    result = CliRunner().invoke(main, ["voices", "--json"])
    assert result.exit_code == 0
    assert {voice["engine"] for voice in json.loads(result.stdout)} == {"hibari", "tone"}
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


@pytest.fixture
def unused_url() -> str:
    """Return an address at which nobody listens."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
