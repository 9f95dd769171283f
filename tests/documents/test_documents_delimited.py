"""CSV, TSV and LJSpeech's metadata: how they are read, and what is refused in them."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from table_files import columns, table_of, texts, told

from batchtts.documents.characters import collapse
from batchtts.documents.tables.fields import Dialect, fields
from batchtts.documents.tables.lines import MAX_LINE_BYTES
from batchtts.documents.tables.outline import MAX_SPEAKERS, MOST_PROBLEMS, ROWS_IN_A_SECTION
from batchtts.errors import DocumentError, Problem
from batchtts.job import Columns, LengthPolicy, SegmentSettings

TEXT = columns(text="text")


@pytest.fixture
def rows(tmp_path):
    """Write a file, and return its path."""

    def write(content: str | bytes, name: str = "rows.csv") -> Path:
        data = content if isinstance(content, bytes) else content.encode()
        (tmp_path / name).write_bytes(data)
        return tmp_path / name

    return write


def problems(path: Path, wanted: Columns | None = None, form: str | None = None) -> list[Problem]:
    with pytest.raises(DocumentError) as caught:
        table_of(path, wanted, form)
    return caught.value.problems


def refused(path: Path, wanted: Columns | None = None, form: str | None = None) -> Problem:
    [problem] = problems(path, wanted, form)
    return problem


# --- What a row says -------------------------------------------------------------------------------------


def test_a_row_says_all_that_a_line_of_json_says(rows):
    path = rows(
        "id,text,voice,speed,seed,length,length_policy,chapter,speaker,split\n"
        'a1,"Some\n  words.",ann, 1.5 ,7,2e0,best,One,Bob,dev\n'
        "a2,More.,,,,,,One,,\n"
    )
    table = table_of(path)
    first, second = told(table)
    assert [section.title for section in table.sections] == ["One"]
    assert first.settings == SegmentSettings(
        voice="ann", speed=1.5, seed=7, length_seconds=2.0, length_policy=LengthPolicy.BEST
    )
    assert (first.text, first.id, first.speaker, first.split) == ("Some words.", "a1", "Bob", "validation")
    assert second == ("More.", "a2", SegmentSettings(), None, None, {}, 4)


def test_columns_have_the_names_that_the_manifest_gives_them(rows):
    path = rows("uid,sentence,who,secs,part,emotion,text\nx,Hello.,ann,2,test,glad,not this\n")
    wanted = columns("emotion", "secs", text="sentence", id="uid", speaker="who", length="secs", split="part")
    [row] = told(table_of(path, wanted))
    assert (row.text, row.id, row.speaker, row.split) == ("Hello.", "x", "ann", "test")
    assert row.settings.length_seconds == 2
    assert row.extra == {"emotion": "glad", "secs": "2"}


def test_extra_columns_are_carried_as_they_are_and_none_is_lacking(rows):
    path = rows("text,mood,note\nA.,  glad ,\nB.,,007\n")
    found = [row.extra for row in told(table_of(path, columns("mood", "note", text="text")))]
    assert found == [{"mood": "  glad ", "note": None}, {"mood": None, "note": "007"}]


@pytest.mark.parametrize(
    ("name", "split"),
    [
        *(("train", "train"), ("Training", "train"), (" test ", "test"), ("", None)),
        *((name, "validation") for name in ("validation", "valid", "val", "DEV")),
    ],
)
def test_splits_go_by_the_names_that_data_sets_use(rows, name, split):
    [row] = told(table_of(rows(f"text,split\nA.,{name}\n")))
    assert row.split == split


# --- How files are written -------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("told_by", ["the names", "the first line"])
def test_what_parts_the_fields_is_found_out(rows, delimiter, end, mark, told_by):
    first = "" if told_by == "the names" else f"sep={delimiter}"
    lines = [first, f"id{delimiter}text", f'a{delimiter}"A, b; c | d."', ""]
    [row] = told(table_of(rows(mark + end.join(lines))))
    assert (row.id, row.text, row.line) == ("a", "A, b; c | d.", 3)


def test_blank_lines_and_rows_of_empty_cells_are_passed_over(rows):
    path = rows("\n \nid,text\n\na,A.\n   \n,\n,  \nb,B.")
    assert [(row.id, row.line) for row in told(table_of(path, columns(text="text", id="id")))] == [
        ("a", 5),
        ("b", 9),
    ]


def test_a_quoted_field_keeps_delimiters_quotes_and_line_feeds(rows):
    path = rows('id,text\r\na,"“One,” said\r\n""Two""\n."\r\nb,"Three"\r\n')
    assert [(row.text, row.line) for row in told(table_of(path))] == [
        ('“One,” said "Two" .', 2),
        ("Three", 5),
    ]


def test_tsv_has_quotes_unless_it_is_raw(rows):
    content = 'id\ttext\na\t"He said ""no"""\nb\tan 8" pipe\n'
    assert texts(table_of(rows(content, "rows.tsv"))) == ['He said "no"', 'an 8" pipe']
    assert texts(table_of(rows(content, "rows.tsv"), form="tsv-raw")) == ['"He said ""no"""', 'an 8" pipe']


