"""Tables of lines: their outline, their parts, and what is refused in them."""

import hashlib
import json
import re
import tracemalloc
from pathlib import Path

import pytest
from document_files import MARK, refused, spoken
from table_files import columns, told
from table_files import table_of as rows_of

from batchtts.documents.reading import digests, read
from batchtts.documents.tables.lines import MAX_LINE_BYTES
from batchtts.documents.tables.outline import MAX_SECTIONS, MOST_PROBLEMS, ROWS_IN_A_SECTION
from batchtts.documents.tables.rows import KINDS
from batchtts.documents.tables.table import Table
from batchtts.errors import DocumentError
from batchtts.job import Fit, SegmentSettings, Source
from batchtts.model import Document


def table_of(path: Path, title: str | None = None) -> Table:
    (table,) = read(Source(folder=path.parent, mark=MARK, pattern=path.name, title=title))
    assert isinstance(table, Table)
    return table


@pytest.fixture
def lines(tmp_path):
    """Write lines, and return their path; what is no text is written as JSON."""

    def write(*rows: object, name: str = "lines.jsonl", end: str = "\n") -> Path:
        texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        (tmp_path / name).write_text("".join(text + end for text in texts), encoding="utf-8", newline="")
        return tmp_path / name

    return write


def titles(table: Table) -> list[str]:
    return [section.title for section in table.sections]


def parts(table: Table) -> list[Document]:
    return [table.part(index) for index in range(len(table.sections))]


# --- What a table is -------------------------------------------------------------------------------------


def test_lines_of_one_chapter_that_follow_each_other_are_one_section(lines):
    rows = [
        {"text": "A.", "chapter": "One"},
        {"text": "B.", "chapter": " One "},
        {"text": "C.", "chapter": 2},
    ]
    table = table_of(lines(*rows, {"text": "D.", "chapter": "One"}))
    assert titles(table) == ["One", "2", "One"]
    assert [[text for _, text in spoken(part)] for part in parts(table)] == [["A.", "B."], ["C."], ["D."]]


def test_lines_without_a_chapter_are_counted_into_sections(lines):
    rows = [{"text": f"Line {n}."} for n in range(2 * ROWS_IN_A_SECTION + 1)]
    assert titles(table_of(lines("", *rows))) == ["From line 2", "From line 1002", "From line 2002"]


def test_chapters_without_a_title_are_called_as_before_when_the_table_grows(lines):
    rows = [{"text": f"Line {n}."} for n in range(5)]
    assert titles(table_of(lines(*rows[:1]))) == titles(table_of(lines(*rows))) == ["From line 1"]


def test_a_line_says_how_it_is_spoken(lines):
    row = {"text": "Some\n words.", "voice": "Ann", "speed": 2, "seed": 7.0, "length": 3, "id": 12}
    (part,) = parts(table_of(lines(row, {"text": "More.", "voice": None})))
    first, second = part.sections[0].blocks
    assert first.settings == SegmentSettings(voice="Ann", speed=2.0, seed=7, length_seconds=3.0)
    assert isinstance(first.settings.speed, float)
    assert isinstance(first.settings.seed, int)
    assert (first.id, second.id, second.settings) == ("12", None, SegmentSettings())
    assert spoken(part) == [("segment", "Some words."), ("segment", "More.")]


def test_lines_that_say_the_same_of_their_voice_share_it(lines):
    (part,) = parts(table_of(lines(*[{"text": "A.", "seed": 7}] * 2)))
    first, second = part.sections[0].blocks
    assert first.settings is second.settings


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n\n  \t\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_blank_lines_line_ends_and_byte_order_marks_make_no_difference(lines, end, mark):
    table = table_of(lines(mark + '{"text": "A."}', ' {"text": "B.", "chapter": "C"}', end=end))
    assert [part.text for part in parts(table)] == ["A.", "B."]
    assert table.part(1).locate(0).line == 1 + end.count("\n")


def test_the_last_line_may_lack_its_end(tmp_path):
    (tmp_path / "lines.jsonl").write_text('{"text": "A."}\n{"text": "B."}', encoding="utf-8")
    assert table_of(tmp_path / "lines.jsonl").part(0).text == "A.\n\nB."


