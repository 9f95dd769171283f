"""The S3 server is one for all tests that need one; each has a bucket of its own."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import s3fs
from output_folders import Machine
from s3_service import ACCESS_KEY, SECRET_KEY, S3Service, serving

from batchtts.address import Address

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Service]:
    with serving() as service:
        yield service


@pytest.fixture
def s3(s3_server: S3Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[S3Service]:
    """A server that holds one empty bucket, and an environment in which its keys are."""
    s3_server.forget()
    s3_server.bucket = s3_server.new_bucket(f"bucket-{next(_numbers)}")
    for name, value in {
        "AWS_ENDPOINT_URL": s3_server.url,
        "AWS_ACCESS_KEY_ID": ACCESS_KEY,
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_CONFIG_FILE": str(tmp_path / "no-config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "no-credentials"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    yield s3_server
    s3fs.S3FileSystem.clear_instance_cache()


@pytest.fixture
def on_s3(s3: S3Service, tmp_path: Path) -> Callable[[str], Machine]:
    """Return machines whose output goes into the bucket."""
    return lambda name: Machine(tmp_path / name, Address.parse(f"s3://{s3.bucket}/book"))
