"""Whoever is told that a take is stored can rely on the disk, and many share one sync of it."""

import asyncio
import os
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from stat import S_ISDIR

import pytest
from takes_values import PACKED_BYTES, TAKE, fingerprints, masked, mode, overwrite, packed, take

from batchtts.errors import TakeFailedChecks
from batchtts.files import Workspace
from batchtts.model import Take, TakeRecord
from batchtts.takes import growing, packing, packs
from batchtts.takes.form import StoredTake, TakeDamaged
from batchtts.takes.packing import Packer
from batchtts.takes.packs import END, members, seal
from batchtts.takes.reading import load, recognize

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no umask, and syncs no folders")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(tmp_path)


@pytest.fixture
def syncs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was synced, files and folders, in order; it is synced as well."""
    seen: list[str] = []
    sync = os.fsync

    def note(descriptor: int) -> None:
        seen.append("folder" if S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return seen


async def store_behind(
    packer: Packer, makes: list[Callable[[], StoredTake]]
) -> list[TakeRecord | BaseException]:
    """Have takes stored that all wait while the packer is busy with another."""
    gate, is_held = threading.Event(), threading.Event()

    def hold() -> StoredTake:
        is_held.set()
        gate.wait()
        raise TakeFailedChecks("only here to wait")

    first = asyncio.create_task(packer.store(hold))
    await asyncio.to_thread(is_held.wait)
    waiting = [asyncio.create_task(packer.store(make)) for make in makes]
    await asyncio.sleep(0)
    gate.set()
    _, *results = await asyncio.gather(first, *waiting, return_exceptions=True)
    return results


def making(name: str) -> Callable[[], StoredTake]:
    return partial(take, name)


def refuse() -> StoredTake:
    raise TakeFailedChecks("too quiet")


@contextmanager
def a_disk_that_holds(n_bytes: int) -> Iterator[None]:
    """Let no file grow beyond this, for real."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_waits_shares_a_sync(workspace: Workspace, syncs: list[str]) -> None:
    with Packer(workspace) as packer:
        packer.store_now(TAKE)
        syncs.clear()
        records = asyncio.run(store_behind(packer, [making(str(number)) for number in range(50)]))
        assert syncs == ["file"]
    for number, record in enumerate(records):
        assert isinstance(record, TakeRecord)
        assert load(workspace, record.take) == take(str(number))


@posix
def test_bytes_are_synced_before_the_name_of_their_pack_and_both_before_anybody_is_told(
    workspace: Workspace, syncs: list[str]
) -> None:
    workspace.takes.mkdir(parents=True)
    with Packer(workspace) as packer:
        packer.store_now(TAKE)
        assert syncs == ["file", "folder"]
        packer.store_now(take("another"))
        assert syncs == ["file", "folder", "file"]


def test_a_sync_is_not_put_off_for_ever(
    workspace: Workspace, syncs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packing, "MAX_UNSYNCED_BYTES", 4 * PACKED_BYTES)
    with Packer(workspace) as packer:
        packer.store_now(TAKE)
        syncs.clear()
        asyncio.run(store_behind(packer, [making(str(number)) for number in range(10)]))
        assert syncs == ["file"] * 3


def test_a_recording_that_is_not_fit_to_keep_concerns_only_the_one_who_asked(workspace: Workspace) -> None:
    odd = partial(replace, TAKE, fingerprint="../../escape")
    unwritable = partial(replace, TAKE, settings={"speed": float("nan")})
    with Packer(workspace) as packer:
        makes = [making("a"), refuse, making("b"), odd, unwritable, making("c")]
        results = asyncio.run(store_behind(packer, makes))
    assert [type(result) for result in results] == [
        TakeRecord,
        TakeFailedChecks,
        TakeRecord,
        ValueError,
        ValueError,
        TakeRecord,
    ]
    assert fingerprints(workspace, workspace.takes / "000001.tar") == [
        take(name).fingerprint for name in "abc"
    ]


