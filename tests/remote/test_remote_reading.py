"""Packs are read where they lie, in a few requests, and what is gone from there is not taken for damage."""

import os
from pathlib import Path

import pytest
from tenacity import wait_none

from batchtts.address import Address
from batchtts.remote.errors import RemoteError
from batchtts.remote.reading import BLOCK_BYTES, RemoteFile
from batchtts.remote.store import Store


class CountingStore(Store):
    """A storage in a folder that counts how often it is asked for a part."""

    n_asked = 0

    def read_part(self, name: str, start: int, end: int) -> bytes:
        self.n_asked += 1
        return super().read_part(name, start, end)


@pytest.fixture
def data() -> bytes:
    return os.urandom(5 * BLOCK_BYTES + 1000)


@pytest.fixture
def store(tmp_path: Path, data: bytes) -> CountingStore:
    (tmp_path / "pack").write_bytes(data)
    return CountingStore.connect(Address.parse(f"file://{tmp_path}"), wait=wait_none())


@pytest.mark.parametrize(
    ("start", "n_bytes"),
    [
        (0, 10),
        (BLOCK_BYTES - 5, 10),
        (BLOCK_BYTES, BLOCK_BYTES),
        (0, 3 * BLOCK_BYTES),
        (5 * BLOCK_BYTES, 9999),
    ],
)
def test_any_stretch_is_what_lies_there(store: CountingStore, data: bytes, start: int, n_bytes: int) -> None:
    file = RemoteFile(store, "pack", len(data))

    assert file.seek(start) == start
    assert file.read(n_bytes) == data[start : start + n_bytes]
    assert file.read(4) == data[start + n_bytes : start + n_bytes + 4]


def test_takes_that_lie_close_together_share_a_request(store: CountingStore, data: bytes) -> None:
    file = RemoteFile(store, "pack", len(data))
    for start in range(0, BLOCK_BYTES - 1000, 1000):
        file.seek(start)
        file.read(1000)

    assert store.n_asked == 1


def test_no_more_than_a_few_blocks_are_kept(store: CountingStore, data: bytes) -> None:
    file = RemoteFile(store, "pack", len(data))
    for start in (0, 1, 2, 3, 4, 0):
        file.seek(start * BLOCK_BYTES)
        file.read(1)

    assert store.n_asked == 6


@pytest.mark.parametrize("left", [0, 1000, None])
def test_a_pack_that_is_gone_or_cut_is_told_not_read(
    store: CountingStore, data: bytes, tmp_path: Path, left: int | None
) -> None:
    (tmp_path / "pack").unlink()
    if left is not None:
        (tmp_path / "pack").write_bytes(data[:left])

    file = RemoteFile(store, "pack", len(data))
    file.seek(BLOCK_BYTES)
    with pytest.raises(RemoteError, match="is not there any more"):
        file.read(10)