def test_metadata_of_ljspeech_has_no_header_and_no_quotes(rows):
    path = rows('LJ-1|"Mr. Hall, 5.|Mister Hall, five.\nLJ-2|No.|No.\n', "metadata.csv")
    assert [(row.id, row.text) for row in told(table_of(path, form="ljspeech"))] == [
        ("LJ-1", '"Mr. Hall, 5.'),
        ("LJ-2", "No."),
    ]
    normalized = table_of(path, columns("text", text="normalized", id="id"), "ljspeech")
    assert told(normalized)[0].text == "Mister Hall, five."
    assert told(normalized)[0].extra == {"text": '"Mr. Hall, 5.'}


def test_metadata_of_ljspeech_may_lack_the_third_column(rows):
    assert texts(table_of(rows("a|A.\nb|B.\n", "m.txt"), form="ljspeech")) == ["A.", "B."]


def test_columns_without_names_are_counted(rows):
    path = rows("wavs/a.wav|ann|Hello.\nwavs/b.wav|bob|Bye.\n", "list.txt")
    found = told(table_of(path, columns(text=3, speaker=2), "ljspeech"))
    assert [(row.speaker, row.text) for row in found] == [("ann", "Hello."), ("bob", "Bye.")]
    assert texts(table_of(rows("a,b\nc,d\n"), columns(text=2))) == ["b", "d"]
    assert texts(table_of(rows("sep=;\na;b,b\nc;d\n"), columns(text=2))) == ["b,b", "d"]


LETTERS = st.sampled_from("aé漢,;|\t\n\r \"'\\\u00a0\ufeff\u2028")


