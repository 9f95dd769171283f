"""Recordings are made once for all formats that are written at the same time, and are gone afterwards."""

from pathlib import Path

import pytest
from nasty_six import chapter, corpus

from batchtts.export.folder import ExportFolder, scratch
from batchtts.export.readalong.recordings import record
from batchtts.export.timed import TimedChapter
from batchtts.export.writing import Target


@pytest.fixture
def own(tmp_path: Path) -> TimedChapter:
    return chapter(tmp_path / "made")


def target(folder: ExportFolder, shared: Path) -> Target:
    return Target(folder=folder, corpus=corpus(), scratch=shared)


@pytest.mark.parametrize("kind", ["m4a", "flac"])
def test_a_second_format_gets_the_files_that_the_first_had_made(
    tmp_path: Path, own: TimedChapter, kind: str
) -> None:
    folder = ExportFolder(tmp_path / "set")
    with scratch(tmp_path / "shared.part") as shared:
        [first] = record(target(folder, shared), [own], kind)
        made = first.file.stat()
        [second] = record(target(folder, shared), [own], kind)
        assert (second, second.file.stat().st_mtime_ns) == (first, made.st_mtime_ns)
        assert [path.name for path in (shared / kind).iterdir()] == [f"01-nasty.{kind}"]
    assert not shared.exists()


def test_a_master_is_its_own_recording(tmp_path: Path, own: TimedChapter) -> None:
    with scratch(tmp_path / "shared.part") as shared:
        [recording] = record(target(ExportFolder(tmp_path / "set"), shared), [own], "wav")
        assert recording.file == own.audio
        assert not shared.exists()
