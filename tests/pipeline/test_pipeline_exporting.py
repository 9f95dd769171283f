"""Exports come from the takes and chapters that are there, whole or not at all, and always with the same bytes."""

import json
from importlib.resources import files as package_files
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from workbench import Workbench, files

from batchtts.export.folder import STATEMENT
from batchtts.export.rejects import REJECTED

BOTH = "textgrid,ljspeech"


@pytest.fixture
def rendered(bench: Workbench) -> Workbench:
    bench.book("# I\n\nThe tide came in. Gulls cried.", "# II\n\nFoam and sand.")
    assert bench.run().exit_code == 0
    return bench


def exports(bench: Workbench) -> dict[str, bytes]:
    return {name: data for name, data in files(bench.out).items() if name.startswith("exports/")}


def counts(bench: Workbench, name: str) -> dict[str, object]:
    form = json.loads((bench.out / "exports" / name / STATEMENT).read_bytes())
    return dict(form["counts"])


def test_several_formats_are_written_without_a_request(rendered: Workbench) -> None:
    result = rendered.batchtts("export", "--format", BOTH)
    assert result.exit_code == 0, result.stderr
    assert result.asked == []
    assert counts(rendered, "ljspeech") == {"planned": 5, "exported": 5, "rejected": {}, "changed_texts": 0}
    assert (rendered.out / "exports/textgrid/01-i.TextGrid").exists()


def test_writing_them_again_changes_no_byte(rendered: Workbench) -> None:
    rendered.batchtts("export", "--format", BOTH)
    before = exports(rendered)
    rendered.batchtts("export", "--format", BOTH)
    assert exports(rendered) == before


def test_a_segment_without_a_take_is_listed(rendered: Workbench) -> None:
    rendered.book("# I\n\nThe tide came in. Gulls cried.", "# II\n\nFoam and shells.")
    result = rendered.batchtts("export", "--format", "ljspeech")
    assert result.exit_code == 3
    assert counts(rendered, "ljspeech")["rejected"] == {"no take": 1}
    listed = (rendered.out / "exports/ljspeech" / REJECTED).read_text()
    assert json.loads(listed)["text"] == "Foam and shells."


def test_chapters_that_are_not_as_the_job_is_now_are_not_exported(rendered: Workbench) -> None:
    rendered.batchtts("export", "--format", "textgrid")
    before = exports(rendered)
    rendered.book("# I\n\nThe tide came in. Gulls cried.", "# II\n\nFoam and shells.")
    result = rendered.batchtts("export", "--format", "textgrid")
    assert (result.exit_code, exports(rendered)) == (3, before)
    assert "not stitched as the job is now" in result.stderr


def test_a_manifest_that_only_asks_for_more_exports_needs_no_run(rendered: Workbench) -> None:
    rendered.job(exports=["textgrid"])
    assert rendered.batchtts("export").exit_code == 0


def test_nothing_is_exported_before_anything_was_rendered(bench: Workbench) -> None:
    bench.book("One.")
    result = bench.batchtts("export", "--format", "ljspeech")
    assert (result.exit_code, bench.out.exists()) == (5, False)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--format", "textgird"], "Did you mean textgrid?"),
        ([], "no format is asked for"),
        (["--format", "ljspeech", "--option", "ljspeech.colour=red"], "no option 'colour'"),
        (["--format", "ljspeech", "--option", "srt.cues=words"], "this format is not asked for"),
        (["--format", "ljspeech", "--option", "colour"], "is not as FORMAT.NAME=VALUE"),
    ],
)
def test_what_cannot_be_meant_is_refused(rendered: Workbench, arguments: list[str], told: str) -> None:
    result = rendered.batchtts("export", *arguments)
    assert result.exit_code == 2
    assert told in result.stderr


def test_phones_that_the_engine_does_not_tell_are_refused_by_name(rendered: Workbench) -> None:
    result = rendered.batchtts("export", "--format", "audacity", "--option", "audacity.labels=phones")
    assert result.exit_code == 2
    assert "audacity with labels=phones needs the times of phonemes" in result.stderr
    assert exports(rendered) == {}


def test_a_format_that_needs_words_has_no_rows_where_there_are_no_takes(rendered: Workbench) -> None:
    rendered.book("# III\n\nQuite other words.")
    result = rendered.batchtts("export", "--format", "lhotse")
    assert result.exit_code == 3
    assert counts(rendered, "lhotse")["rejected"] == {"no take": 2}


def test_a_take_whose_bytes_have_changed_is_not_exported(rendered: Workbench) -> None:
    [take, *_] = rendered.takes
    take.flip_byte()
    result = rendered.batchtts("export", "--format", "ljspeech")
    assert result.exit_code == 1
    assert "Run the job again" in result.stderr
    assert exports(rendered) == {}


def test_a_run_writes_what_its_manifest_lists_and_leaves_alone_what_is_current(bench: Workbench) -> None:
    bench.book("# I\n\nThe tide came in.")
    bench.job(exports=["textgrid", {"format": "ljspeech"}])
    assert bench.run().exit_code == 0
    before = exports(bench)
    stamps = {path: path.stat().st_mtime_ns for path in (bench.out / "exports").rglob("*")}
    assert "Up to date: 2 exports" in bench.run().stdout
    assert stamps == {path: path.stat().st_mtime_ns for path in (bench.out / "exports").rglob("*")}
    (bench.out / "exports/ljspeech/SHA256SUMS").unlink()
    assert "Up to date: 1 export" in bench.run().stdout
    assert exports(bench) == before


def test_a_folder_of_the_users_own_is_not_replaced_and_nothing_is_written_beside_it(
    rendered: Workbench, tmp_path: Path
) -> None:
    (tmp_path / "mine/ljspeech").mkdir(parents=True)
    (tmp_path / "mine/ljspeech/thesis.txt").write_text("years of work")
    result = rendered.batchtts("export", "--format", "piper,ljspeech", "--output", str(tmp_path / "mine"))
    assert result.exit_code == 2
    assert "Name another folder with --output" in result.stderr
    assert set(files(tmp_path / "mine")) == {"ljspeech/thesis.txt"}


def test_an_export_goes_where_it_is_told_and_comes_from_where_it_is_told(
    rendered: Workbench, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "sets"
    rendered.out.rename(tmp_path / "moved")
    result = rendered.batchtts(
        "export",
        "--format",
        "ljspeech",
        "--output",
        str(elsewhere),
        "--from",
        str(tmp_path / "moved"),
        "--json",
    )
    assert [each["path"] for each in result.json] == [str(elsewhere / "ljspeech")]
    assert not rendered.out.exists()


def test_what_an_export_says_of_itself_is_as_its_schema_has_it(rendered: Workbench) -> None:
    rendered.batchtts("export", "--format", BOTH)
    schema = json.loads(package_files("batchtts.schemas").joinpath("export-1.schema.json").read_text())
    for name in BOTH.split(","):
        told = json.loads((rendered.out / "exports" / name / STATEMENT).read_bytes())
        Draft202012Validator(schema).validate(told)


def test_every_dataset_has_a_card_its_speakers_and_a_page(rendered: Workbench) -> None:
    rendered.batchtts("export", "--format", "ljspeech")
    folder = rendered.out / "exports/ljspeech"
    assert {"README.md", "speakers.json", "stats.json", "report.html"} <= {
        path.name for path in folder.iterdir()
    }