def test_a_take_is_stored_even_if_the_one_who_waits_is_cancelled(workspace: Workspace) -> None:
    async def cancel() -> None:
        storing = asyncio.create_task(packer.store(lambda: TAKE))
        await asyncio.sleep(0)
        storing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await storing

    with Packer(workspace) as packer:
        asyncio.run(cancel())
    assert fingerprints(workspace, workspace.takes / "000001.tar") == [TAKE.fingerprint]


def test_after_a_sync_that_failed_nothing_is_promised(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(5, "Input/output error")

    with Packer(workspace) as packer:
        packer.store_now(TAKE)
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fail)
            results = asyncio.run(store_behind(packer, [making("a"), refuse, making("b")]))
        assert [str(result) for result in results] == ["[Errno 5] Input/output error"] * 3
        with pytest.raises(OSError, match="Input/output error"):
            packer.store_now(take("c"))
        with pytest.raises(OSError, match="Input/output error"):
            packer.copy([], workspace)
    assert packer.sealed == ()
    assert mode(workspace.takes / "000001.tar") & 0o200


@posix
def test_a_disk_that_is_full_leaves_what_was_stored_before(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growing, "_BUFFER_BYTES", 1000)  # so that takes are torn where the disk ends
    with Packer(workspace) as packer:
        before = packer.store_now(TAKE).take
        with a_disk_that_holds(before.n_bytes + 4000):
            results = asyncio.run(store_behind(packer, [making(str(number)) for number in range(9)]))
            assert {getattr(result, "errno", None) for result in results} == {27}
            packer.close()
    path = workspace.takes / "000001.tar"
    seal(path)
    assert load(workspace, before) == TAKE
    assert fingerprints(workspace, path)[0] == TAKE.fingerprint
    assert path.read_bytes().endswith(END)


def test_a_pack_is_sealed_when_it_is_full(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packs, "MAX_PACK_BYTES", 3 * PACKED_BYTES + len(END))
    with Packer(workspace) as packer:
        stored = [packer.store_now(take(str(number))).take for number in range(7)]
        assert packer.sealed == ("000001.tar", "000002.tar")
    assert [each.pack for each in stored] == ["000001.tar"] * 3 + ["000002.tar"] * 3 + ["000003.tar"]
    assert packer.sealed == ("000001.tar", "000002.tar", "000003.tar")
    assert {path.stat().st_size for path in packs.packs(workspace)[:2]} == {3 * PACKED_BYTES + len(END)}
    assert [load(workspace, each).fingerprint for each in stored] == [each.fingerprint for each in stored]


def test_a_take_that_is_larger_than_a_pack_has_one_of_its_own(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "MAX_PACK_BYTES", 1000)
    with Packer(workspace) as packer:
        with pytest.raises(ValueError, match="not the name of a take"):
            packer.store_now(replace(TAKE, fingerprint="short"))  # it has begun a pack all the same
        assert [packer.store_now(take(name)).take.pack for name in "ab"] == ["000001.tar", "000002.tar"]


def test_packs_that_fill_up_within_a_batch_are_all_whole(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packs, "MAX_PACK_BYTES", 2 * PACKED_BYTES + len(END))
    with Packer(workspace) as packer:
        records = asyncio.run(store_behind(packer, [making(str(number)) for number in range(9)]))
    assert [load(workspace, record.take).number for record in records if isinstance(record, TakeRecord)] == [
        1
    ] * 9
    assert len(packer.sealed) == 5


def test_a_run_begins_a_new_pack(workspace: Workspace) -> None:
    for name in "ab":
        with Packer(workspace) as packer:
            packer.store_now(take(name))
    workspace.takes.joinpath("000007.tar").write_bytes(END)
    with Packer(workspace, known=["000003.tar"]) as packer:
        assert packer.store_now(take("c")).take.pack == "000008.tar"
    with Packer(workspace, known=["000012.tar", "of another time"]) as packer:
        assert packer.store_now(take("d")).take.pack == "000013.tar"


