"""A scheduler and workers of Dask in processes of their own, and jobs that the engine `mortal` speaks on them."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Condition, Thread
from typing import Any

import psutil
import pytest
from workbench import PLUGINS, Workbench

SECONDS = 30.0


class Program:
    """A process of Dask, and what it says."""

    def __init__(self, *arguments: str, env: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "dask", *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(env),
        )
        self._said: list[str] = []
        self._more = Condition()
        self._reader = Thread(target=self._read)
        self._reader.start()

    def wait_for(self, text: str, n: int = 1) -> str:
        """Return the n-th line that has this text, when it is there."""

        def found() -> list[str]:
            return [line for line in self._said if text in line][n - 1 : n]

        with self._more:
            assert self._more.wait_for(lambda: found() or not self._reader.is_alive(), SECONDS), self._said
            [line] = found()
        return line

    def join(self, n: int = 1) -> str:
        """Wait until its workers are part of the cluster; return the address of the first."""
        self.wait_for("Registered to:", n)
        return self.wait_for("Start worker at:").split("Start worker at:")[1].strip()

    def end(self) -> None:
        """End it with all its children, if it has not ended yet."""
        if self.process.poll() is None:
            for member in [*psutil.Process(self.process.pid).children(recursive=True), self.process]:
                member.kill()
        self.process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as stream:
            for line in stream:
                with self._more:
                    self._said.append(line)
                    self._more.notify_all()


class Cluster:
    """A scheduler, and the workers that are started for it."""

    def __init__(self, folder: Path, stack: ExitStack, env: Mapping[str, str]) -> None:
        self.file = folder / "scheduler.json"
        self._env, self._stack = env, stack
        protocol = "tls" if env else "tcp"
        address = f"{protocol}://127.0.0.1:0"
        self.scheduler = self._start(
            "scheduler",
            "--host",
            address,
            "--scheduler-file",
            str(self.file),
            "--dashboard-address",
            "127.0.0.1:0",
        )
        line = self.scheduler.wait_for("Scheduler at:")
        self.address = line.split("Scheduler at:")[1].strip().replace("tcp://", "dask://")

    def start_worker(self, *arguments: str, has_nanny: bool = False, env: Mapping[str, str] = {}) -> Program:
        """Start a worker with one thread; `join` it, as it has much to load."""
        return self._start(
            "worker",
            *("--scheduler-file", str(self.file), "--nthreads", "1", "--no-dashboard"),
            *(
                "--local-directory",
                str(self.file.parent),
                "--nanny" if has_nanny else "--no-nanny",
                *arguments,
            ),
            env=env,
        )

    def _start(self, *arguments: str, env: Mapping[str, str] = {}) -> Program:
        program = Program(*arguments, env={**self._env, **env})
        self._stack.callback(program.end)
        return program


@contextmanager
def cluster(folder: Path, env: Mapping[str, str] = {}) -> Iterator[Cluster]:
    """Yield a cluster without workers; `env` has what it needs for TLS."""
    with ExitStack() as stack:
        yield Cluster(folder, stack, env)


class Job:
    """A job for the engine `mortal`, run by the real command line in a process of its own."""

    def __init__(self, bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bench = bench
        self.log = bench.folder / "executed.jsonl"
        monkeypatch.setenv("MORTAL_LOG", str(self.log))

    def write(self, texts: Sequence[str], **render: Any) -> None:
        """Write the manifest."""
        self.bench.job(
            voices={"narrator": {"engine": "mortal", "voice": "hum"}},
            documents=[{"segments": list(texts)}],
            render=render,
        )

    def run(
        self,
        executor: str | None,
        *arguments: str,
        env: Mapping[str, str] = {},
        on: Callable[[dict[str, Any]], object] = lambda event: None,
    ) -> "Ended":
        """Run the job to its end; `on` hears every event."""
        with self.start(executor, *arguments, env=env) as process:
            assert process.stderr is not None
            events, said = [], []
            for line in process.stderr:
                if line.startswith("{"):
                    events.append(json.loads(line))
                    on(events[-1])
                else:
                    said.append(line)
            code = process.wait()
        return Ended(code, events, "".join(said))

    def start(
        self, executor: str | None, *arguments: str, env: Mapping[str, str] = {}, **how: Any
    ) -> "subprocess.Popen[str]":
        """Start the run, and return at once."""
        where = ["--executor", executor] if executor else []
        command = [sys.executable, "-m", "batchtts", "run", str(self.bench.manifest), "--progress", "json"]
        return subprocess.Popen(
            [*command, *where, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(env),
            **how,
        )

    @property
    def executed(self) -> list[dict[str, Any]]:
        """Return what the engine was asked, on all workers, in order."""
        lines = self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []
        return [json.loads(line) for line in lines]


class Ended:
    """A run that is over: its exit code, its events, and what else it said."""

    def __init__(self, exit_code: int, events: list[dict[str, Any]], stderr: str) -> None:
        self.exit_code = exit_code
        self.stderr = stderr
        self.events = events

    def told(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["event"] == kind]

    @property
    def kept(self) -> list[str]:
        return [event["segment"] for event in self.told("take_kept")]

    @property
    def outcome(self) -> str:
        [ended] = self.told("run_ended")
        return str(ended["outcome"])


def environment(extra: Mapping[str, str] = {}) -> dict[str, str]:
    """Return the environment in which another process finds the engine, beside what it finds now."""
    path = os.pathsep.join(filter(None, [str(PLUGINS), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, **extra}
