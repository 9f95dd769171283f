"""What was exported is read back, and what is not as it was written is found."""

from pathlib import Path

import pytest
from workbench import Workbench, flip_byte


@pytest.fixture
def exports(bench: Workbench) -> Path:
    bench.book("# I\n\nThe tide came in. Gulls cried.")
    bench.job(exports=["ljspeech", "textgrid"])
    assert bench.run().exit_code == 0
    return bench.out / "exports"


def verdicts(bench: Workbench, folder: Path) -> dict[tuple[str, str], str]:
    result = verified(bench, folder, "--json")
    return {(each["format"], each["reader"]): each["outcome"] for each in result.json}


def verified(bench: Workbench, folder: Path, *arguments: str):  # type: ignore[no-untyped-def]
    bench.manifest = folder
    return bench.batchtts("verify", *arguments)


def test_our_own_checks_pass_and_readers_that_are_not_here_are_said_to_be_absent(
    bench: Workbench, exports: Path
) -> None:
    found = verdicts(bench, exports)
    assert {found[name, "batchtts, bytes"] for name in ("ljspeech", "textgrid")} == {"passed"}
    assert {found[name, "batchtts, alignment"] for name in ("ljspeech", "textgrid")} == {"passed"}
    assert found["textgrid", "tgt"] in {"absent", "passed"}


@pytest.mark.parametrize("name", ["metadata.csv", "alignment.jsonl", "export.json"])
def test_a_byte_that_has_changed_is_found(bench: Workbench, exports: Path, name: str) -> None:
    path = exports / "ljspeech" / name
    flip_byte(path, at=path.read_bytes().rindex(b"e"))
    result = verified(bench, exports / "ljspeech")
    assert result.exit_code == 6
    assert name in result.stdout + result.stderr


def test_files_that_are_missing_or_too_many_are_found(bench: Workbench, exports: Path) -> None:
    [wav, *_] = (exports / "ljspeech" / "wavs").iterdir()
    wav.rename(wav.with_name("other.wav"))
    result = verified(bench, exports)
    assert result.exit_code == 6
    assert "it is missing" in result.stdout
    assert "no export wrote it" in result.stdout


def test_a_row_that_is_missing_from_the_alignment_is_found(bench: Workbench, exports: Path) -> None:
    path = exports / "ljspeech" / "alignment.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    assert verdicts(bench, exports)["ljspeech", "batchtts, alignment"] == "failed"


def test_a_folder_without_an_export_is_refused(bench: Workbench, exports: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = verified(bench, tmp_path / "empty")
    assert (result.exit_code, "there is no export in it" in result.stderr) == (6, True)