@pytest.mark.parametrize("makes", [[], [refuse], [partial(replace, TAKE, fingerprint="short")]])
def test_a_run_that_stores_nothing_leaves_no_pack(
    workspace: Workspace, makes: list[Callable[[], StoredTake]]
) -> None:
    with Packer(workspace) as packer:
        asyncio.run(store_behind(packer, makes))
    assert packs.packs(workspace) == []
    assert packer.sealed == ()


@posix
@pytest.mark.parametrize(
    ("mask", "while_it_grows", "after"),
    [(0o022, 0o644, 0o444), (0o077, 0o600, 0o400), (0, 0o644, 0o444)],
)
def test_a_pack_is_written_by_the_user_alone_and_then_by_nobody(
    workspace: Workspace, mask: int, while_it_grows: int, after: int
) -> None:
    with masked(mask), Packer(workspace) as packer:
        path = workspace.takes / packer.store_now(TAKE).take.pack
        assert mode(path) == while_it_grows
    assert mode(path) == after


def test_a_packer_that_was_closed_stores_nothing_more(workspace: Workspace) -> None:
    with Packer(workspace) as packer:
        packer.store_now(TAKE)
    packer.close()
    with pytest.raises(ValueError, match="the packer has been closed"):
        packer.store_now(TAKE)


def test_a_pack_is_written_anew_without_a_take(tmp_path: Path) -> None:
    workspace, path = packed(tmp_path, 3)
    first, second, third = (recognize(workspace, path, member).take for member in members(path))
    with Packer(workspace) as packer:
        kept = packer.copy([third, first], workspace)
    path.unlink()
    assert [(each.name, each.pack) for each in kept if isinstance(each, Take)] == [
        (third.name, "000002.tar"),
        (first.name, "000002.tar"),
    ]
    assert [load(workspace, each).fingerprint for each in kept if isinstance(each, Take)] == [
        third.fingerprint,
        first.fingerprint,
    ]
    assert second.name not in [member.name for member in members(workspace.takes / "000002.tar")]


def test_takes_of_another_folder_are_hashed_on_their_way(tmp_path: Path, workspace: Workspace) -> None:
    other, path = packed(tmp_path / "other", 3)
    takes = [recognize(other, path, member).take for member in members(path)]
    data = bytearray(path.read_bytes())
    data[takes[1].start + 60] ^= 1
    overwrite(path, bytes(data))
    with Packer(workspace) as packer:
        first, second, third = packer.copy(takes, other)
    assert isinstance(first, Take)
    assert isinstance(third, Take)
    assert load(workspace, first) == load(other, takes[0])
    assert load(workspace, third) == load(other, takes[2])
    assert isinstance(second, TakeDamaged)
    assert second.name == takes[1].name
    assert len(list(members(workspace.takes / first.pack))) == 2


def test_copies_are_on_the_disk_when_they_are_told(
    tmp_path: Path, workspace: Workspace, syncs: list[str]
) -> None:
    other, path = packed(tmp_path / "other", 5)
    takes = [recognize(other, path, member).take for member in members(path)]
    with Packer(workspace) as packer:
        packer.store_now(TAKE)
        syncs.clear()
        copies = packer.copy(takes, other)
        assert syncs == ["file"]
        assert all(isinstance(each, Take) and load(workspace, each) for each in copies)


@pytest.mark.parametrize("n_told", [1, 200])
def test_a_process_that_is_killed_has_kept_its_word(workspace: Workspace, n_told: int) -> None:
    command = [sys.executable, Path(__file__).with_name("packing_process.py"), workspace.root]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(n_told)]
        process.kill()
        told += [line for line in process.stdout if line.endswith("wav\n")]
    [path] = packs.packs(workspace)
    seal(path)
    takes = [recognize(workspace, path, member).take for member in members(path)]
    assert {f"{each.pack} {each.start} {each.name}\n" for each in takes} >= set(told)
    with tarfile.open(path) as file:
        assert file.getnames() == [each.name for each in takes]
