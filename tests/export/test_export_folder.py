"""The folder of an export is there whole, or as it was before."""

import hashlib
from pathlib import Path

import pytest

from batchtts.errors import PlanError
from batchtts.export.folder import CHANGES, SUMS, ExportFolder


def fill(folder: ExportFolder, *names: str) -> None:
    for name in names:
        folder.write(name, name.encode())


def names(path: Path) -> set[str]:
    return {each.relative_to(path).as_posix() for each in path.rglob("*") if each.is_file()}


def test_a_folder_has_its_name_when_all_of_it_is_there(tmp_path: Path) -> None:
    path = tmp_path / "set"
    with ExportFolder(path) as folder:
        fill(folder, "a.txt", "deep/b.txt")
        assert not path.exists()
    assert names(tmp_path) == {f"set/{name}" for name in ("a.txt", "deep/b.txt", SUMS)}


def test_what_was_there_before_is_replaced(tmp_path: Path) -> None:
    for name in ("old.txt", "new.txt"):
        with ExportFolder(tmp_path / "set") as folder:
            fill(folder, name)
    assert names(tmp_path) == {"set/new.txt", f"set/{SUMS}"}


def test_what_was_there_before_stays_when_writing_fails(tmp_path: Path) -> None:
    with ExportFolder(tmp_path / "set") as folder:
        fill(folder, "old.txt")
    with pytest.raises(FileExistsError), ExportFolder(tmp_path / "set") as folder:
        fill(folder, "new.txt", "new.txt")
    assert names(tmp_path) == {"set/old.txt", f"set/{SUMS}"}


def test_what_a_killed_export_has_left_is_no_part_of_the_next(tmp_path: Path) -> None:
    (tmp_path / "set.part").mkdir()
    (tmp_path / "set.part" / "stray.txt").write_text("stray")
    with ExportFolder(tmp_path / "set") as folder:
        fill(folder, "a.txt")
    assert names(tmp_path) == {"set/a.txt", f"set/{SUMS}"}


def test_the_sums_are_those_of_all_files(tmp_path: Path) -> None:
    with ExportFolder(tmp_path / "set") as folder:
        fill(folder, "a.txt", "deep/b.txt")
        folder.note_change("id", field="text", before="a|b", after="a b", why="bars")
        with folder.writing("c.txt") as file:
            file.write(b"one")
            file.write(b"two")
    lines = (tmp_path / "set" / SUMS).read_text().splitlines()
    sums = {name: sha256 for sha256, name in (line.split("  ", 1) for line in lines)}
    assert set(sums) == {"a.txt", "deep/b.txt", "c.txt", CHANGES}
    for name, sha256 in sums.items():
        assert hashlib.sha256((tmp_path / "set" / name).read_bytes()).hexdigest() == sha256


@pytest.mark.parametrize("own", ["set/notes.txt", "set"])
def test_what_no_export_wrote_is_not_replaced(tmp_path: Path, own: str) -> None:
    (tmp_path / own).parent.mkdir(exist_ok=True)
    (tmp_path / own).write_text("my own")
    with pytest.raises(PlanError, match="no export wrote it"), ExportFolder(tmp_path / "set"):
        pass
    assert names(tmp_path) == {own}


def test_an_empty_folder_may_be_there_before(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    with ExportFolder(tmp_path / "set") as folder:
        fill(folder, "a.txt")
    assert names(tmp_path) == {"set/a.txt", f"set/{SUMS}"}
