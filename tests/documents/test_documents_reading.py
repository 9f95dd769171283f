import hashlib
import subprocess
import sys
from pathlib import Path

import pytest
from document_files import MARK, read_one, refused, spoken

from batchtts.documents.reading import MAX_TEXT_BYTES, read
from batchtts.errors import DocumentError
from batchtts.job import Mark, SegmentSettings, Source, WrittenSegment
from batchtts.model import BlockKind


def source(folder: Path, **fields: object) -> Source:
    return Source(folder=folder, mark=MARK, **fields)


def names(folder: Path, pattern: str) -> list[str]:
    return [document.name for document in read(source(folder, pattern=pattern))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "texts").mkdir()
    for name in ("10 end.txt", "2 middle.txt", "1 start.md", "B.txt", "a.txt", "odd[1].txt"):
        (tmp_path / "texts" / name).write_text("Some words.", encoding="utf-8")
    return tmp_path


def test_a_glob_gives_its_files_in_natural_order(folder):
    assert names(folder, "texts/*.txt") == [
        "texts/2 middle.txt",
        "texts/10 end.txt",
        "texts/a.txt",
        "texts/B.txt",
        "texts/odd[1].txt",
    ]


def test_a_glob_may_go_into_folders(folder):
    assert names(folder, "**/1*") == ["texts/1 start.md", "texts/10 end.txt"]


def test_a_path_may_be_absolute(folder):
    assert names(folder, str(folder / "texts" / "a.txt")) == ["texts/a.txt"]
    assert names(folder, str(folder / "texts" / "1*.md")) == ["texts/1 start.md"]


def test_a_name_that_looks_like_a_glob_is_still_a_name(folder):
    assert names(folder, "texts/odd[1].txt") == ["texts/odd[1].txt"]


@pytest.mark.parametrize(
    ("pattern", "what", "hint"),
    [
        ("texts/a.tx", "there is no file 'texts/a.tx'", "Is it 'texts/a.txt'?"),
        ("text/a.txt", "there is no file 'text/a.txt'", "There is no folder"),
        ("texts/*.epub", "no file matches 'texts/*.epub'", "looked for"),
        ("texts", "'texts' is a folder", "texts/*.md"),
        ("texts/a\0.txt", "there is no file", ""),
    ],
)
def test_what_is_not_there_is_named_with_the_place_in_the_manifest(folder, pattern, what, hint):
    with pytest.raises(DocumentError) as caught:
        names(folder, pattern)
    (problem,) = caught.value.problems
    assert problem.where == "job.yaml:7:5"
    assert what in problem.what
    assert hint in problem.hint


def test_a_file_of_an_unknown_kind_is_refused_with_the_kinds_that_are_known(tmp_path):
    (tmp_path / "a.docx").write_bytes(b"x")
    problem = refused(tmp_path / "a.docx")
    assert problem.where == "a.docx"
    assert (
        ".csv, .epub, .htm, .html, .jsonl, .markdown, .md, .parquet, .srt, .text, .tsv, .txt, .vtt, .xhtml"
        in problem.hint
    )


def test_every_bad_file_of_a_glob_is_named_at_once(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"caf\xe9")
    (tmp_path / "b.txt").write_bytes(b"\n \n")
    with pytest.raises(DocumentError) as caught:
        names(tmp_path, "*.txt")
    assert [problem.where for problem in caught.value.problems] == ["a.txt:1:4", "b.txt"]


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.xhtml"])
@pytest.mark.parametrize("content", ["", " \n\n\t", "\ufeff", "\u00ad\u200b"])
def test_a_text_in_which_nothing_can_be_read_is_refused(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert refused(tmp_path / name).where.startswith(name)


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(MAX_TEXT_BYTES + 1)
    assert "64 MiB" in refused(tmp_path / "a.txt").what


def test_a_file_that_may_not_be_read_is_a_problem_with_the_document(tmp_path):
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "a.txt").mkdir()
    for name in ("loop.txt", "a.txt"):
        with pytest.raises(DocumentError):
            names(tmp_path, name)


def test_a_document_carries_the_hashes_of_its_bytes_and_of_its_text(tmp_path):
    data = b"\xef\xbb\xbfSome\r\nwords.\r\n"
    (tmp_path / "a.txt").write_bytes(data)
    document = read_one(tmp_path / "a.txt")
    assert document.sha256 == hashlib.sha256(data).hexdigest()
    assert document.text == "Some words."
    assert document.text_sha256 == hashlib.sha256(b"Some words.").hexdigest()


def test_text_in_the_manifest_is_markdown(tmp_path):
    (document,) = read(source(tmp_path, text="# One\n\nSome *words*.\n\n# Two\n\nMore."))
    assert document.name == "job.yaml:7"
    assert [section.title for section in document.sections] == ["One", "Two"]
    assert spoken(document)[1] == ("paragraph", "Some words.")


@pytest.mark.parametrize(("title", "expected"), [("My text", "My text"), (None, "job")])
def test_text_without_headings_is_titled_by_its_entry_or_the_manifest(tmp_path, title, expected):
    (document,) = read(source(tmp_path, text="Some words.", title=title))
    assert [section.title for section in document.sections] == [expected]


def test_text_in_the_manifest_may_hold_what_no_file_can(tmp_path):
    (document,) = read(source(tmp_path, text="Some \ud800words."))
    assert document.text == "Some words."


def written(text: str, line: int, **settings: object) -> WrittenSegment:
    return WrittenSegment(
        text=text, settings=SegmentSettings(**settings), mark=Mark(file="job.yaml", line=line, column=3)
    )


def test_written_segments_are_one_section_with_a_block_each(tmp_path):
    segments = (written("First  one.\n", 8, speed=1.5), written("Second.", 9, voice="Ann"))
    (document,) = read(source(tmp_path, segments=segments, title="Lines"))
    (section,) = document.sections
    assert section.title == "Lines"
    assert spoken(document) == [("segment", "First one."), ("segment", "Second.")]
    assert [block.settings for block in section.blocks] == [segment.settings for segment in segments]
    assert [document.locate(block.start).line for block in section.blocks] == [8, 9]
    assert all(block.kind is BlockKind.SEGMENT for block in section.blocks)


def test_a_written_segment_without_text_is_named_with_its_place(tmp_path):
    with pytest.raises(DocumentError, match=r"job\.yaml:9:3: the segment has no text"):
        read(source(tmp_path, segments=(written("First.", 8), written(" ", 9))))


def test_parsers_are_imported_only_when_a_file_needs_them():
    program = (
        "import sys, batchtts.documents.reading;"
        "sys.exit(any(name.split('.')[0] in ('lxml', 'markdown_it', 'numpy') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
