"""Signals, and two runs at once: real processes, held by the engine until the test lets them go."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from workbench import Workbench

TEXTS = ["First tide.", "Other tide.", "Hold light.", "Later tide.", "Final tide."]
"""Equally long, so that they are asked for in their order."""

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs"),
    pytest.mark.timeout(60),
]


class Held:
    """A run whose engine has begun to answer the third text and waits for `let_go`."""

    def __init__(self, process: "subprocess.Popen[str]", gate: Path) -> None:
        self.process = process
        self.pid = process.pid
        self._gate = gate
        self.stderr: list[str] = []

    def let_go(self) -> None:
        self._gate.touch()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, and wait until the run has said something new."""
        self.process.send_signal(number)
        assert self.process.stderr is not None
        self.stderr.append(self.process.stderr.readline())

    def end(self) -> int:
        """Wait for the end; return the exit code."""
        _, rest = self.process.communicate()
        self.stderr += rest.splitlines(keepends=True)
        return self.process.returncode


@pytest.fixture
def written(bench: Workbench) -> Workbench:
    """A job for an engine that costs money: it is on record that a text was asked for, before it is."""
    bench.job(voices={"narrator": {"engine": "paid", "voice": "hum"}}, documents=[{"segments": TEXTS}])
    return bench


@contextmanager
def held(bench: Workbench, *arguments: str) -> Iterator[Held]:
    told, gate = bench.folder / "told", bench.folder / "gate"
    os.mkfifo(told)
    bench.knobs(hold="Hold", told=str(told), gate=str(gate))
    process = bench.start("--quiet", "--concurrency", "1", *arguments)
    try:
        assert told.read_text() == TEXTS[2]  # blocks until the engine has been asked
        yield Held(process, gate)
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_lets_what_is_in_flight_finish_and_keeps_it(
    written: Workbench, number: signal.Signals
) -> None:
    with held(written) as run:
        run.send(number)
        run.let_go()
        assert run.end() == 130
    assert f"{number.name}: finishing what is in flight" in run.stderr[0]
    assert len(written.takes) == 3
    rest = written.run()
    assert (rest.exit_code, rest.asked) == (0, TEXTS[3:])


def test_the_second_signal_stops_at_once_and_costs_only_what_was_in_flight(written: Workbench) -> None:
    with held(written) as run:
        run.send(signal.SIGINT)
        run.send(signal.SIGTERM)
        assert run.end() == 130
    assert run.stderr[1] == "Stopped at once.\n"
    assert len(written.takes) == 2
    (written.folder / "gate").touch()
    (written.folder / "told").unlink()
    (written.folder / "told").touch()
    rest = written.run("--concurrency", "1")
    assert (rest.exit_code, rest.asked) == (0, TEXTS[2:])


def test_the_second_signal_stops_at_once_even_if_nobody_reads_what_is_said(written: Workbench) -> None:
    with held(written) as run:
        assert run.process.stderr is not None
        run.process.stderr.close()
        run.process.send_signal(signal.SIGINT)
        run.process.send_signal(signal.SIGTERM)
        assert run.process.wait(timeout=30) == 130
    assert len(written.takes) == 2


def test_a_run_that_is_not_to_hear_of_a_lost_terminal_does_not() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", UNHEARD], capture_output=True, text=True, check=False, timeout=30
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "whole\n", "")


UNHEARD = """
import os, signal
from batchtts.cli.signals import run_until_signal
from batchtts.render.stopping import Stop

signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does

async def work():
    os.kill(os.getpid(), signal.SIGHUP)
    return "whole"

print(run_until_signal(work(), Stop()))
"""

AFTER_A_LIMIT = """
import asyncio, os, signal
from batchtts.cli.signals import run_until_signal
from batchtts.errors import StoppedEarly
from batchtts.render.stopping import Stop

async def work():
    stop.request(StoppedEarly("--max-time"))
    os.kill(os.getpid(), signal.SIGINT)
    await asyncio.sleep(0.05)
    return f"finished, and stopped by {stop.reason}"

stop = Stop()
print(run_until_signal(work(), stop))
"""


def test_a_signal_to_a_run_that_its_limit_has_stopped_still_loses_nothing() -> None:
    ended = subprocess.run([sys.executable, "-c", AFTER_A_LIMIT], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "finished, and stopped by --max-time\n")


def test_a_second_run_ends_at_once_and_names_the_first(written: Workbench) -> None:
    with held(written) as run:
        second = written.run()
        assert second.exit_code == 5
        assert re.search(rf"is being used by process {run.pid} on host \S+ since 20\S+Z", second.stderr)
        run.let_go()
        assert run.end() == 0


@pytest.mark.parametrize("command", [["retake", "ch01-0000", "--why", "flat"], ["prune"]], ids=str)
def test_what_would_write_is_refused_while_a_run_goes_on(written: Workbench, command: list[str]) -> None:
    with held(written) as run:
        assert written.batchtts(*command).exit_code == 5
        run.let_go()
        assert run.end() == 0


def test_status_plan_and_check_answer_while_a_run_goes_on(written: Workbench) -> None:
    with held(written) as run:
        checked = written.batchtts("check", "--json").json
        states = written.batchtts("status", "--json").json["states"]
        plan = written.batchtts("plan", "--json").json
        status = written.batchtts("status").stdout
        run.let_go()
        assert run.end() == 0
    assert states == {"done": 2, "rendering": 1, "failed": 0, "pending": 2}
    assert plan["totals"]["to_ask"] == 3
    assert (checked["files"], checked["wrong"]) == (2, [])
    assert f"going on (process {run.pid} on " in status


def test_a_killed_run_leaves_the_ledger_to_the_next_one(written: Workbench) -> None:
    with held(written) as run:
        run.process.kill()
        assert run.end() == -signal.SIGKILL
    assert f"killed (process {run.pid} on " in written.batchtts("status").stdout
    [left] = written.packs
    assert left.stat().st_mode & 0o222  # it was not sealed
    assert left.read_bytes()[-1024:] != bytes(1024)
    (written.folder / "gate").touch()
    (written.folder / "told").unlink()
    (written.folder / "told").touch()
    rest = written.run("--concurrency", "1")
    assert (rest.exit_code, rest.asked) == (0, TEXTS[2:])
    assert [pack.name for pack in written.packs] == [left.name, "000002.tar"]
    assert [pack.stat().st_mode & 0o222 for pack in written.packs] == [0, 0]
    assert left.read_bytes()[-1024:] == bytes(1024)


def test_a_signal_while_the_job_is_planned_interrupts_it(bench: Workbench) -> None:
    bench.book("A line.")
    told = bench.folder / "told"
    os.mkfifo(told)
    bench.knobs(opening=str(told))
    process = bench.start()
    assert told.read_text() == "opening"
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()
    assert (process.returncode, stderr) == (130, "Interrupted. The same command goes on from here.\n")
    assert not bench.out.exists()
