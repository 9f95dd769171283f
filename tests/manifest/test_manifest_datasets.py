"""What a manifest says of datasets is read, and refused with the place where it is wrong."""

from pathlib import Path

import pytest

from batchtts.errors import ManifestError
from batchtts.job import Dataset
from batchtts.manifest.reading import read_job


def dataset(text: str, folder: Path, documents: str = "- text: Hello.") -> Dataset:
    path = folder / "job.yaml"
    path.write_text(f"documents:\n  {documents}\ndataset:\n{text}", "utf-8")
    return read_job(path).dataset


def refused(text: str, folder: Path) -> tuple[str, str]:
    with pytest.raises(ManifestError) as caught:
        dataset(text, folder)
    [problem] = caught.value.problems
    return str(problem).replace(f"{folder.as_posix()}/", ""), problem.hint or ""


def test_several_queries_have_all_to_be_met(tmp_path: Path) -> None:
    keep = dataset("  keep: [seconds > 1, 'flags = 0']\n", tmp_path).keep
    assert keep is not None
    assert [clause.text for clause in keep.clauses] == ["seconds > 1", "flags = 0"]


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("  keep: seconds > 1 and\n", "4:24", "a number or a text in quotes is wanted here, not the end"),
        ('  keep: "seconds < x y"\n', "4:22", "and, or, or the end is wanted here, not 'y'"),
        ("  keep:\n  - flags = 0\n  - seconds ! 3\n", "6:13", "'!' cannot be understood"),
        ("  keep: >-\n    seconds > 1\n    and and\n", "4:9", "(character 17 of the query)"),
        ("  keep: flags = 0 and lead_silance < 1\n", "4:23", 'there is no value "lead_silance"'),
        ("  keep: []\n", "4:9", "must have at least one entry"),
        ("  keep: {a: 1}\n", "4:9", "must be a query"),
        ("  splits: {validation: 0.5, test: 0.5}\n", "4:11", "together must be less than 1"),
    ],
)
def test_what_is_wrong_with_a_query_is_told_with_its_place(
    text: str, place: str, what: str, tmp_path: Path
) -> None:
    told, _ = refused(text, tmp_path)
    assert told.startswith(f"job.yaml:{place}: dataset.")
    assert what in told


def test_an_unknown_value_is_suggested(tmp_path: Path) -> None:
    _, hint = refused("  keep: lead_silance < 1\n", tmp_path)
    assert hint.startswith("Did you mean lead_silence?")


def test_columns_that_are_carried_through_can_be_asked_for(tmp_path: Path) -> None:
    documents = "- {path: t.csv, columns: {text: text, extra: [mood]}}"
    keep = dataset("  keep: mood = 'calm'\n", tmp_path, documents).keep
    assert keep is not None
    assert keep.failing({"extra.mood": "calm"}) is None


def test_a_query_may_go_over_several_lines(tmp_path: Path) -> None:
    keep = dataset("  keep: |\n    seconds > 1\n    and flags = 0\n", tmp_path).keep
    assert keep is not None
    assert [clause.text for clause in keep.clauses] == ["seconds > 1", "flags = 0"]


def test_a_text_without_quotes_is_told_of(tmp_path: Path) -> None:
    _, hint = refused("  keep: speaker = anna\n", tmp_path)
    assert hint.endswith("A text stands in quotes.")
