"""Addresses say where, and nothing that is secret; what storages say is told without secrets, too."""

import errno
from pathlib import Path

import pytest
from tenacity import wait_none

from batchtts.address import Address, is_address
from batchtts.remote.errors import RemoteRefused, RemoteUnavailable
from batchtts.remote.faults import redacted, translated
from batchtts.remote.store import Store

ADDRESS = Address("s3://bucket/book")


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("s3://bucket", True),
        ("S3://bucket", True),
        ("gs://b/c", True),
        ("C://x", False),
        ("out/book", False),
        ("s3:bucket", False),
    ],
)
def test_what_has_a_scheme_is_an_address(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sftp://me:word@host/x", "a password has no place"),
        ("s3://bucket/x?versionId=3", "must not hold any of"),
        ("s3://bucket/a*", "must not hold any of"),
        ("simplecache::s3://bucket", "does not begin with a scheme"),
        ("s3://", "names no place"),
        ("s3://bucket/../other", "a . or .. in its path"),
    ],
)
def test_an_address_that_is_refused_is_told_why(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Address.parse(text)


def test_a_scheme_may_be_written_in_capitals() -> None:
    assert Address.parse("S3://Bucket/Book/") == Address.parse("s3://Bucket/Book")


def test_each_address_has_a_folder_of_its_own_to_be_worked_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    folders = {Address.parse(f"s3://bucket/a{end}").default_folder for end in ("", "/", "-b", "/b", "_b")}

    assert len(folders) == 4  # a slash at the end makes no difference
    assert {folder.parent for folder in folders} == {Path("/cache/batchtts")}
    assert Address.parse("s3://bucket/a").default_folder.name.startswith("bucket-a-")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError("too slow"), RemoteUnavailable),
        (ConnectionResetError(errno.ECONNRESET, "reset"), RemoteUnavailable),
        (OSError(errno.EBUSY, "slow down"), RemoteUnavailable),
        (PermissionError("no"), RemoteRefused),
        (NotImplementedError("read only"), RemoteRefused),
        (OSError(errno.EINVAL, "nonsense"), RemoteRefused),
    ],
)
def test_what_may_pass_is_told_from_what_will_not(error: Exception, kind: type[Exception]) -> None:
    assert type(translated(error, ADDRESS, {})) is kind


def test_secrets_of_the_environment_and_of_options_are_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "from-the-environment")
    options = {"key": "from-the-options", "client_kwargs": {"token": "from-further-in"}, "anon": False}
    text = "from-the-environment from-the-options from-further-in AKIAIOSFODNN7EXAMPLE and\nthe rest"

    assert redacted(text, options) == "… … … … and the rest"


def test_a_storage_whose_objects_have_no_conditions_looks_before_it_writes(tmp_path: Path) -> None:
    from batchtts.remote.store import Superseded

    store = Store.connect(Address.parse(f"file://{tmp_path}/store"), wait=wait_none())
    store.write("a/b", b"one", replacing=None)
    found = store.look("a/b")

    with pytest.raises(Superseded):
        store.write("a/b", b"two", replacing=None)
    with pytest.raises(Superseded):
        store.write("a/b", b"two", replacing="another tag")
    assert found is not None
    store.write("a/b", b"two", replacing=found.tag)
    assert store.read("a/b") == b"two"


def test_objects_in_memory_are_listed_read_and_removed(tmp_path: Path) -> None:
    store = Store.connect(Address.parse("memory://some/book"), wait=wait_none())
    (tmp_path / "x").write_bytes(b"bytes")

    sent = store.send(tmp_path / "x", "deep/down/x")

    assert store.objects() == {"deep/down/x": sent}
    assert store.fetch("deep/down/x", tmp_path / "y")
    assert (tmp_path / "y").read_bytes() == b"bytes"
    assert not store.fetch("nothing", tmp_path / "z")
    store.remove(["deep/down/x", "nothing"])
    assert store.objects() == {}
