"""Tables in Parquet: what they say, what is refused in them, and how much memory they take."""

import hashlib
import os
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from document_files import MARK
from table_files import columns, table_of, texts, told

from batchtts.documents.reading import digests
from batchtts.errors import DocumentError, Problem
from batchtts.job import Columns, SegmentSettings, Source


@pytest.fixture
def rows(tmp_path):
    """Write a file, and return its path."""

    def write(rows_in_a_group: int = 1_000, /, **columns: object) -> Path:
        pq.write_table(pa.table(columns), tmp_path / "rows.parquet", row_group_size=rows_in_a_group)
        return tmp_path / "rows.parquet"

    return write


def refused(path: Path, wanted: Columns | None = None) -> list[Problem]:
    with pytest.raises(DocumentError) as caught:
        table_of(path, wanted)
    return caught.value.problems


# --- What a row says -------------------------------------------------------------------------------------


def test_a_row_says_all_that_a_line_of_json_says(rows):
    path = rows(
        text=["Some\n words.", "More."], id=[12, None], voice=["ann", None], speed=[1.5, float("nan")],
        seed=[7, None], length=[2, None], chapter=["One", "One"], speaker=["Bob", None], split=["dev", None],
    )  # fmt: skip
    table = table_of(path)
    first, second = told(table)
    assert first.settings == SegmentSettings(voice="ann", speed=1.5, seed=7, length_seconds=2.0)
    assert (first.text, first.id, first.speaker, first.split) == ("Some words.", "12", "Bob", "validation")
    assert second == ("More.", None, SegmentSettings(), None, None, {}, 2)
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert digests(Source(folder=path.parent, mark=MARK, pattern=path.name)) == [
        ("rows.parquet", table.sha256)
    ]


def test_columns_have_the_names_that_the_manifest_gives_them_and_others_are_not_read(rows):
    path = rows(
        sound=[{"bytes": b"x"}], sentence=["A."], who=pa.array(["ann"]).dictionary_encode(), n=[2**60],
        x=[float("nan")], ok=[False],
    )  # fmt: skip
    [row] = told(table_of(path, columns("n", "x", "ok", text="sentence", speaker="who")))
    assert (row.text, row.speaker, row.extra) == ("A.", "ann", {"n": 2**60, "x": None, "ok": False})


def test_a_name_with_a_dot_is_a_name(rows):
    path = rows(**{"a": ["A."], "a.b": ["B."]})
    assert texts(table_of(path, columns(text="a"))) == ["A."]
    assert texts(table_of(path, columns(text="a.b"))) == ["B."]


