"""Tables and transcripts say what was spoken, to our own rules and to the script of Kaldi."""

from pathlib import Path

import pytest
from workbench import Workbench

SCRIPT = """\
#!/usr/bin/env bash
# Stands in for Kaldi's: it has to be called from the folder of its recipe, and looks at the order of lines only.
[ "$1 $2" = "--no-feats --non-print" ] && [ -x utils/validate_data_dir.sh ] || { echo "called wrongly: $*"; exit 1; }
for name in text utt2spk wav.scp; do
  LC_ALL=C sort -c "$3/$name" || { echo "validate_data_dir.sh: $name is not sorted"; exit 1; }
done
echo "validate_data_dir.sh: Successfully validated data-directory $3"
"""


@pytest.fixture
def exports(bench: Workbench) -> Path:
    bench.book("# I\n\nThe tide [came] in. Gulls cried.\n\nNobody was there.")
    bench.job(exports=["kaldi", "mfa", "piper"])
    assert bench.run().exit_code == 0
    return bench.out / "exports"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a Kaldi that has nothing but its script."""
    script = tmp_path / "kaldi" / "egs" / "wsj" / "s5" / "utils" / "validate_data_dir.sh"
    script.parent.mkdir(parents=True)
    script.write_text(SCRIPT)
    script.chmod(0o755)
    monkeypatch.setenv("KALDI_ROOT", str(tmp_path / "kaldi"))
    return script


def verdict(bench: Workbench, folder: Path, reader: str) -> dict[str, object]:
    bench.manifest = folder
    [found] = [each for each in bench.batchtts("verify", "--json").json if each["reader"] == reader]
    return found


def test_kaldi_is_absent_where_nothing_says_where_it_is(
    bench: Workbench, exports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KALDI_ROOT", raising=False)
    found = verdict(bench, exports / "kaldi", "Kaldi")
    assert (found["outcome"], found["problems"]) == ("absent", ["KALDI_ROOT does not say where it is"])


def test_a_kaldi_without_its_script_is_said_to_be_unable(bench: Workbench, exports: Path, root: Path) -> None:
    root.unlink()
    found = verdict(bench, exports / "kaldi", "Kaldi")
    assert found["outcome"] == "unable"
    assert "egs/wsj/s5/utils/validate_data_dir.sh" in str(found["problems"])


def test_the_script_of_kaldi_is_run_and_believed(bench: Workbench, exports: Path, root: Path) -> None:
    found = verdict(bench, exports / "kaldi", "Kaldi")
    assert (found["outcome"], found["compared"]) == ("passed", {"rows": 4})
    lines = (exports / "kaldi" / "text").read_bytes().splitlines(keepends=True)
    (exports / "kaldi" / "text").write_bytes(b"".join(reversed(lines)))
    found = verdict(bench, exports / "kaldi", "Kaldi")
    assert found["outcome"] == "failed"
    assert "validate_data_dir.sh: text is not sorted" in found["problems"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("name", "reader", "files"),
    [
        ("kaldi", "the rules of Kaldi", "text"),
        ("kaldi", "the rules of Kaldi", "ctm"),
        ("mfa", "transcripts, as MFA", "corpus/*/*.lab"),
        ("piper", "csv, as piper", "metadata.csv"),
    ],
)
def test_a_word_that_is_another_is_found(
    bench: Workbench, exports: Path, name: str, reader: str, files: str
) -> None:
    assert verdict(bench, exports / name, reader)["outcome"] == "passed"
    for path in (exports / name).glob(files):
        path.write_text(path.read_text().replace("Gulls", "Girls"))
    found = verdict(bench, exports / name, reader)
    assert (found["outcome"], found["n_problems"]) == ("failed", 1)


def test_a_transcript_or_a_sound_that_is_missing_is_found(bench: Workbench, exports: Path) -> None:
    [first, second, *_] = sorted((exports / "mfa" / "corpus").glob("*/*.lab"))
    first.rename(first.with_name("other.lab"))
    second.with_suffix(".wav").unlink()
    found = verdict(bench, exports / "mfa", "transcripts, as MFA")
    assert (found["outcome"], found["n_problems"]) == ("failed", 3)


@pytest.mark.parametrize("name", ["audiofolder", "croissant"])
def test_tables_of_json_lines_are_held_against_the_rows(bench: Workbench, name: str) -> None:
    bench.book("# I\n\nThe tide came in. Gulls cried.")
    bench.job(job={"name": "0451"}, exports=[name])
    assert bench.run().exit_code == 0
    folder = bench.out / "exports" / name
    found = verdict(bench, folder, "json and soundfile")
    assert (found["outcome"], found["compared"]["recordings"]) == ("passed", 3)  # type: ignore[index]
    [table] = [path for path in folder.rglob("*.jsonl") if path.name in {"metadata.jsonl", "rows.jsonl"}]
    table.write_text(table.read_text().replace('"start_sample":', '"start_sample":1', 1))
    assert verdict(bench, folder, "json and soundfile")["n_problems"] == 1
