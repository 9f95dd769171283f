"""Programs like those of LMNT's page run with our client against a real server; `make conformance` adds the official one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from serving import Server
from sound import wav_samples

ROOT = Path(__file__).parents[2]
PROGRAMS = sorted((ROOT / "tests" / "lmnt" / "programs").glob("*.py"))


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_a_program_for_the_official_client_runs_against_our_server(program: Path, tmp_path: Path) -> None:
    with Server(tmp_path, "--voices", str(ROOT / "samples" / "voices.json"), engine="hibari") as server:
        done = subprocess.run(
            [sys.executable, str(program)],
            cwd=tmp_path,
            env={**os.environ, **server.environment},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    [written] = tmp_path.glob(f"{program.stem}.*")
    assert written.stat().st_size > 10_000
    assert written.suffix != ".wav" or wav_samples(written.read_bytes()) > 24_000
