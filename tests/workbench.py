"""A job in a folder of its own, the real command line, and an engine that counts what it is asked."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from batchtts.cli import main
from batchtts.files import Workspace
from batchtts.takes.packs import Member, members, packs

PLUGINS = Path(__file__).with_name("plugins")


@dataclass(frozen=True)
class Result:
    """What a command said and did; `asked` holds the texts that the engine was asked for by it."""

    exit_code: int
    stdout: str
    stderr: str
    asked: list[str]

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)


class Workbench:
    """A manifest and a book in a folder; unless told otherwise the engine `counting` reads it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.manifest = folder / "job.yaml"
        self.log = folder / "asked.jsonl"
        self._monkeypatch = monkeypatch
        monkeypatch.syspath_prepend(PLUGINS)
        monkeypatch.setenv("COUNTING_LOG", str(self.log))
        self.job()

    def job(self, **keys: Any) -> None:
        """Write the manifest: these keys, and a voice, a book and a folder where they do not say."""
        form = {
            "voices": {"narrator": {"engine": "counting", "voice": "hum"}},
            "documents": ["book.md"],
            "output": {"dir": "out"},
        }
        self.manifest.write_text(json.dumps(form | keys, indent=1), encoding="utf-8")

    def book(self, *paragraphs: str) -> None:
        """Write the book: Markdown, in which `# Title` begins a chapter."""
        (self.folder / "book.md").write_text("\n\n".join(paragraphs) + "\n", encoding="utf-8")

    def knobs(self, **knobs: Any) -> None:
        """Let the engine misbehave from now on, as plugins/counting_engines.py says."""
        self._monkeypatch.setenv("COUNTING_KNOBS", json.dumps(knobs))

    # --- Commands ----------------------------------------------------------------------------------------

    def batchtts(self, command: str, *arguments: str) -> Result:
        """Run a command on the job, in this process."""
        before = len(self.requests)
        result = CliRunner().invoke(main, [command, str(self.manifest), *arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        asked = [request["text"] for request in self.requests[before:]]
        return Result(result.exit_code, result.stdout, result.stderr, asked)

    def run(self, *arguments: str) -> Result:
        """Run the job, in this process."""
        return self.batchtts("run", *arguments)

    def start(self, *arguments: str, **streams: Any) -> "subprocess.Popen[str]":
        """Run the job in a process of its own, which is there to be killed."""
        command = [sys.executable, "-m", "batchtts", "run", str(self.manifest), *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        return subprocess.Popen(command, text=True, env=environment(), **pipes)

    # --- What is there -----------------------------------------------------------------------------------

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Return all requests that the engine ever got, in order."""
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    @property
    def ledger(self) -> Path:
        return self.out / ".batchtts" / "ledger.db"

    @property
    def packs(self) -> list[Path]:
        return packs(Workspace(self.out))

    @property
    def takes(self) -> list["LyingTake"]:
        """Return the takes in all packs, in the order in which they lie there."""
        return takes_in(self.out)

    def outputs(self) -> dict[str, bytes]:
        """Return the bytes of all that a run delivers, by name."""
        return {
            name: data
            for name, data in files(self.out).items()
            if name.startswith(("chapters/", "alignment/"))
        }

    def stamps(self) -> dict[str, tuple[int, int]]:
        """Return size and time of every file of the job but the report and what SQLite keeps."""
        return {
            str(path): (path.stat().st_size, path.stat().st_mtime_ns)
            for path in self.folder.rglob("*")
            if path.is_file() and not path.name.startswith(("ledger.", "run.json", "asked."))
        }

    def lose_ledger(self) -> None:
        for path in self.ledger.parent.glob("ledger.db*"):
            path.unlink()


def files(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every file in a folder, by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def environment(extra: Mapping[str, str] = {}) -> dict[str, str]:
    """Return the environment in which another process finds the engines of the tests, and this module."""
    places = [str(PLUGINS), str(PLUGINS.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places), **extra}


def takes_in(out: Path) -> list["LyingTake"]:
    """Return the takes in all packs of an output folder, in the order in which they lie there."""
    return [LyingTake(pack, member) for pack in packs(Workspace(out)) for member in members(pack)]


@dataclass(frozen=True)
class LyingTake:
    """A take, and the pack that it lies in."""

    pack: Path
    member: Member

    @property
    def name(self) -> str:
        return self.member.name

    @property
    def data(self) -> bytes:
        return self.pack.read_bytes()[self.member.start : self.member.start + self.member.n_bytes]

    def flip_byte(self, *, at: int = -100, keep_time: bool = False) -> None:
        """Change one of its bytes, as a failing disk would; with `keep_time` nothing else tells of it."""
        flip_byte(self.pack, at=self.member.start + at % self.member.n_bytes, keep_time=keep_time)


def flip_byte(path: Path, *, at: int = -100, keep_time: bool = False) -> None:
    """Change one byte of a file, as a failing disk would; with `keep_time` nothing else tells of it."""
    status = path.stat()
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.chmod(0o644)
    path.write_bytes(data)
    later = status.st_mtime_ns if keep_time else status.st_mtime_ns + 10**9
    os.utime(path, ns=(later, later))
