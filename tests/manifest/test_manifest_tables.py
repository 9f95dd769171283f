"""What a manifest says of tables."""

import json
from pathlib import Path

import pytest

from batchtts.errors import ManifestError, Problem
from batchtts.job import TABLE_FORMS, Columns, Mark, Source
from batchtts.manifest.reading import read_job


def source_of(folder: Path, entry: str) -> Source:
    path = folder / "job.yaml"
    path.write_text(f"documents:\n- {entry}\n", "utf-8")
    [source] = read_job(path).sources
    return source


def refused(folder: Path, entry: str) -> Problem:
    with pytest.raises(ManifestError) as caught:
        source_of(folder, entry)
    [problem] = caught.value.problems
    return problem


def test_nothing_is_said_of_tables_unless_it_is(tmp_path: Path) -> None:
    source = source_of(tmp_path, "rows.csv")
    assert (source.table, source.columns) == (None, None)


def test_columns_are_kept_by_what_they_say(tmp_path: Path) -> None:
    entry = "{path: r.csv, columns: {text: sentence, id: ~, split: 2024, extra: [mood, 1st, mood]}}"
    mark = Mark(file=(tmp_path / "job.yaml").as_posix(), line=2, column=26)
    assert source_of(tmp_path, entry).columns == Columns(
        names={"text": "sentence", "split": 2024}, extra=("mood", "1st"), mark=mark
    )


@pytest.mark.parametrize(
    ("written", "column"),
    [("3", 3), ('"3"', "3"), ("03", "03"), ("0", "0"), ("-1", "-1"), ("1.5", "1.5"), ("true", "true")],
)
def test_a_number_is_one_without_quotes_from_1_on(tmp_path: Path, written: str, column: object) -> None:
    found = source_of(tmp_path, f"{{path: r.csv, columns: {{text: {written}}}}}").columns
    assert found is not None
    assert found.names == {"text": column}
    assert found.are_numbers == isinstance(column, int)


@pytest.mark.parametrize("form", TABLE_FORMS)
def test_the_form_of_a_table_may_be_said(tmp_path: Path, form: str) -> None:
    assert source_of(tmp_path, f"{{path: list.txt, table: {form}}}").table == form


@pytest.mark.parametrize(
    ("columns", "what"),
    [
        ({"id": "uid"}, "documents[0].columns: text is missing"),
        ({"text": ["a"]}, "documents[0].columns.text: must be the name of a column, or its number"),
        ({"text": ""}, "documents[0].columns.text: must be the name of a column"),
        ({"text": "a", "extra": "b"}, "documents[0].columns.extra: must be a list"),
        ({"text": "a", "emotion": "b"}, "documents[0].columns.emotion: there is no such key"),
        ("text", "documents[0].columns: must be a mapping of columns"),
    ],
    ids=json.dumps,
)
def test_what_is_wrong_with_columns_is_named_with_its_key(tmp_path: Path, columns: object, what: str) -> None:
    problem = refused(tmp_path, json.dumps({"path": "r.csv", "columns": columns}))
    assert problem.what.startswith(what)


def test_a_form_that_there_is_not_is_refused_with_those_that_there_are(tmp_path: Path) -> None:
    assert (
        "must be csv or tsv or tsv-raw or jsonl or parquet or ljspeech"
        in refused(tmp_path, "{path: r.xls, table: xls}").what
    )
