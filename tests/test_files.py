"""A file gets its name whole or not at all, and stays."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.files import (
    Stamp,
    Workspace,
    append_durably,
    make_folder,
    matches,
    sha256_of,
    stamp,
    sweep,
    write_atomically,
    writing,
)
from batchtts.model import OutputFile

posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no umask, and syncs no folders")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, str]]]:
    """What was synced and renamed, in order; everything is done as well."""
    seen: list[tuple[str, str]] = []
    opened: dict[int, str] = {}
    sync, rename, open_, mkdir = os.fsync, Path.replace, os.open, Path.mkdir

    def note_open(path: str, *rest: int) -> int:
        descriptor = open_(path, *rest)
        opened[descriptor] = Path(path).name
        return descriptor

    def note_sync(descriptor: int) -> None:
        seen.append(("sync", opened.pop(descriptor, "data")))
        sync(descriptor)

    def note_rename(path: Path, target: Path) -> Path:
        seen.append(("rename", target.name))
        return rename(path, target)

    def note_mkdir(path: Path, *, mode: int, exist_ok: bool) -> None:
        seen.append(("mkdir", path.name))
        mkdir(path, mode=mode, exist_ok=exist_ok)

    monkeypatch.setattr(os, "open", note_open)
    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_rename)
    monkeypatch.setattr(Path, "mkdir", note_mkdir)
    yield seen
    monkeypatch.undo()


def test_what_is_written_is_there_and_hashed(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c.txt"
    with writing(path) as file:
        file.write(b"one ")
        file.write(b"two")
        assert not path.exists()
    assert path.read_bytes() == b"one two"
    assert (file.sha256, file.n_bytes) == (hashlib.sha256(b"one two").hexdigest(), 7)
    assert [each.name for each in path.parent.iterdir()] == ["c.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
@pytest.mark.parametrize("before", [None, b"what was there before"])
def test_a_block_that_raises_changes_nothing(
    tmp_path: Path, error: type[BaseException], before: bytes | None
) -> None:
    path = tmp_path / "a.txt"
    if before is not None:
        path.write_bytes(before)

    def write_half() -> None:
        with writing(path) as file:
            file.write(b"half of")
            raise error

    with pytest.raises(error):
        write_half()
    assert [each.read_bytes() for each in tmp_path.iterdir()] == ([] if before is None else [before])


@posix
def test_data_is_synced_before_the_rename_and_the_folder_after_it(
    tmp_path: Path, calls: list[tuple[str, str]]
) -> None:
    write_atomically(tmp_path / "a.txt", b"data")
    assert calls == [("sync", "data"), ("rename", "a.txt"), ("sync", tmp_path.name)]


@posix
def test_new_folders_are_synced_into_those_above_them(tmp_path: Path, calls: list[tuple[str, str]]) -> None:
    make_folder(tmp_path / "out" / "takes")
    assert calls == [("mkdir", "out"), ("sync", tmp_path.name), ("mkdir", "takes"), ("sync", "out")]
    make_folder(tmp_path / "out" / "takes")
    assert len(calls) == 4


@posix
def test_a_line_is_synced_and_so_is_the_name_of_its_file(
    tmp_path: Path, calls: list[tuple[str, str]]
) -> None:
    append_durably(tmp_path / "log", "one")
    assert calls == [("sync", "data"), ("sync", tmp_path.name)]


@posix
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_permissions_are_those_that_the_user_wants(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "a", b"")
        append_durably(tmp_path / "b", "")
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {mode}


@posix
def test_a_disk_that_is_full_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "a", b"data")
    assert list(tmp_path.iterdir()) == []


@given(st.lists(st.text().filter(lambda line: "\n" not in line)))
def test_lines_are_added_at_the_end(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("lines") / "log"
    for line in lines:
        append_durably(path, line)
    assert (path.read_bytes() if lines else b"") == "".join(f"{line}\n" for line in lines).encode()


@pytest.mark.parametrize("torn", [b"", b"whole\n", b"whole\nto", b"to", b"\n"])
def test_a_line_that_a_crash_cut_short_does_not_spoil_the_next(tmp_path: Path, torn: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(torn)
    append_durably(path, "next")
    before = torn if torn.endswith(b"\n") or not torn else torn + b"\n"
    assert path.read_bytes() == before + b"next\n"


def test_leftovers_are_swept_and_nothing_else(tmp_path: Path) -> None:
    for name in ("a.wav.part", "b.part", "c.wav", ".d.part", "partly", "e.part.wav"):
        (tmp_path / name).touch()
    deeper = tmp_path / "deeper"
    deeper.mkdir()
    (deeper / "f.part").touch()
    assert sweep([tmp_path, tmp_path / "missing"]) == 3
    assert sorted(path.name for path in tmp_path.iterdir()) == ["c.wav", "deeper", "e.part.wav", "partly"]
    assert (deeper / "f.part").exists()


def test_what_a_killed_writer_leaves_is_a_leftover(tmp_path: Path) -> None:
    writer = writing(tmp_path / "a.wav")
    with writer as file:
        file.write(b"data")
        assert [path.name for path in tmp_path.iterdir()] == ["a.wav.part"]
        assert sweep([tmp_path]) == 1
        (tmp_path / "a.wav.part").touch()


def test_a_stamp_tells_size_and_time(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"data")
    os.utime(path, ns=(5, 1_000_000_000))
    assert stamp(path) == Stamp(4, 1_000_000_000)


def test_what_is_no_file_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert stamp(tmp_path / "missing") is None
    assert stamp(tmp_path / "file" / "inside") is None
    assert stamp(tmp_path) is None


@pytest.mark.parametrize(
    ("data", "same"), [(b"data", True), (b"dada", False), (b"data ", False), (None, False)]
)
def test_a_file_matches_only_with_every_byte(tmp_path: Path, data: bytes | None, same: bool) -> None:
    sha256 = write_atomically(tmp_path / "a", b"data")
    assert sha256 == sha256_of(tmp_path / "a")
    (tmp_path / "a").unlink()
    if data is not None:
        (tmp_path / "a").write_bytes(data)
    assert matches(tmp_path / "a", OutputFile(path="a", sha256=sha256, n_bytes=4)) is same


def test_files_of_the_workspace_are_named_with_slashes(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert workspace.name(workspace.takes / "a.wav") == ".batchtts/takes/a.wav"
    assert workspace.path("chapters/a.wav") == workspace.chapters / "a.wav"
    assert workspace.name(workspace.alignment) == "alignment"
    assert workspace.name(workspace.report) == "run.json"
