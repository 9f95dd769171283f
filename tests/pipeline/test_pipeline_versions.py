"""A job in several voices and takes, from the manifest to datasets; and one that stitches no chapters."""

import json
from pathlib import Path
from typing import Any

import pytest
from workbench import Workbench

VOICES = {name: {"engine": "counting", "voice": name} for name in ("hum", "low")}
TEXTS = ("The tide came in over the long grey sand.", "Gulls cried above the roofs.", "A lamp was lit.")
NO_CHAPTERS = {"dir": "out", "chapters": False}


def parallel(bench: Workbench, *, takes: int = 2, **keys: Any) -> None:
    form = {"segments": list(TEXTS), "voices": list(VOICES), "takes": takes}
    bench.job(voices=VOICES, documents=[form], **keys)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_versions_of_a_text_are_asked_for_once_each_and_share_a_text_id(bench: Workbench) -> None:
    parallel(bench)
    assert sorted(bench.run().asked) == sorted(TEXTS * 4)
    assert bench.batchtts("export", "--format", "nemo").exit_code == 0
    rows = lines(bench.out / "exports" / "nemo" / "alignment.jsonl")
    assert len(rows) == 12
    assert len({row["pcm_sha256"] for row in rows}) == 12
    texts: dict[str, set[str]] = {}
    for row in rows:
        texts.setdefault(row["text_id"], set()).add(row["text"])
    assert sorted(texts.values(), key=str) == sorted(({text} for text in TEXTS), key=str)


def test_one_take_more_asks_for_that_take_only(bench: Workbench) -> None:
    parallel(bench, takes=1)
    bench.run()
    parallel(bench, takes=2)
    assert sorted(bench.run().asked) == sorted(TEXTS * 2)
    assert sorted({request["seed"] for request in bench.requests}) == [0, 1]


def test_tables_tell_versions_of_a_chapter_apart(bench: Workbench) -> None:
    parallel(bench, takes=1)
    bench.run()
    for command in ("plan", "status"):
        assert "(job-ch01-low)" in bench.batchtts(command).stdout


def test_versions_of_a_text_are_never_in_different_splits(bench: Workbench) -> None:
    parallel(bench, dataset={"splits": {"validation": 0.3, "test": 0.3}})
    bench.run()
    bench.batchtts("export", "--format", "nemo")
    splits: dict[str, set[str]] = {}
    for row in lines(bench.out / "exports" / "nemo" / "alignment.jsonl"):
        splits.setdefault(row["text_id"], set()).add(row["split"])
    assert [len(found) for found in splits.values()] == [1, 1, 1]
    stated = json.loads((bench.out / "exports" / "nemo" / "export.json").read_bytes())
    assert stated["leakage"]["texts_in_more_than_one_split"] == 0


# --- Without chapters ------------------------------------------------------------------------------------


def test_a_job_without_chapters_writes_none_and_says_what_is_there(bench: Workbench) -> None:
    parallel(bench, output=NO_CHAPTERS, exports=["nemo"])
    result = bench.run()
    assert (result.exit_code, bench.outputs()) == (0, {})
    assert "Complete: 12 segments" in result.stdout
    assert "stitched" not in result.stdout
    assert len(lines(bench.out / "exports" / "nemo" / "alignment.jsonl")) == 12
    assert "Nothing to render: all segments (12) are up to date; 12 segments" in bench.run().stdout
    assert bench.batchtts("check").exit_code == 0


def test_chapters_can_be_had_later_without_a_request(bench: Workbench) -> None:
    parallel(bench, output=NO_CHAPTERS)
    bench.run()
    parallel(bench)
    result = bench.run()
    assert (result.asked, result.exit_code) == ([], 0)
    assert len([name for name in bench.outputs() if name.endswith(".wav")]) == 4


@pytest.mark.parametrize("keys", [{"output": NO_CHAPTERS | {"audiobook": ["m4b"]}}, {"output": NO_CHAPTERS}])
def test_what_is_made_of_chapters_is_refused_before_anything_is_asked(
    bench: Workbench, keys: dict[str, Any]
) -> None:
    parallel(bench, **keys)
    result = bench.run(*([] if "audiobook" in keys["output"] else ["--audiobook", "m4b"]))
    assert (result.exit_code, result.asked) == (2, [])
    assert "audiobooks are made of chapters, and `output.chapters` is false" in result.stderr


def test_an_export_of_chapters_is_refused_where_there_are_to_be_none(bench: Workbench) -> None:
    parallel(bench, output=NO_CHAPTERS)
    bench.run()
    result = bench.batchtts("export", "--format", "srt,nemo")
    assert result.exit_code == 2
    assert "srt is made of chapters, and `output.chapters` is false" in result.stderr
    assert "nemo" not in result.stderr
