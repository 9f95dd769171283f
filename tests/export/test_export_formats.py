"""The formats that a job can be exported to."""

from pathlib import Path

import pytest
from nasty_six import chapter, exported

from batchtts.alignment import Level
from batchtts.export.formats import FORMATS, Material
from batchtts.job import EXPORT_FORMATS

PAGE = (Path(__file__).parents[2] / "docs" / "exports.md").read_text(encoding="utf-8")


def test_a_manifest_may_name_every_format_that_there_is() -> None:
    assert set(EXPORT_FORMATS) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_the_page_lists_every_format_as_it_is(name: str) -> None:
    form = FORMATS[name]
    needs = "" if form.level == "segment" else f"{form.level}s"
    assert f"| `{name}` | {form.material} | {needs} | {form.description} |" in PAGE


@pytest.mark.parametrize(
    ("name", "options", "level", "lacking"),
    [
        ("ctm", {}, Level.WORD, []),
        ("ctm", {}, Level.SEGMENT, ["ctm"]),
        ("audacity", {"labels": "phones"}, Level.PHONEME, []),
        ("audacity", {"labels": "phones"}, Level.WORD, ["audacity with labels=phones"]),
        ("epub", {"level": "sentence"}, Level.SEGMENT, []),
        ("epub", {"level": "word"}, Level.SEGMENT, ["epub with level=word"]),
    ],
)
def test_formats_and_options_tell_what_times_they_need(
    name: str, options: dict[str, str], level: Level, lacking: list[str]
) -> None:
    assert [what for what, _ in FORMATS[name].lacking(level, options)] == lacking


@pytest.mark.parametrize(
    "name", [name for name, form in FORMATS.items() if form.material is Material.CHAPTERS]
)
def test_a_chapter_in_which_nothing_is_said_is_exported_all_the_same(tmp_path: Path, name: str) -> None:
    folder = exported(name, tmp_path / "out", [chapter(tmp_path, texts=())])
    assert len(list(folder.rglob("*.*"))) >= 1


@pytest.mark.parametrize("name", FORMATS)
def test_every_option_of_a_format_is_documented(name: str) -> None:
    folder = Path(__file__).parents[2] / "docs"
    pages = "".join(
        (folder / page).read_text() for page in ("alignments.md", "read-along.md", "dataset-formats.md")
    )
    for option in FORMATS[name].options:
        assert f"`{name}.{option.name}`" in pages
