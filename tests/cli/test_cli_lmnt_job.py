"""jobs/lmnt.yaml is rendered, by the server that comes with batchtts in the place of the service."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from batchtts.cli import main
from batchtts.server.running import ServeOptions, serving_in_thread

ROOT = Path(__file__).parents[2]
KEY = "a-key-of-the-example"


def test_the_example_is_rendered_with_phonemes_and_its_price(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = ServeOptions(engine="hibari", port=0, keys=(KEY,), voices=ROOT / "samples" / "voices.json")
    with serving_in_thread(options) as url:
        monkeypatch.setenv("LMNT_BASE_URL", url)
        monkeypatch.setenv("LMNT_API_KEY", KEY)
        command = ["run", str(ROOT / "jobs" / "lmnt.yaml"), "--output", str(tmp_path), "--json"]
        ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert len(report["chapters"]) == 3
    assert report["holes"] == []
    [spent] = report["spent"]
    assert (spent["certain"], spent["possible"]) == (pytest.approx(0.367, abs=0.001), 0)
    segments = [
        json.loads(line)
        for path in (tmp_path / "alignment").glob("*.segments.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    assert {segment["alignment"]["level"] for segment in segments} == {"phoneme"}
    assert {segment["alignment"]["text_match"] for segment in segments} == {"count"}
