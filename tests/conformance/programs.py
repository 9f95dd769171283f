"""Runs the programs, each with the Python that has its SDK."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from listing import Shown
from serving import Server

from batchtts.audio.ffmpeg import executable

HERE = Path(__file__).parent
LIMIT_SECONDS = 240
OURS = "ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Where the SDKs are, a folder for what is written, and a voice that the server has."""

    environments: Path
    folder: Path
    voice: str

    def python(self, who: str) -> str:
        """Return the Python of an SDK, or our own."""
        return sys.executable if who == OURS else str(self.environments / who / "bin" / "python")

    def environment(self, who: str, server: Mapping[str, str]) -> dict[str, str]:
        """Return what a program finds in its environment; nothing of ours is on the path of an SDK."""
        quiet = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        told = {"CONFORMANCE_VOICE": self.voice, "CONFORMANCE_WHO": who, "CONFORMANCE_FFMPEG": executable()}
        return {**quiet, **server, **told}

    def shown(self, who: str, program: str, *arguments: str, server: Server) -> Iterator[Shown]:
        """Run a program and yield what it shows; that it fails as a whole is shown, too."""
        click.echo(f"{who:>8}  {program}")
        done = self.run(who, HERE / program, *arguments, server=server.environment)
        checks = [Shown(**json.loads(line)) for line in done.stdout.splitlines() if line.startswith("{")]
        yield from checks
        if done.returncode or not checks or done.stderr:
            last = done.stderr.strip()[-1_500:]
            wrong = f"exit code {done.returncode}, {len(checks)} checks; {last}"
            yield Shown(
                line=checks[-1].line if checks else 1, what=f"{program} runs to its end", who=who, wrong=wrong
            )

    def run(
        self, who: str, program: Path, *arguments: str, server: Mapping[str, str]
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in the folder; warnings of the SDKs' own sources are not ours to mend."""
        command = [self.python(who), "-W", "ignore", str(program), *arguments]
        try:
            return subprocess.run(
                command,
                cwd=self.folder,
                env=self.environment(who, server),
                capture_output=True,
                text=True,
                timeout=LIMIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            said = (error.stdout or b"").decode(errors="replace")
            return subprocess.CompletedProcess(command, -1, said, f"not done after {LIMIT_SECONDS} s")
