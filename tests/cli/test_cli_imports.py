"""Commands load what they need and nothing else: this is what makes them answer at once."""

import json
import subprocess
import sys

import pytest
from workbench import Workbench, environment

HEAVY = {
    "numpy",
    "lxml",
    "pydub",
    "tqdm",
    "onnxruntime",
    "hibari",
    "aiohttp",
    "markdown_it",
    "tenacity",
    "filelock",
    "dask",
    "distributed",
    "fsspec",
    "botocore",
}
PROGRAM = """
import json, sys
from batchtts.cli import main
try:
    main(sys.argv[1:])
finally:
    print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})), file=sys.stderr)
"""


def loaded(*arguments: str) -> set[str]:
    """Return the packages that a command has loaded when it ends."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return set(json.loads(ended.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments", [["--help"], ["--version"], ["run", "--help"], ["say", "--help"]], ids=str
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    packages = loaded(*arguments)
    assert "batchtts" in packages
    assert packages & (HEAVY | {"yaml", "sqlite3", "asyncio"}) == set()


def test_status_loads_nothing_heavy(bench: Workbench) -> None:
    bench.book("A line.")
    bench.run()
    packages = loaded("status", str(bench.manifest))
    assert "sqlite3" in packages
    assert packages & HEAVY == set()


def test_a_run_that_has_nothing_to_do_loads_no_model(bench: Workbench) -> None:
    bench.job(voices={"narrator": {"engine": "tone", "voice": "hum"}})
    bench.book("A line.")
    bench.run()
    assert loaded("run", str(bench.manifest)) & {"onnxruntime", "hibari", "pydub", "tqdm"} == set()


def test_status_of_an_output_in_a_storage_loads_nothing_heavy(bench: Workbench) -> None:
    bench.job(output={"dir": f"file://{bench.folder}/storage", "local": "out"})
    bench.book("A line.")
    assert bench.run().exit_code == 0
    assert loaded("status", str(bench.manifest)) & HEAVY == set()


def test_a_run_that_goes_to_no_storage_loads_nothing_for_one(bench: Workbench) -> None:
    bench.book("A line.")
    assert not loaded("run", str(bench.manifest)) & {"fsspec", "botocore", "s3fs"}
