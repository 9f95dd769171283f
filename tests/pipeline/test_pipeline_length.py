"""Segments last as long as a manifest says, with engines that know nothing of lengths."""

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from workbench import Workbench

TEXT = "The last boat leaves at nine, and nobody waits for it."
LONGER = "Down below, the engine is older than anybody who ever had to look after it."
VOICES = {
    "hibari": {"engine": "hibari", "voice": "heart"},
    "pico": {"engine": "pico", "voice": "en-GB"},
    "latin": {"engine": "latin", "voice": "hum"},  # knows no lengths, and speaks at 0.5 to 2
    "counting": {"engine": "counting", "voice": "hum"},  # knows lengths
}


def job(bench: Workbench, voice: str, *segments: Any, **keys: Any) -> None:
    bench.job(voices={"narrator": VOICES[voice]}, documents=[{"segments": list(segments)}], **keys)


def records(bench: Workbench) -> list[dict[str, Any]]:
    [path] = (bench.out / "alignment").glob("01-*.segments.jsonl")
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def report(bench: Workbench) -> Any:
    return json.loads((bench.out / "run.json").read_text("utf-8"))


@pytest.mark.parametrize("voice", VOICES)
def test_a_segment_lasts_as_long_as_it_says_with_any_engine(bench: Workbench, voice: str) -> None:
    job(bench, voice, {"text": TEXT, "length": 2.75}, {"text": LONGER, "length": 6.2}, TEXT)
    assert bench.run().exit_code == 0
    first, second, free = records(bench)
    for record, seconds in ((first, 2.75), (second, 6.2)):
        assert record["audio"]["num_samples"] == round(seconds * record["audio"]["sample_rate"])
        assert (record["request"]["length_s"], record["request"]["length_policy"]) == (seconds, "fail")
        assert record["checks"]["length"]["obtained_s"] == seconds
    assert (free["request"]["length_s"], free["request"]["length_policy"]) == (None, None)
    assert "length" not in free["checks"]
    assert report(bench)["lengths"]["segments"] == 2
    assert bench.run().asked == []


def test_a_length_that_cannot_be_met_fails_with_the_numbers(bench: Workbench) -> None:
    job(bench, "latin", {"text": TEXT, "length": 60}, LONGER)
    first = bench.run()
    assert first.exit_code == 3
    assert "it cannot last 60 s: by itself it lasts 3." in first.stdout + first.stderr
    assert "times as long (0.6 to 1.6 are allowed)" in first.stdout + first.stderr
    assert bench.run().asked == []


@pytest.mark.parametrize("policy", ["best", "overflow"])
def test_other_policies_keep_what_there_is_and_report_it(bench: Workbench, policy: str) -> None:
    job(bench, "latin", {"text": TEXT, "length": 60, "length_policy": policy})
    assert bench.run().exit_code == 0
    [record] = records(bench)
    length = record["checks"]["length"]
    assert length["policy"] == policy
    assert length["stretch"] == {"best": 1.6, "overflow": 1.0}[policy]
    assert record["audio"]["duration_s"] == length["obtained_s"] < 60
    assert "length_missed" in record["checks"]["flags"]
    lengths = report(bench)["lengths"]
    assert (lengths["missed"], lengths["misses"]) == (1, [{"segment": record["id"], **length}])
    assert bench.batchtts("plan", "--json").json["lengths"]["misses"] == lengths["misses"]


def test_a_plan_warns_of_what_will_hardly_be_met(bench: Workbench) -> None:
    job(
        bench,
        "latin",
        {"text": TEXT, "length": 60},
        {"text": LONGER, "length": 5},
        {"text": "No.", "length": 9},
    )
    [warning] = bench.batchtts("plan", "--json").json["warnings"]
    assert "about 3.6 s of speech are to last 60 s, 16.67 times as long; 0.30 to 3.20 can be had" in warning


def test_how_far_may_be_stretched_is_up_to_the_job(bench: Workbench) -> None:
    job(bench, "latin", {"text": TEXT, "length": 9.5}, length={"most_stretch": 1.1})
    assert bench.run().exit_code == 3
    job(bench, "latin", {"text": TEXT, "length": 9.5})
    assert bench.run().exit_code == 0


def test_what_many_answers_led_to_is_one_attempt(bench: Workbench) -> None:
    job(bench, "latin", {"text": TEXT, "length": 2.5})
    assert len(bench.run().asked) > 1
    with closing(sqlite3.connect(bench.ledger)) as db:
        assert db.execute("SELECT outcome, characters FROM attempt").fetchall() == [("kept", len(TEXT))]


def test_a_line_of_jsonl_has_a_length_and_a_policy(bench: Workbench) -> None:
    line = {"text": TEXT, "length": 60, "length_policy": "best"}
    (bench.folder / "lines.jsonl").write_text(json.dumps(line) + "\n", "utf-8")
    bench.job(voices={"narrator": VOICES["latin"]}, documents=["lines.jsonl"])
    assert bench.run().exit_code == 0
    [record] = records(bench)
    assert record["request"]["length_policy"] == "best"


def test_a_policy_matters_only_where_there_is_a_length(bench: Workbench) -> None:
    job(bench, "latin", TEXT)
    bench.run()
    job(bench, "latin", TEXT, length={"policy": "best"})
    assert bench.run().asked == []
