"""Two whole programs, written for LMNT's own client of 2023, in which only the import is another.

They do what the two samples of its documentation do: one sentence to a file, and a text that is spoken while
it is still being written.  The conformance suite runs them with the official client, too.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from scripted_service import KEY, Reply, mp3_of, spoken, told, wav_of
from test_lmnt_streams import PIECES, speaking
from test_lmnt_sync import beside

PROGRAMS = Path(__file__).parent / "programs"
VOICES = told({"voices": {"lily": {"name": "Lily"}, "amy": {"name": "Amy"}}})
WAV = wav_of(3_000)


def run(program: str, folder: Path, url: str) -> str:
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", str(PROGRAMS / program)],
        cwd=folder,
        env={**os.environ, "LMNT_API_KEY": KEY, "LMNT_BASE_URL": url},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_the_program_for_one_sentence_runs(tmp_path: Path) -> None:
    with beside(VOICES, Reply(body=WAV), spoken([4, 6], ["a", " "], WAV)) as service:
        assert run("standard.py", tmp_path, service.url) == f"lily Lily {len(WAV)} True 2\n"
    assert (tmp_path / "standard.wav").read_bytes() == WAV


def test_the_program_that_reads_while_it_writes_runs(tmp_path: Path) -> None:
    with beside(VOICES, stream=speaking) as service:
        assert run("streaming.py", tmp_path, service.url) == f"{len(mp3_of(5))}\n"
    assert (tmp_path / "streaming.mp3").read_bytes() == b"".join(PIECES)
    assert service.said[0] == {"X-API-Key": KEY, "voice": "lily"}
    assert service.said[-1] == {"eof": True}


@pytest.mark.parametrize("program", ["standard.py", "streaming.py"])
def test_a_program_names_our_client_in_one_line_only(program: str) -> None:
    source = (PROGRAMS / program).read_text(encoding="utf-8")
    assert [line for line in source.splitlines() if "batchtts" in line] == [
        "from batchtts.lmnt import Speech"
    ]
