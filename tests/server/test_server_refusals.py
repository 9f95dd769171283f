"""The shapes of refusals, and who may ask."""

import pytest

from batchtts.errors import EngineError, EngineRefused, EngineUnavailable, TextRejected
from batchtts.server.keyring import Keyring
from batchtts.server.refusals import Kind, Refusal, refusal_body, refusal_of


@pytest.mark.parametrize("version", [None, "", "1.0", "nonsense", "1", "0.9", "1.1.1", "-1.2"])
def test_old_clients_read_a_plain_text(version: str | None) -> None:
    body = refusal_body(Refusal(404, "no such voice"), version=version, request_id="r")
    assert body == {"error": "no such voice"}


@pytest.mark.parametrize("version", ["1.1", "1.2", " 1.2 ", "1.10", "2.0"])
def test_newer_clients_read_the_envelope(version: str) -> None:
    assert refusal_body(Refusal(404, "no such voice"), version=version, request_id="r") == {
        "type": "error",
        "error": {"type": "not_found_error", "message": "no such voice"},
        "request_id": "r",
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Kind.INVALID_REQUEST),
        (401, Kind.AUTHENTICATION),
        (402, Kind.PAYMENT_REQUIRED),
        (403, Kind.PERMISSION),
        (404, Kind.NOT_FOUND),
        (405, Kind.INVALID_REQUEST),
        (429, Kind.RATE_LIMIT),
        (500, Kind.INTERNAL),
        (503, Kind.INTERNAL),
    ],
)
def test_every_status_has_its_kind(status: int, kind: Kind) -> None:
    assert Refusal(status, "").kind is kind


@pytest.mark.parametrize(("seconds", "header"), [(0.0, "1"), (1.0, "1"), (1.2, "2"), (60, "60")])
def test_retry_after_is_a_whole_number_that_is_long_enough(seconds: float, header: str) -> None:
    assert Refusal(429, "", retry_after=seconds).headers == {"Retry-After": header}
    assert Refusal(429, "").headers == {}


@pytest.mark.parametrize(
    ("error", "status", "headers"),
    [
        (TextRejected("no word"), 400, {}),
        (EngineUnavailable("away", retry_after=7), 503, {"Retry-After": "7"}),
        (EngineUnavailable("away"), 503, {"Retry-After": "1"}),
        (EngineRefused("no credit"), 500, {}),
    ],
)
def test_an_engines_error_becomes_a_status(error: EngineError, status: int, headers: dict[str, str]) -> None:
    refusal = refusal_of(error)
    assert (refusal.status, refusal.headers) == (status, headers)
    assert str(error) in refusal.message


@pytest.mark.parametrize("key", [None, ""])
@pytest.mark.parametrize("keys", [(), ("one", "two")])
def test_a_missing_key_is_refused_by_every_server(keys: tuple[str, ...], key: str | None) -> None:
    with pytest.raises(Refusal) as caught:
        Keyring(keys).check(key)
    assert caught.value.status == 401


@pytest.mark.parametrize("key", ["on", "onetwo", "one ", "ONE", "\udcff"])
def test_a_wrong_key_is_refused(key: str) -> None:
    with pytest.raises(Refusal) as caught:
        Keyring(["one", "two"]).check(key)
    assert caught.value.status == 403


def test_every_key_of_the_server_is_a_client_of_its_own() -> None:
    keyring = Keyring(["one", "two"])
    assert keyring.check("one") == keyring.check("one") != keyring.check("two")


def test_without_keys_any_key_is_a_client_of_its_own() -> None:
    keyring = Keyring()
    assert keyring.check("three") == keyring.check("three") != keyring.check("four")


def test_no_key_can_be_read_from_a_keyring_or_from_what_it_calls_a_client() -> None:
    keyring = Keyring(["swordfish"])
    client = keyring.check("swordfish")
    assert "swordfish" not in repr(keyring) + repr(vars(keyring)) + client
    assert client != Keyring(["swordfish"]).check("swordfish")
