"""Rules: which request befalls what, and what a file may say of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from batchtts.errors import InputError
from batchtts.lmnt import wire
from batchtts.server.faults import Fault, Faults, Rule
from batchtts.server.faults_file import read_faults

BUSY = Fault(status=429)
KNOWN = {
    *(wire.BETA_SYNTHESIZE, wire.BETA_STREAM, wire.BETA_VOICES, wire.V1_SPEECH, wire.V1_BYTES),
    *(wire.V1_STREAM, wire.V1_VOICES, wire.V1_ACCOUNT, f"{wire.V1_VOICE}/leah"),
}


def pattern(rule: Rule, n: int = 12, *, seed: int = 0) -> str:
    """Return which of n requests a rule befalls, as a row of x and dots."""
    faults = Faults([rule], seed=seed)
    return "".join("x" if faults.befalling(wire.V1_BYTES)[1] else "." for _ in range(n))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (Rule(fault=BUSY), "xxxxxxxxxxxx"),
        (Rule(fault=BUSY, first=2), "xx.........."),
        (Rule(fault=BUSY, every=3), "..x..x..x..x"),
        (Rule(fault=BUSY, every=3, times=2), "..x..x......"),
        (Rule(fault=BUSY, every=2, first=5), ".x.x........"),
        (Rule(fault=BUSY, times=0), "............"),
        (Rule(fault=BUSY, share=0), "............"),
    ],
)
def test_a_rule_befalls_the_requests_that_it_names(rule: Rule, expected: str) -> None:
    assert pattern(rule) == expected


def test_a_share_is_random_by_its_seed_and_close_to_what_it_says() -> None:
    rule = Rule(fault=BUSY, share=0.1)
    assert pattern(rule, 1000, seed=1) == pattern(rule, 1000, seed=1) != pattern(rule, 1000, seed=2)
    assert 70 < pattern(rule, 1000).count("x") < 130


@pytest.mark.parametrize(
    ("on", "paths"),
    [
        ("synthesize", {wire.BETA_SYNTHESIZE, wire.V1_SPEECH, wire.V1_BYTES}),
        ("stream", {wire.BETA_STREAM, wire.V1_STREAM}),
        ("voices", {wire.BETA_VOICES, wire.V1_VOICES, f"{wire.V1_VOICE}/leah"}),
        ("account", {wire.V1_ACCOUNT}),
        (
            "/v1/ai/*",
            {wire.V1_SPEECH, wire.V1_BYTES, wire.V1_STREAM, wire.V1_VOICES, f"{wire.V1_VOICE}/leah"},
        ),
        ("*", KNOWN),
        ("/nowhere", set()),
    ],
)
def test_a_rule_is_on_a_group_or_a_pattern(on: str, paths: set[str]) -> None:
    rule = Rule(fault=BUSY, on=on)
    assert {path for path in (*KNOWN, "/healthz", "/metrics") if rule.matches(path)} == paths


def test_latencies_add_up_and_the_first_other_fault_counts() -> None:
    slow, broken = Fault(latency=0.5), Fault(reset="before")  # type: ignore[arg-type]
    faults = Faults([Rule(fault=slow), Rule(fault=slow), Rule(fault=BUSY, first=1), Rule(fault=broken)])
    assert faults.befalling("/a") == (1.0, BUSY)
    assert faults.befalling("/a") == (1.0, broken)


def test_a_rule_that_comes_too_late_does_not_count_the_request() -> None:
    faults = Faults([Rule(fault=BUSY, first=1), Rule(fault=Fault(status=500), first=1)])
    assert [faults.befalling("/a")[1] for _ in range(3)] == [BUSY, Fault(status=500), None]


def written(folder: Path, form: Any) -> Path:
    path = folder / "faults.json"
    path.write_text(json.dumps(form), encoding="utf-8")
    return path


def test_a_file_of_rules_is_read(tmp_path: Path) -> None:
    rule = {"on": "synthesize", "first": 1, "status": 503, "body": {"error": "down"}, "retry_after": 2}
    faults = read_faults(written(tmp_path, {"seed": 3, "rules": [rule, {"latency": 0.25}]}))
    fault = Fault(status=503, body='{"error": "down"}', retry_after=2)
    assert faults.befalling(wire.V1_SPEECH) == (0.0, fault)
    assert faults.befalling(wire.V1_SPEECH) == (0.25, None)


@pytest.mark.parametrize(
    ("form", "complaint"),
    [
        ({"seed": 1}, "faults.json: rules: must be a list of rules"),
        ({"rules": {}}, "faults.json: rules: must be a list of rules"),
        ({"rules": [], "sed": 1}, "faults.json: sed: is no known key"),
        ({"rules": [], "seed": 0.5}, "faults.json: seed: must be an integer"),
        ({"rules": [3]}, "rules[0]: must be a JSON object"),
        ({"rules": [{"on": "*"}]}, "rules[0]: must have exactly one of latency, status"),
        ({"rules": [{"status": 500, "latency": 1}]}, "rules[0]: must have exactly one of"),
        ({"rules": [{"status": 200}]}, "rules[0]: status: is 200, not from 400 to 599"),
        ({"rules": [{"status": True}]}, "rules[0]: status: must be a number"),
        ({"rules": [{"status": 500, "share": 2}]}, "rules[0]: share: is 2, not from 0 to 1"),
        ({"rules": [{"status": 500, "every": 0}]}, "rules[0]: every: is 0"),
        ({"rules": [{"status": 500, "first": 1.5}]}, "rules[0]: first: must be an integer"),
        ({"rules": [{"status": 500, "on": "synthesise"}]}, "rules[0]: on: is 'synthesise'"),
        ({"rules": [{"reset": "after"}]}, "rules[0]: reset: is 'after', not one of before, middle"),
        ({"rules": [{"answer": "noise"}]}, "rules[0]: answer: is 'noise'"),
        ({"rules": [{"truncate": 1}]}, "rules[0]: truncate: is 1"),
        ({"rules": [{"latency": 1, "body": "x"}]}, "rules[0]: body: goes with `status` only"),
        ({"rules": [{"latency": 1}, {"stauts": 500}]}, "rules[1]: stauts: is no known key"),
    ],
)
def test_what_is_wrong_in_a_file_is_named_by_its_place(tmp_path: Path, form: Any, complaint: str) -> None:
    with pytest.raises(InputError) as caught:
        read_faults(written(tmp_path, form))
    assert complaint in str(caught.value)