@pytest.mark.parametrize("rows_in_a_group", [1, 7, 1_000])
def test_parts_may_be_read_in_any_order_and_more_than_once(rows, rows_in_a_group):
    numbers = range(40)
    path = rows(rows_in_a_group, text=[f"Row {n}." for n in numbers], chapter=[n // 3 for n in numbers])
    table = table_of(path)
    parts = [table.part(index) for index in range(len(table.sections))]
    for index in (13, 0, 5, 5, 6, 12, 2):
        assert table.part(index) == parts[index]
    whole = "\n\n".join(part.text for part in parts)
    assert table.text_sha256 == hashlib.sha256(whole.encode()).hexdigest()
    assert whole == "\n\n".join(f"Row {n}." for n in numbers)


def test_rows_without_a_chapter_are_counted_into_sections(rows):
    table = table_of(rows(text=["A."] * 1_001))
    assert [section.title for section in table.sections] == ["From row 1", "From row 1001"]


def test_a_table_knows_the_voices_of_each_section_and_where_they_are_named(rows):
    table = table_of(rows(x=["A.", "B."], v=[None, "ann"]), columns(text="x", voice="v"))
    assert {name: str(mark) for name, mark in table.voices(0).items()} == {"ann": "rows.parquet:2:2"}


# --- What is refused -------------------------------------------------------------------------------------


def test_what_is_wrong_is_named_with_row_and_column(rows):
    path = rows(n=[1, 2, 3], text=["A.", None, 3 * "\u00ad"], speed=[9.0, 1.0, 1.0], x=[[1], [2], [3]])
    found = refused(path, columns("x", text="text", speed="speed"))
    assert [(problem.where.partition(":")[2], problem.what) for problem in found] == [
        ("1:3", "speed: must be a number from 0.25 to 4, not 9.0"),
        ("1:4", "x: must be a text, a number, true or false, not a list"),
        ("2:2", "text: the text is missing"),
        ("2:4", "x: must be a text, a number, true or false, not a list"),
        ("3:2", "text: must be a text in which there is something to read, not '\\xad\\xad\\xad'"),
        ("3:4", "x: must be a text, a number, true or false, not a list"),
    ]


@pytest.mark.parametrize(
    ("wanted", "where", "hint"),
    [
        (columns(text="txet"), "1:1", "Did you mean text?"),
        (columns("mood", text="text"), "1:1", "Known are n, text, Speed."),
        (None, "1:1", "Known are text, voice"),
    ],
    ids=str,
)
def test_columns_that_there_are_not_are_refused_with_those_that_there_are(rows, wanted, where, hint):
    problem = refused(rows(n=[1], text=["A."], Speed=[1]), wanted)[0]
    assert problem.where == f"rows.parquet:{where}"
    assert problem.hint.startswith(hint)


def test_a_name_that_two_columns_have_is_refused(tmp_path):
    table = pa.Table.from_arrays([pa.array(["A."])] * 2, names=["text", "text"])
    pq.write_table(table, tmp_path / "rows.parquet")
    assert "stands in place 1 already" in refused(tmp_path / "rows.parquet", columns(text="text"))[0].what


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:-9],
        lambda data: b"text\nA.\n" * 9,
        lambda data: data[:4] + bytes(40) + data[44:],
    ],
    ids=["empty", "cut short", "CSV", "zeros in a page"],
)
def test_what_is_no_parquet_is_refused(rows, damage):
    path = rows(text=["A."])
    path.write_bytes(damage(path.read_bytes()))
    [problem] = refused(path)
    assert (problem.where, "it is not sound Parquet: " in problem.what) == ("rows.parquet", True)


def test_bytes_that_only_pass_for_text_are_refused(tmp_path):
    bad = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"]).buffers())
    pq.write_table(pa.table({"text": bad}), tmp_path / "rows.parquet")
    assert "not sound Parquet" in refused(tmp_path / "rows.parquet")[0].what


def test_without_pyarrow_it_is_said_what_to_install(rows, monkeypatch):
    path = rows(text=["A."])
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    [problem] = refused(path)
    assert "pyarrow, which is not installed" in problem.what
    assert "'batchtts[datasets]'" in problem.hint


def test_a_table_without_rows_is_refused(rows):
    assert "nothing to read aloud" in refused(rows(text=pa.array([], pa.string())))[0].what


# --- A file that changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize("is_open", [False, True], ids=["before any part is read", "while parts are read"])
@pytest.mark.parametrize("changed", ["Row X.", "Row 7 has become longer."])
def test_a_file_that_has_changed_since_its_outline_is_noticed(rows, changed, is_open):
    sentences = [f"Row {n}." for n in range(10)]
    chapters = [n // 5 for n in range(10)]
    path = rows(text=sentences, chapter=chapters)
    table = table_of(path)
    if is_open:
        table.part(0)
    sentences[7] = changed
    rows(text=sentences, chapter=chapters)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    with pytest.raises(DocumentError, match=r"rows\.parquet:6: the file has changed while it was being read"):
        table.part(1)


@pytest.mark.parametrize(
    ("change", "what"),
    [(Path.unlink, "it cannot be read"), (lambda path: path.write_bytes(b""), "the file has changed")],
)
def test_a_file_that_is_gone_is_noticed(rows, change, what):
    path = rows(text=["A."])
    table = table_of(path)
    change(path)
    with pytest.raises(DocumentError, match=what):
        table.part(0)


# --- Memory ----------------------------------------------------------------------------------------------


def test_ten_times_as_many_rows_in_one_group_take_no_more_memory(rows):
    def peak(n_rows: int) -> int:
        path = rows(1_000_000, text=[f"{n} {'and so on ' * 30}" for n in range(n_rows)])
        before, pool = pa.total_allocated_bytes(), pa.default_memory_pool()
        most = 0
        table = table_of(path)
        for index in range(len(table.sections)):
            table.part(index)
            most = max(most, pool.bytes_allocated() - before)
        return most

    assert peak(100_000) < 1.2 * peak(10_000) + 2**20