@settings(max_examples=150)
@given(
    found=st.lists(st.tuples(st.text(LETTERS), st.text(LETTERS)), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_csv_module_writes_is_read_as_it_was(tmp_path_factory, found, delimiter, quoting, end):
    path = tmp_path_factory.getbasetemp() / "rows.csv"
    # Up to Python 3.12, the writer leaves a carriage return without quotes unless it is told to quote all.
    lost = "\0" if quoting == csv.QUOTE_ALL else "\r"
    rows = [(f"{text}x".replace(lost, ""), note.replace(lost, "")) for text, note in found]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(
            [("text", "note"), *rows]
        )
    written = told(table_of(path, columns("note", text="text")))
    assert [(row.text, row.extra["note"]) for row in written] == [
        (collapse(text), note if note.strip() else None) for text, note in rows
    ]


@settings(max_examples=200)
@given(st.text(st.sampled_from('a,";\t\r\n '), max_size=40), st.sampled_from(["csv", "tsv-raw"]))
def test_any_file_is_read_or_refused_with_places_that_are_in_it(tmp_path_factory, content, form):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(b"text\t,note\n" + content.encode())
    try:
        parts = texts(table_of(path, columns(text=1), form))
    except DocumentError as error:
        lines = path.read_bytes().decode().split("\n")
        for problem in error.problems:
            _, line, column = problem.where.split(":")
            assert 1 <= int(column) <= len(lines[int(line) - 1]) + 1
    else:
        assert all(parts)


# --- Sections --------------------------------------------------------------------------------------------


def test_rows_are_sections_as_lines_of_json_are(rows):
    path = rows("text\n" + "A row.\n" * (ROWS_IN_A_SECTION + 1))
    table = table_of(path)
    assert [section.title for section in table.sections] == ["From line 2", "From line 1002"]
    assert [len(table.part(index).sections[0].blocks) for index in (1, 0)] == [1, ROWS_IN_A_SECTION]


def test_a_table_knows_who_speaks_in_each_section_and_where_a_voice_is_named(rows):
    path = rows('text,voice,speaker,chapter\n"A\nb",ann,Bob,1\nB.,ann,Bob,1\nC.,,Cy,2\n')
    table = table_of(path)
    assert {name: str(mark) for name, mark in table.voices(0).items()} == {"ann": "rows.csv:3:4"}
    assert [table.speakers(0), table.speakers(1)] == [{"Bob": 2}, {"Cy": 1}]


def test_a_column_of_which_every_value_is_another_speaker_is_refused(rows):
    path = rows("text,speaker\n" + "".join(f"A.,s{n}\n" for n in range(MAX_SPEAKERS + 1)))
    assert "more than 10000 speakers" in refused(path).what


# --- What is refused -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "where", "what"),
    [
        ("id,text\na,A.\nb\n", "3:1", "this row has 1 field, the header has 2"),
        ("id,text\na,A, b.\n", "2:5", "this row has 3 fields, the header has 2"),
        ('id,text\n"a\nb",A., c,d\n', "3:7", "this row has 4 fields, the header has 2"),
        ("id,text\na,\n", "2:3", "text: the text is missing"),
        ('id,text\na,"\u00ad"\n', "2:3", "text: must be a text in which there is something to read"),
        ("id,text\na b,A.\n", "2:1", "id: must be at most 100 letters, digits, - and _"),
        ('id,text\n"x\ny",A.\n', "2:1", "id: must be at most 100 letters"),
        ('text,speed\n"A\nb",5\n', "3:4", "speed: must be a number from 0.25 to 4, not '5'"),
        ('text,speed\nA.,"1,5"\n', "2:4", "speed: must be a number from 0.25 to 4, not '1,5'"),
        ("text,speed\nA.,nan\n", "2:4", "speed: must be a number"),
        ("text,seed\nA.,1.5\n", "2:4", "seed: must be a whole number"),
        ("text,length\nA.,1_0\n", "2:4", "length: must be a number above 0"),
        ("text,split\nA.,train-clean\n", "2:4", "split: must be train, validation (or valid, val, dev) or test"),
        ('id,text\na,"A" b\nc,C.\n', "2:3", "' b' follows the end of a quoted field"),
        ('id,text\na,"A.\nb,B.\n', "2:3", "the quote that begins this field is never closed"),
        ("id,text\na,A\rb,B\n", "2:3", "a carriage return is in the middle of a line"),
        ("id,text\na," + "A" * 131_073 + "\n", "2:3", "this field has more than 131,072 characters"),
        ('id,text\na,"' + "A\n" * 131_073, "2:3", "this field has more than 131,072 characters"),
        ("text,text\nA.,B.\n", "1:6", "text: this column stands in place 1 already"),
        ("text,voise\nA.,B.\n", "1:6", "there is no key 'voise'"),
        ("id,sentence\na,A.\n", "1:4", "there is no key 'sentence'"),
    ],
    ids=lambda value: repr(value[:30]) if isinstance(value, str) else None,
)  # fmt: skip
def test_what_is_wrong_is_named_with_line_and_column(rows, content, where, what):
    problem = problems(rows(content))[0]
    assert problem.where == f"rows.csv:{where}"
    assert what in problem.what


@pytest.mark.parametrize(
    ("content", "wanted", "hint"),
    [
        ("id,Text\na,A.\n", columns(text="text"), "Did you mean Text?"),
        ("a;b;sentence\na;A.;B\n", columns(text="text"), "Known are a, b, sentence."),
        ("a,b\n", columns(text=3), "Columns count from 1."),
        ("a;b\n", columns(text=2), "In this file, a comma parts the fields. If it is another"),
        ("id,text\na,A, b\n", None, "A text that holds a comma stands in quotes."),
        ('id,text\na,"A" b\n', None, "Within a quoted field, a quote is written twice."),
        ("id,text\na.wav,A.\n", None, "If it need not be the id, name its column under `columns.extra`"),
        ("name\nA.\n", None, "Known are text"),
    ],
    ids=str,
)
def test_what_to_do_is_said(rows, content, wanted, hint):
    assert problems(rows(content), wanted)[0].hint.startswith(hint)


def test_unquoted_files_are_told_what_they_cannot_hold(rows):
    problem = refused(rows("a|A.|A.\nb|B|b.|B.\n", "m.csv"), form="ljspeech")
    assert (problem.where, problem.hint) == ("m.csv:2:8", "No text can hold |.")
    problem = refused(rows("a|ann|A.|A.\n", "m.csv"), form="ljspeech")
    assert (problem.where, problem.what) == ("m.csv:1:10", "this row has 4 fields, not 3 at most")
    assert "`columns: {id: 1, text: 3}`" in problem.hint


def test_quotes_that_hold_nothing_together_are_told_how_to_be_read(rows):
    problem = refused(rows('id\ttext\na\t"No," he said.\n', "rows.tsv"))
    assert (problem.where, "`table: tsv-raw`" in problem.hint) == ("rows.tsv:2:3", True)


def test_all_that_is_wrong_is_named_at_once_also_after_what_cannot_be_parted(rows):
    found = problems(rows('id,text\na,"A" b\n-,B.\nc,\nd,"D\n'))
    assert [problem.where for problem in found] == [
        f"rows.csv:{place}" for place in ("2:3", "3:1", "4:3", "5:3")
    ]


def test_of_very_many_problems_the_first_are_listed_and_the_rest_counted(rows):
    *listed, last = problems(rows("id,text\n" + "a,\n" * (MOST_PROBLEMS + 23)))
    assert len(listed) == MOST_PROBLEMS
    assert (last.where, last.what) == ("rows.csv", "23 more lines are wrong")


def test_bytes_that_are_not_utf_8_have_a_place_in_a_row_of_many_lines(rows):
    problem = refused(rows('id,text\na,"Ü\nÜ'.encode() + b'\xfc"\n'))
    assert (problem.where, problem.what) == ("rows.csv:3:2", "this is not UTF-8 (byte 0xFC)")


def test_after_a_header_that_cannot_be_read_no_row_is_taken_for_one(rows):
    problem = refused(rows(b"caf\xe9,text\nA.,B.\nC.,D.\n"), columns(text="text"))
    assert (problem.where, problem.what) == ("rows.csv:1:4", "this is not UTF-8 (byte 0xE9)")


def test_the_unicode_text_of_spreadsheets_is_told_to_be_saved_otherwise(rows):
    problem = refused(rows("id,text\na,A.\n".encode("utf-16")))
    assert (problem.what, problem.hint) == ("this is UTF-16", "Save the file as UTF-8.")


def test_a_row_without_end_is_refused_before_it_is_read(rows):
    many = '"\n",' * (MAX_LINE_BYTES // 4 + 1)
    assert "more than 1 MiB" in refused(rows("id,text\n" + many)).what
    assert "more than 1 MiB" in refused(rows("id,text\n" + "a" * (MAX_LINE_BYTES + 1))).what


@pytest.mark.parametrize("content", ["", "\n\n", "id,text\n", "\ufeffsep=;\n", "id,text\n,\n"])
def test_a_table_without_rows_is_refused(rows, content):
    assert "nothing to read aloud" in refused(rows(content)).what


# --- What the manifest says ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        (columns(text=1, id="id"), "some are counted, others named"),
        (columns("mood", text=1), "some are counted, others named"),
    ],
)
def test_columns_are_counted_or_named_but_not_both(rows, wanted, what):
    problem = refused(rows("a,b\n"), wanted)
    assert problem.where == "job.yaml:9:14"
    assert what in problem.what


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_columns_that_always_have_names_are_not_counted(rows, form):
    problem = refused(rows("{}"), columns(text=1), form)
    assert (problem.where, f"those of {form} have names" in problem.what) == ("job.yaml:9:14", True)