def test_parts_put_together_are_the_whole_text(lines):
    path = lines(*({"text": f"“Nº {n}.”", "chapter": n // 3} for n in range(20)))
    table = table_of(path)
    whole = "\n\n".join(part.text for part in parts(table))
    assert table.text_sha256 == hashlib.sha256(whole.encode()).hexdigest()
    assert table.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    for part in parts(table):
        assert whole[part.start : part.start + len(part.text)] == part.text
        assert (part.sha256, part.text_sha256) == (table.sha256, table.text_sha256)


def test_parts_may_be_read_in_any_order(lines):
    table = table_of(lines(*({"text": f"Line {n}.", "chapter": n // 2} for n in range(9))))
    backwards = [table.part(index) for index in reversed(range(5))]
    assert backwards[::-1] == parts(table)


def test_every_segment_knows_its_line(lines):
    rows = ["", {"text": "A."}, "", {"text": "B."}, {"text": "C.", "chapter": "C"}]
    table = table_of(lines(*rows))
    found = [[anchor.locator.line for anchor in part.anchors] for part in parts(table)]
    assert found == [[2, 4], [5]]


def test_a_table_knows_the_voices_of_each_section_and_where_they_are_named(lines):
    rows = [{"text": "A.", "voice": "Ann"}, {"text": "B.", "voice": "Ann"}, {"voice": "Bob", "text": "B."}]
    table = table_of(lines(*rows, {"text": "C.", "chapter": "C"}))
    assert {name: str(mark) for name, mark in table.voices(0).items()} == {
        "Ann": "lines.jsonl:1:25",
        "Bob": "lines.jsonl:3:11",
    }
    assert not table.voices(1)


def test_the_title_in_the_manifest_is_that_of_the_book(lines):
    assert table_of(lines({"text": "A."}), title="Signals").metadata.title == "Signals"
    assert table_of(lines({"text": "A."})).part(0).metadata.title is None


def test_a_glob_gives_a_table_for_each_file(lines):
    for name in ("10.jsonl", "2.jsonl", "1.JSONL"):
        lines({"text": "A."}, name=name)
    source = Source(folder=lines({"text": "A."}, name="3.txt").parent, mark=MARK, pattern="*.[jJ]*")
    assert [table.name for table in read(source)] == ["1.JSONL", "2.jsonl", "10.jsonl"]


def test_files_are_hashed_without_being_understood(lines):
    broken = lines("{", name="a.jsonl")
    text = lines("Some words.", name="b.txt")
    assert digests(Source(folder=text.parent, mark=MARK, pattern="*.*")) == [
        (path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in (broken, text)
    ]
    assert digests(Source(folder=text.parent, mark=MARK, text="Some words.")) == []
    with pytest.raises(DocumentError, match="there is no file"):
        digests(Source(folder=text.parent, mark=MARK, pattern="c.txt"))


# --- What is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "column", "what"),
    [
        ("{", 2, "JSON: expecting property name"),
        ("Some words.", 1, "JSON: expecting value"),
        ('  {"text": "A."} x', 18, "JSON: something follows the object"),
        ('{"text": "A."', 14, "JSON: expecting ',' delimiter"),
        ('{"text": "A.}', 10, "JSON: unterminated string"),
        ('{"text": "A\tB."}', 12, "JSON: invalid control character"),
        ('["A."]', 1, "must be a JSON object, not a list"),
        ('"A."', 1, "must be a JSON object, not 'A.'"),
        ("null", 1, "must be a JSON object, not null"),
        ("[" * 100_000, 1, "it nests too deep"),
        ('{"text": "A.", "seed": ' + "9" * 5000 + "}", 1, "a number that is too long"),
        ("{}", 1, "text is missing"),
        ('{"text": null}', 1, "text is missing"),
        ('{"text": 7}', 10, "text: must be a text in which there is something to read, not 7"),
        ('{"text": " \\u00ad\\n"}', 10, "text: must be a text in which there is something to read"),
        ('{"text": "A.", "text": "B."}', 16, "text: this key stands in column 2 already"),
        ('{"text": "A.", "txet": null}', 16, "there is no key 'txet'"),
        ('{"text": "A.", "voice": 1}', 25, "voice: must be the name of a voice, not 1"),
        ('{"text": "A.", "voice": ""}', 25, "voice: must be the name of a voice, not ''"),
        ('{"text": "A.", "speed": 5}', 25, "speed: must be a number from 0.25 to 4, not 5"),
        ('{"text": "A.", "speed": NaN}', 25, "speed: must be a number from 0.25 to 4, not nan"),
        ('{"text": "A.", "speed": "1"}', 25, "speed: must be a number from 0.25 to 4, not '1'"),
        ('{"text": "A.", "seed": -1}', 24, "seed: must be a whole number from 0 to 4294967295, not -1"),
        ('{"text": "A.", "seed": 0.5}', 24, "seed: must be a whole number"),
        ('{"text": "A.", "seed": true}', 24, "seed: must be a whole number from 0 to 4294967295, not true"),
        ('{"text": "A.", "length": 0}', 26, "length: must be a number above 0 and up to 300, not 0"),
        ('{"text": "A.", "length": [1]}', 26, "length: must be a number above 0 and up to 300, not a list"),
        ('{"text": "A.", "id": "a b"}', 22, "id: must be at most 100 letters"),
        ('{"text": "A.", "id": "-a"}', 22, "id: must be at most 100 letters"),
        ('{"text": "A.", "id": "' + "a" * 101 + '"}', 22, "id: must be at most 100 letters"),
        ('{"text": "A.", "chapter": ""}', 27, "chapter: must be the title of a chapter, not ''"),
        ('{"text": "Ä.", "chapter": {}}', 27, "chapter: must be the title of a chapter, not an object"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_what_is_wrong_is_named_with_line_and_column(lines, line, column, what):
    problem = refused(lines({"text": "A good line."}, line))
    assert problem.where == f"lines.jsonl:2:{column}"
    assert what in problem.what


def test_a_key_that_is_nearly_right_is_told_what_it_may_mean(lines):
    assert refused(lines({"text": "A.", "Voise": "Ann"})).hint.startswith("Did you mean voice? ")
    assert "text, voice, speed" in refused(lines({"text": "A.", "xyz": "Ann"})).hint


def test_all_that_is_wrong_is_named_at_once(lines):
    with pytest.raises(DocumentError) as caught:
        table_of(lines({"speed": 9, "sede": 1}, {"text": "A."}, "x"))
    assert [problem.where for problem in caught.value.problems] == [
        "lines.jsonl:1:11", "lines.jsonl:1:14", "lines.jsonl:1:1", "lines.jsonl:3:1",
    ]  # fmt: skip


def test_of_very_many_problems_the_first_are_listed_and_the_rest_counted(lines):
    with pytest.raises(DocumentError) as caught:
        table_of(lines(*["x"] * (MOST_PROBLEMS + 23)))
    *listed, last = caught.value.problems
    assert len(listed) == MOST_PROBLEMS
    assert (last.where, last.what) == ("lines.jsonl", "23 more lines are wrong")


def test_bytes_that_are_not_utf_8_have_a_column(tmp_path):
    (tmp_path / "lines.jsonl").write_bytes('{"text": "Ü."}\n{"text": "Ü'.encode() + b'\xfc."}\n')
    problem = refused(tmp_path / "lines.jsonl")
    assert (problem.where, problem.what) == ("lines.jsonl:2:12", "this is not UTF-8 (byte 0xFC)")


@pytest.mark.parametrize("data", ['{"text": "A."}\n'.encode("utf-16"), b"PK\x03\x04 and more", b"\n \n", b""])
def test_what_is_no_table_is_refused(tmp_path, data):
    (tmp_path / "lines.jsonl").write_bytes(data)
    with pytest.raises(DocumentError):
        table_of(tmp_path / "lines.jsonl")


def test_a_line_beyond_the_limit_is_refused_before_it_is_read(tmp_path):
    with (tmp_path / "lines.jsonl").open("wb") as file:
        file.truncate(64 * MAX_LINE_BYTES)
    tracemalloc.start()
    try:
        problem = refused(tmp_path / "lines.jsonl")
        assert tracemalloc.get_traced_memory()[1] < 4 * MAX_LINE_BYTES
    finally:
        tracemalloc.stop()
    assert problem.where == "lines.jsonl:1:1"
    assert "more than 1 MiB" in problem.what


def test_too_many_chapters_are_refused(lines):
    path = lines(*(f'{{"text":"A.","chapter":{n}}}' for n in range(MAX_SECTIONS + 1)))
    assert "more than 100000 chapters" in refused(path).what


# --- Columns ---------------------------------------------------------------------------------------------


def test_keys_have_the_names_that_the_manifest_gives_them_and_others_are_passed_over(lines):
    row = {"uid": 7, "sentence": "A.", "who": 225, "part": "dev", "mood": "glad", "text": 5, "sound": [1]}
    wanted = columns("mood", "uid", text="sentence", id="uid", speaker="who", split="part")
    first, second = told(rows_of(lines(row, {"sentence": "B."}), wanted))
    assert (first.text, first.id, first.speaker, first.split) == ("A.", "7", "225", "validation")
    assert (first.extra, second.extra) == ({"mood": "glad", "uid": 7}, {"mood": None, "uid": None})


@pytest.mark.parametrize("value", [True, False, 0, -3, 2.5, "", "Ü", None])
def test_scalars_are_carried_through(lines, value):
    [row] = told(rows_of(lines({"text": "A.", "x": value}), columns("x", text="text")))
    assert row.extra["x"] is value or row.extra["x"] == value
    assert type(row.extra["x"]) is type(value)


@pytest.mark.parametrize(
    ("line", "column", "what"),
    [
        ('{"t": "A.", "x": [1]}', 18, "x: must be a text, a number, true or false, not a list"),
        (
            '{"t": "A.", "x": 9223372036854775808}',
            18,
            "x: must be a text, a number, true or false, not 92233",
        ),
        ('{"t": "A.", "x": NaN}', 18, "x: must be a text, a number, true or false, not nan"),
        ('{"t": "A.", "x": "\\ud800"}', 18, "x: must be a text"),
        ('{"x": 1}', 1, "t is missing"),
        ('{"t": "A.", "t": "B."}', 13, "t: this key stands in column 2 already"),
        ('{"t": "A.", "who": ""}', 20, "who: must be the name of a speaker, not ''"),
    ],
)
def test_what_is_wrong_with_a_column_is_said_of_it_by_its_own_name(lines, line, column, what):
    with pytest.raises(DocumentError) as caught:
        rows_of(lines({"t": "Good."}, line), columns("x", text="t", speaker="who"))
    [problem] = caught.value.problems
    assert (problem.where, problem.what[: len(what)]) == (f"lines.jsonl:2:{column}", what)


def test_a_column_that_no_line_has_is_told_what_it_may_be(lines):
    with pytest.raises(DocumentError) as caught:
        rows_of(lines({"Sentence": "A.", "id": 1}), columns(text="sentence"))
    assert caught.value.problems[0].hint == "Did you mean Sentence?"


def test_only_a_file_that_is_a_table_has_columns(lines):
    path = lines("Some words.", name="a.txt")
    with pytest.raises(DocumentError, match="columns: it does not look like a table") as caught:
        read(Source(folder=path.parent, mark=MARK, pattern="a.txt", columns=columns(text="text")))
    assert "`table: csv`" in caught.value.problems[0].hint
    for given in ({"columns": columns(text="text")}, {"table": "csv"}):
        with pytest.raises(DocumentError, match="only a file can be a table"):
            read(Source(folder=path.parent, mark=MARK, text="Some words.", **given))
    with pytest.raises(DocumentError, match="tables have none"):
        read(Source(folder=path.parent, mark=MARK, pattern="a.txt", table="csv", fit=Fit()))


# --- A file that changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"Line 7.", b"Line X."),
        lambda data: data.replace(b"Line 7.", b"Line 77."),
        lambda data: b"\n" + data,
        lambda data: data[:-3],
        lambda data: b"",
    ],
    ids=["a letter", "a length", "a line before", "a shorter end", "nothing left"],
)
def test_a_file_that_has_changed_since_its_outline_is_noticed(lines, change):
    path = lines(*({"text": f"Line {n}.", "chapter": n // 5} for n in range(10)))
    table = table_of(path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DocumentError, match=r"lines\.jsonl:6: the file has changed while it was being read"):
        table.part(1)


def test_a_file_that_is_gone_is_noticed(lines):
    path = lines({"text": "A."})
    table = table_of(path)
    path.unlink()
    with pytest.raises(DocumentError, match="it cannot be read"):
        table.part(0)


def test_lines_that_were_added_do_not_disturb_the_others(lines):
    path = lines({"text": "A."})
    table = table_of(path)
    with path.open("a", encoding="utf-8") as file:
        file.write('{"text": "B."}\n')
    assert table.part(0).text == "A."


# --- Memory ----------------------------------------------------------------------------------------------


def peak_of_reading(path: Path) -> int:
    tracemalloc.start()
    try:
        table = table_of(path)
        for index in range(len(table.sections)):
            table.part(index)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_ten_times_as_many_lines_take_no_more_memory(lines):
    peaks = [
        peak_of_reading(lines(*(f'{{"text": "This is line number {n}."}}' for n in range(n_lines))))
        for n_lines in (10_000, 100_000)
    ]
    assert peaks[1] < 1.2 * peaks[0]


# --- Documentation ---------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "documents.md").read_text("utf-8")


@pytest.mark.parametrize("key", KINDS)
def test_every_key_stands_in_the_documentation_as_it_is_defined(key):
    assert f"\n| `{key}` | {KINDS[key].words} | " in PAGE


def test_the_example_of_the_documentation_is_a_table_that_uses_every_key(tmp_path):
    [example] = re.findall(r"^```jsonl\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "lines.jsonl").write_text(example, encoding="utf-8")
    assert titles(table_of(tmp_path / "lines.jsonl")) == ["On Deck", "2"]
    assert all(f'"{key}": ' in example for key in KINDS)
