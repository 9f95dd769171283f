"""Assembling writes whole chapters or nothing, and needs no more memory for a long one."""

import os
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import soundfile
from small_books import PARAGRAPH, STORY, Stitched, book, job_of, plan_of, record, stitch

from batchtts.files import Workspace, matches
from batchtts.job import Boundary, Pauses
from batchtts.stitch import assembling
from batchtts.stitch.assembling import assemble
from batchtts.takes.form import TakeDamaged


def outputs(workspace: Workspace) -> dict[str, bytes]:
    """Return everything in the output folder but the takes."""
    paths = [path for folder in (workspace.chapters, workspace.alignment) for path in folder.glob("*")]
    return {workspace.name(path): path.read_bytes() for path in paths}


def damage(stitched: Stitched, number: int) -> None:
    """Change a byte of the take of one segment of the first chapter."""
    segment = stitched.chapters[0].segments[number]
    take = stitched.takes[segment.fingerprint]
    pack = stitched.workspace.takes / take.pack
    pack.chmod(0o644)
    with pack.open("r+b") as stream:
        stream.seek(take.start + 5000)
        [byte] = stream.read(1)
        stream.seek(-1, os.SEEK_CUR)
        stream.write(bytes([byte ^ 1]))


def test_a_master_names_its_files_and_what_is_in_them(ferry: Stitched) -> None:
    for master in ferry.masters:
        assert all(matches(ferry.workspace.path(file.path), file) for file in master.files)
        info = soundfile.info(ferry.workspace.path(master.files[0].path))
        assert (info.frames, info.samplerate) == (master.n_samples, master.sample_rate)
        assert (info.format, info.subtype, info.channels) == ("WAV", "PCM_16", 1)


def test_the_folder_holds_what_the_masters_name_and_nothing_else(ferry: Stitched) -> None:
    named = {file.path for master in ferry.masters for file in master.files}
    assert outputs(ferry.workspace).keys() == named
    assert sorted(named)[:3] == [
        "alignment/01-chapter-1.json",
        "alignment/01-chapter-1.segments.jsonl",
        "alignment/02-chapter-2.json",
    ]


def test_the_same_job_gives_the_same_bytes(ferry: Stitched, tmp_path: Path) -> None:
    again = stitch(job_of(tmp_path), *STORY)
    assert outputs(again.workspace) == outputs(ferry.workspace)
    assert again.masters == ferry.masters


@pytest.mark.parametrize("number", [0, 2, -1])
def test_a_damaged_take_leaves_no_chapter(ferry: Stitched, tmp_path: Path, number: int) -> None:
    stitched = stitch(job_of(tmp_path), *STORY)
    for name in outputs(stitched.workspace):
        stitched.workspace.path(name).unlink()
    damage(stitched, number)
    with pytest.raises(TakeDamaged, match=r"its bytes in \.batchtts/takes/000001\.tar have changed"):
        assemble(stitched.plan, stitched.chapters[0], stitched.takes, stitched.workspace)
    assert outputs(stitched.workspace) == {}


def test_a_damaged_take_leaves_the_chapter_that_was_there(tmp_path: Path) -> None:
    stitched = stitch(job_of(tmp_path), *STORY)
    before = outputs(stitched.workspace)
    damage(stitched, 3)
    with pytest.raises(TakeDamaged):
        assemble(stitched.plan, stitched.chapters[0], stitched.takes, stitched.workspace)
    assert outputs(stitched.workspace) == before


def test_a_pack_that_is_gone_leaves_the_chapter_that_was_there(tmp_path: Path) -> None:
    stitched = stitch(job_of(tmp_path), *STORY)
    before = outputs(stitched.workspace)
    (stitched.workspace.takes / "000001.tar").unlink()
    with pytest.raises(TakeDamaged, match="is missing"):
        assemble(stitched.plan, stitched.chapters[0], stitched.takes, stitched.workspace)
    assert outputs(stitched.workspace) == before


@pytest.mark.parametrize("n_bytes", [1, 10_000])
def test_the_bytes_do_not_depend_on_how_many_are_written_at_once(
    ferry: Stitched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_bytes: int
) -> None:
    monkeypatch.setattr(assembling, "_STRETCH_BYTES", n_bytes)
    again = stitch(job_of(tmp_path), *STORY)
    assert outputs(again.workspace) == outputs(ferry.workspace)


def test_a_pack_is_opened_once_for_all_takes_that_lie_in_it(
    ferry: Stitched, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    open_ = Path.open

    def noting(path: Path, *args: Any, **keys: Any) -> Any:
        opened.append(path.name)
        return open_(path, *args, **keys)

    monkeypatch.setattr(Path, "open", noting)
    assemble(ferry.plan, ferry.chapters[0], ferry.takes, ferry.workspace)
    assert opened.count("000001.tar") == 1


def test_one_take_may_be_heard_many_times(tmp_path: Path) -> None:
    stitched = stitch(job_of(tmp_path), [(PARAGRAPH, "Again.", None)] * 5)
    [chapter] = stitched.chapters
    assert len(stitched.takes) == 1
    assert len({entry["start"] for entry in stitched.page(chapter)["timeline"]}) == 5
    assert [line["index"] for line in stitched.lines(chapter)] == [0, 1, 2, 3, 4]


def test_a_chapter_without_pauses_is_its_words_alone(tmp_path: Path) -> None:
    none = Pauses(segment=0, paragraph=0, scene_break=0, heading=0, chapter_head=0, chapter_tail=0)
    stitched = stitch(job_of(tmp_path, pauses=none), [(PARAGRAPH, "Stop.", None), (PARAGRAPH, "Go.", None)])
    [chapter] = stitched.chapters
    words = b""
    for segment in chapter.segments:
        take = stitched.takes[segment.fingerprint]
        words += stitched.take_samples(segment)[2 * take.speech_start : 2 * take.speech_end]
    assert stitched.samples(chapter) == words


@pytest.fixture(scope="module")
def long_book(tmp_path_factory: pytest.TempPathFactory) -> Stitched:
    """Four hundred segments in one chapter, some forty megabytes of takes; nothing is stitched yet."""
    blocks = [(PARAGRAPH, f"This is sentence number {number} of many.", None) for number in range(400)]
    plan, chapters = plan_of(job_of(tmp_path_factory.mktemp("long")), book(blocks))
    workspace = Workspace(plan.job.output.folder)
    takes = record(chapters[0].segments, workspace)
    return Stitched(plan=plan, chapters=chapters, takes=takes, workspace=workspace, masters=())


def peak_of(long_book: Stitched, n_segments: int) -> int:
    """Return the most memory that assembling so many segments takes, in bytes."""
    [whole] = long_book.chapters
    *rest, last = whole.segments[:n_segments]
    chapter = replace(whole, segments=(*rest, replace(last, boundary=Boundary.CHAPTER)))
    tracemalloc.start()
    try:
        assemble(long_book.plan, chapter, long_book.takes, long_book.workspace)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_audio_of_a_chapter(long_book: Stitched) -> None:
    peak_of(long_book, 2)  # what is loaded and compiled only once
    few, many = peak_of(long_book, 20), peak_of(long_book, 400)
    audio = sum(take.n_bytes for take in long_book.takes.values())
    assert audio > 30_000_000
    assert many - few < 400 * 2048
