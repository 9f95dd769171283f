"""A job for the engine `lmnt`, a server that fails on purpose, and the accounts of both after a run."""

import json
import re
import signal
import sqlite3
import urllib.request
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serving import KEY, Server
from workbench import Workbench

SPEECH_PATHS = ("/speech/beta/synthesize", "/v1/ai/speech", "/v1/ai/speech/bytes")
_SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


def write_job(bench: Workbench, n_texts: int, **render: Any) -> None:
    """Write a job of so many short texts for the engine `lmnt`, in two chapters."""
    texts = [f"Boat number {number} came home." for number in range(n_texts)]
    bench.job(
        engines={"lmnt": {"price": 0.05, "settings": {"api": "v1"}}},
        voices={"narrator": {"engine": "lmnt", "voice": "hum"}},
        render=render,
        documents=[{"segments": texts[: n_texts // 2]}, {"segments": texts[n_texts // 2 :]}],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccount:
    """What a server counted: requests for speech by status, faults by kind, and whole answers."""

    statuses: Counter[str]
    faults: Counter[str]
    n_whole: int

    @classmethod
    def of(cls, server: Server) -> "ServerAccount":
        with urllib.request.urlopen(f"{server.url}/metrics", timeout=30) as answer:
            text = answer.read().decode()
        statuses: Counter[str] = Counter()
        faults: Counter[str] = Counter()
        n_whole = 0
        for name, labels, value in _SAMPLE.findall(text):
            said = dict(re.findall(r'(\w+)="([^"]*)"', labels))
            if name == "batchtts_server_requests_total" and said["path"] in SPEECH_PATHS:
                statuses[said["status"]] += int(value)
            elif name == "batchtts_server_faults_total":
                faults[said["kind"]] += int(value)
            elif name == "batchtts_server_answers_total":
                n_whole += int(value)
        return cls(statuses=statuses, faults=faults, n_whole=n_whole)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccount:
    """What a ledger tells: segments by state, attempts by outcome, and takes in use."""

    states: Counter[str]
    outcomes: Counter[str]
    n_takes: int

    @classmethod
    def of(cls, path: Path) -> "LedgerAccount":
        with closing(sqlite3.connect(path)) as db:
            states = Counter(dict(db.execute("SELECT state, count(*) FROM segment_state GROUP BY state")))
            outcomes = Counter(dict(db.execute("SELECT outcome, count(*) FROM attempt GROUP BY outcome")))
            [n_takes] = db.execute("SELECT count(*) FROM take WHERE dropped_at IS NULL").fetchone()
        return cls(states=states, outcomes=outcomes, n_takes=n_takes)

    @property
    def n_thrown_away(self) -> int:
        """Return how many whole answers a check rejected."""
        return self.outcomes["failed_checks"] + self.outcomes["discarded"]


class Watched:
    """A run of its own whose progress is read as it goes; its standard output lies in the job's folder."""

    def __init__(self, bench: Workbench, *, until_takes: int = 0) -> None:
        """Start it, and return as soon as it has told of so many takes."""
        with (bench.folder / "stdout.txt").open("a", encoding="utf-8") as stdout:
            self._process = bench.start("--progress", "json", stdout=stdout)
        assert self._process.stderr is not None
        self._progress = self._process.stderr
        self.stderr = ""
        while until_takes:
            line = self._progress.readline()
            assert line, f"the run ended with {self._process.wait()} too early: {self.stderr}"
            self.stderr += line
            until_takes -= json.loads(line)["event"] == "take_kept"

    def end(self) -> int:
        """Wait for the end and return the exit code."""
        with self._progress:
            self.stderr += self._progress.read()
        return self._process.wait()


def who_holds_the_key(folder: Path, *said: str) -> list[str]:
    """Return the files of a folder that have the key in them, and what was said that does."""
    files = [path.name for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    return files + [text for text in said if KEY in text]


def kill(server: Server) -> None:
    """End a server as a crash would."""
    assert server.stop(signal.SIGKILL) == -signal.SIGKILL
