"""Reading a manifest begins at once: what only some manifests need is not loaded for the others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

RARE = {"batchtts.manifest.json_text", "batchtts.manifest.syntax", "difflib"}
HEAVY = {"aiohttp", "asyncio", "hibari", "lxml", "numpy", "onnxruntime", "pydub", "sqlite3", "tqdm"}
READ_AND_LIST = """
import json, pathlib, sys
from batchtts.errors import ManifestError
from batchtts.manifest.reading import read_job
try:
    read_job(pathlib.Path(sys.argv[1]))
except ManifestError:
    pass
print(json.dumps(sorted(sys.modules)))
"""


def modules_after_reading(path: Path) -> set[str]:
    """Return the modules that are loaded when a manifest has been read, or refused."""
    command = [sys.executable, "-c", READ_AND_LIST, str(path)]
    return set(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("documents: [{text: A.}]", set()),
        ('{"documents": [{"text": "A."}]}', {"batchtts.manifest.json_text"}),
        ("documents: [{text: A.}", {"batchtts.manifest.syntax"}),
        ("documents: [{txt: A.}]", {"difflib"}),
    ],
)
def test_a_manifest_loads_what_it_needs(tmp_path: Path, text: str, expected: set[str]) -> None:
    path = tmp_path / "job.yaml"
    path.write_text(text, encoding="utf-8")
    modules = modules_after_reading(path)
    assert "batchtts.manifest.yaml_text" in modules
    assert modules & (RARE | HEAVY) == expected