# --- A file that changes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"Row 7.", b"Row X."),
        lambda data: data.replace(b"Row 7.", b"Row 77."),
        lambda data: data.replace(b"id,text", b"id,text\n"),
        lambda data: data[:-3],
        lambda data: b"",
    ],
    ids=["a letter", "a length", "a line before", "a shorter end", "nothing left"],
)
def test_a_file_that_has_changed_since_its_outline_is_noticed(rows, change):
    path = rows("id,text,chapter\n" + "".join(f"r{n},Row {n}.,{n // 5}\n" for n in range(10)))
    table = table_of(path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DocumentError, match=r"rows\.csv:7: the file has changed while it was being read"):
        table.part(1)


@settings(max_examples=200)
@given(st.lists(st.text(LETTERS), min_size=1, max_size=5), st.sampled_from(",;\t|"))
def test_fields_that_are_walked_through_are_those_that_the_csv_module_finds(cells, delimiter):
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerow(cells)
    text = stream.getvalue()
    found = list(fields(text, Dialect(delimiter, has_quotes=True)))
    assert [text[field.start + 1 : field.end - 1].replace('""', '"') for field in found] == cells
    lines = text.split("\n")
    assert all(lines[field.lines][field.column - 1] == '"' for field in found)
    assert not any(field.fault for field in found)
