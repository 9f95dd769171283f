"""No byte of a take is trusted before it was hashed, wherever it is read."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from takes_values import TAKE, TEXT, fingerprints, overwrite, packed, stored_takes, take

from batchtts.files import Workspace
from batchtts.model import TakeRecord
from batchtts.takes.form import StoredTake, TakeDamaged
from batchtts.takes.packing import Packer
from batchtts.takes.packs import BLOCK, header, members
from batchtts.takes.reading import TakeReader, damaged, load, recognize


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


def stored(workspace: Workspace, *takes: StoredTake) -> list[TakeRecord]:
    with Packer(workspace) as packer:
        return [packer.store_now(each) for each in takes]


@given(st.lists(stored_takes(), min_size=1, max_size=3))
def test_what_is_stored_is_loaded_and_recognized(
    tmp_path_factory: pytest.TempPathFactory, takes: list[StoredTake]
) -> None:
    workspace = Workspace(tmp_path_factory.mktemp("takes"))
    records = stored(workspace, *takes)
    assert [load(workspace, record.take) for record in records] == takes
    path = workspace.takes / "000001.tar"
    assert [recognize(workspace, path, member) for member in members(path)] == records


def test_the_ledger_is_told_what_the_file_is(workspace: Workspace) -> None:
    [record] = stored(workspace, TAKE)
    [member] = members(workspace.takes / record.take.pack)
    assert (record.take.start, record.take.n_bytes, record.take.name) == (
        member.start,
        member.n_bytes,
        member.name,
    )
    assert (record.take.speech_start, record.take.speech_end, record.take.n_samples) == (0, 20, 20)
    assert record.text_sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert (record.settings, record.checks) == (TAKE.settings, TAKE.checks)


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_any_byte_that_changes_is_found(
    tmp_path_factory: pytest.TempPathFactory, position: int, change: int
) -> None:
    workspace, path = packed(tmp_path_factory.mktemp("takes"), 1)
    [member] = members(path)
    found = recognize(workspace, path, member).take
    data = bytearray(path.read_bytes())
    data[member.start + position % member.n_bytes] ^= change
    overwrite(path, bytes(data))
    with pytest.raises(TakeDamaged):
        recognize(workspace, path, member)
    with pytest.raises(TakeDamaged, match=r"its bytes in .batchtts/takes/000001.tar have changed") as caught:
        load(workspace, found)
    assert caught.value.name == found.name


def test_a_missing_pack_is_named(workspace: Workspace) -> None:
    [record] = stored(workspace, TAKE)
    (workspace.takes / "000001.tar").unlink()
    with pytest.raises(TakeDamaged, match=r"000001.tar, in which it lay, is missing"):
        load(workspace, record.take)


@pytest.mark.parametrize("n_bytes", [0, 100, 600])
def test_a_pack_that_is_too_short_is_named(workspace: Workspace, n_bytes: int) -> None:
    [record] = stored(workspace, TAKE)
    path = workspace.takes / "000001.tar"
    overwrite(path, path.read_bytes()[:n_bytes])
    with pytest.raises(TakeDamaged, match=r"000001.tar is too short"):
        load(workspace, record.take)


@pytest.mark.parametrize(
    "name", [f"{'e' * 64}.1.{{sha}}.wav", f"{'f' * 64}.2.{{sha}}.wav", f"{'f' * 64}.1.{'0' * 16}.wav"]
)
def test_a_take_under_another_name_is_not_recognized(workspace: Workspace, name: str) -> None:
    [record] = stored(workspace, TAKE)
    path = workspace.takes / "000001.tar"
    head = header(name.format(sha=record.take.sha256[:16]), record.take.n_bytes)
    overwrite(path, head + path.read_bytes()[BLOCK:])
    [member] = members(path)
    with pytest.raises(TakeDamaged, match=r"000001.tar: .* its bytes do not match its name"):
        recognize(workspace, path, member)


def test_all_that_is_damaged_is_told_with_the_reason(workspace: Workspace) -> None:
    first = stored(workspace, *(take(str(number)) for number in range(3)))
    second = stored(workspace, *(take(str(number)) for number in range(3, 5)))
    path = workspace.takes / "000001.tar"
    data = bytearray(path.read_bytes())
    data[first[1].take.start + 50] ^= 1
    overwrite(path, bytes(data))
    (workspace.takes / "000002.tar").unlink()
    found = list(damaged(workspace, [record.take for record in (*first, *second)]))
    assert [take for take, _ in found] == [first[1].take, second[0].take, second[1].take]
    assert [error.reason.partition("000002")[1] for _, error in found] == ["", "000002", "000002"]


def test_a_reader_reads_takes_of_several_packs_in_any_order(workspace: Workspace) -> None:
    records = [stored(workspace, take(str(number)))[0] for number in range(3)]
    with TakeReader(workspace) as reader:
        for number in (0, 2, 2, 1, 0):
            assert reader.load(records[number].take) == take(str(number))


def test_a_reader_can_be_used_after_a_take_that_is_missing(workspace: Workspace) -> None:
    [record] = stored(workspace, TAKE)
    with TakeReader(workspace) as reader:
        with pytest.raises(TakeDamaged, match="missing"):
            reader.read(replace(record.take, pack="000009.tar"))
        assert reader.load(record.take) == TAKE


def test_takes_are_found_in_the_order_in_which_they_lie(tmp_path: Path) -> None:
    workspace, path = packed(tmp_path, 3)
    assert fingerprints(workspace, path) == [take(str(number)).fingerprint for number in range(3)]
