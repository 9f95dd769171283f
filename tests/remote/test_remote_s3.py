"""The same on a real S3 server: whole or not at all, again when it helps, and a plain word when it does not."""

import os
from collections.abc import Callable

import pytest
from output_folders import Machine
from s3_service import ACCESS_KEY, SECRET_KEY, S3Service

from batchtts.address import Address
from batchtts.remote import store as stores
from batchtts.remote.errors import RemoteChanged, RemoteError, RemoteRefused, RemoteUnavailable
from batchtts.remote.generation import GENERATION
from batchtts.remote.pulling import Extent
from batchtts.remote.store import Superseded

pytestmark = pytest.mark.xdist_group("s3")

Machines = Callable[[str], Machine]


@pytest.fixture
def first(on_s3: Machines) -> Machine:
    machine = on_s3("first")
    machine.render(1, "one", "two")
    machine.write("chapters/01.wav", b"one two")
    machine.write("run.json", b"{}")
    return machine


def test_a_fresh_machine_has_everything_after_a_pull_of_all(first: Machine, on_s3: Machines) -> None:
    first.push()
    second = on_s3("second")
    second.pull(Extent.ALL)

    assert second.files() == first.files()


def test_a_push_without_changes_only_looks(first: Machine, s3: S3Service) -> None:
    first.push()
    s3.forget()
    first.push()

    assert s3.counts() == {"GET": 2}


def test_what_a_pull_of_records_asks_for(first: Machine, on_s3: Machines, s3: S3Service) -> None:
    first.push()
    s3.forget()
    on_s3("second").pull()

    assert s3.counts() == {"GET": 3}


@pytest.mark.parametrize("fault", [{"status": "503 Busy", "code": "SlowDown"}, {"status": "500 No"}, {}])
def test_trouble_that_passes_is_not_noticed(
    first: Machine, on_s3: Machines, s3: S3Service, fault: dict[str, str]
) -> None:
    first.push()
    first.render(2, "three")
    for method, part in (
        ("GET", "generation.json"),
        ("PUT", "takes/"),
        ("PUT", "ledger-"),
        ("PUT", "generation.json"),
    ):
        s3.fail(method, part, times=2, **fault)
    first.push()
    assert all(fault.times == 0 for fault in s3.faults)
    second = on_s3("second")
    second.pull(Extent.ALL)

    assert second.files() == first.files()


def test_trouble_that_does_not_pass_is_told_and_leaves_what_was_there(
    first: Machine, on_s3: Machines, s3: S3Service
) -> None:
    first.push()
    before = first.ledger
    first.render(2, "three")
    s3.fail("PUT", "ledger-", times=99, status="503 Busy", code="ServiceUnavailable")
    with pytest.raises(RemoteUnavailable, match="or is in trouble"):
        first.push()
    s3.forget()

    second = on_s3("second")
    second.pull(Extent.ALL)
    assert second.ledger == before
    assert b"three" in second.files()[".batchtts/takes/000002.tar"]
    first.push()
    assert not any("takes" in request.path for request in s3.requests if request.method == "PUT")


def test_an_upload_in_parts_that_fails_leaves_nothing(
    first: Machine, s3: S3Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stores, "_BLOCK_BYTES", 5 << 20)
    first.write("chapters/01.wav", os.urandom(12 << 20))
    s3.fail("PUT", "partNumber=2", times=99, status="500 No")
    with pytest.raises(RemoteUnavailable):
        first.push()
    s3.faults.clear()

    assert "chapters/01.wav" not in first.store.objects()
    first.push()
    assert first.store.objects()["chapters/01.wav"].n_bytes == 12 << 20


def test_of_two_that_push_at_once_the_second_is_refused(
    first: Machine, on_s3: Machines, s3: S3Service
) -> None:
    first.push()
    second = on_s3("second")
    second.pull()
    first.render(2, "from the first")
    second.render(2, "from the second")
    s3.fail("PUT", "generation.json", then=first.push, status="503 Busy")

    with pytest.raises(RemoteChanged, match="generation 2"):
        second.push()
    assert on_s3("third").pull().found == (".batchtts/takes/000003.tar",)


def test_the_server_itself_keeps_two_pushes_apart(first: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    first.push()
    before = first.store.look(GENERATION)
    assert before is not None
    first.store.write(GENERATION, b"somebody else's", replacing=before.tag)
    monkeypatch.setattr(first.store, "look", lambda name: before)  # we looked too early

    with pytest.raises(Superseded):
        first.store.write(GENERATION, b"ours", replacing=before.tag)
    assert first.store.read(GENERATION) == b"somebody else's"


def test_a_generation_whose_answer_was_lost_is_our_own(first: Machine, s3: S3Service) -> None:
    store = first.store
    write = store.write

    def write_twice(name: str, data: bytes, *, replacing: str | None) -> None:
        write(name, data, replacing=replacing)
        write(name, data, replacing=replacing)

    store.write = write_twice  # type: ignore[method-assign]
    assert first.push_to(store).generation.number == 1


def test_a_missing_bucket_is_named(first: Machine) -> None:
    first.address = Address.parse("s3://no-such-bucket/book")
    with pytest.raises(RemoteRefused, match="s3://no-such-bucket/book: there is no such bucket"):
        first.push()


def test_without_a_network_that_is_said(first: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(RemoteUnavailable, match="was not reached"):
        first.push()


def test_without_credentials_that_is_said(first: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    with pytest.raises(RemoteRefused, match="there are no credentials"):
        first.push()


@pytest.mark.parametrize(
    "code", ["InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "AccessDenied"]
)
def test_wrong_credentials_are_told_without_telling_them(first: Machine, s3: S3Service, code: str) -> None:
    s3.message = f"the key {ACCESS_KEY} with {SECRET_KEY} is no good"
    for method in ("GET", "HEAD", "PUT"):
        s3.fail(method, s3.bucket, times=99, status="403 Forbidden", code=code)

    with pytest.raises(RemoteError) as caught:
        first.push()

    assert "credentials" in str(caught.value) or "access is denied" in str(caught.value)
    assert ACCESS_KEY not in f"{caught.value} {caught.value.hint}"
    assert SECRET_KEY not in f"{caught.value} {caught.value.hint}"
