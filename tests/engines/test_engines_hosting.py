import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import psutil
import pytest

from batchtts.engines.hosting import Frame, Workers
from batchtts.errors import EngineRefused, EngineUnavailable, TextRejected

HERE = Path(__file__).parent


def hosted(
    use: Callable[[Workers], Coroutine[Any, Any, None]],
    *,
    load: str = "load",
    n: int = 1,
    seconds: float = 30.0,
) -> None:
    """Let something use workers, and see that they leave no process, pipe or thread behind."""

    async def run() -> None:
        workers = Workers(
            "crashing",
            f"crashing_engine:{load}",
            n=n,
            seconds=seconds,
            environment={"PYTHONPATH": str(HERE)},
        )
        try:
            await use(workers)
        finally:
            await workers.close()

    before, others = open_files(), set(psutil.Process().children())
    asyncio.run(run())
    assert set(psutil.Process().children()) <= others
    assert open_files() <= before


def open_files() -> int:
    return psutil.Process().num_fds() if hasattr(psutil.Process, "num_fds") else 0


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)


def do(what: str, **more: Any) -> Frame:
    return Frame(head={"do": what, **more})


def test_a_worker_starts_with_the_first_request_and_answers_them_all() -> None:
    async def use(workers: Workers) -> None:
        assert workers.pids == ()
        answers = [await workers.ask(Frame(head={"n": n}, body=b"x" * n)) for n in range(3)]
        assert [(answer.head["n"], answer.body) for answer in answers] == [(0, b""), (1, b"x"), (2, b"xx")]
        assert {answer.head["pid"] for answer in answers} == {*workers.pids}
        assert len(workers.pids) == 1

    hosted(use)


def test_requests_at_once_are_shared_out_and_each_gets_its_own_answer() -> None:
    async def use(workers: Workers) -> None:
        bodies = [bytes([n]) * 200_000 for n in range(40)]
        answers = await asyncio.gather(*(workers.ask(Frame(body=body)) for body in bodies))
        assert [answer.body for answer in answers] == bodies
        assert len(workers.pids) == 2

    hosted(use, n=2)


def test_text_that_no_encoding_takes_gets_through() -> None:
    async def use(workers: Workers) -> None:
        assert (await workers.ask(Frame(head={"text": "a\ud800b\0é語"}))).head["text"] == "a\ud800b\0é語"

    hosted(use)


def test_an_engine_that_prints_does_not_garble_its_answers() -> None:
    async def use(workers: Workers) -> None:
        assert (await workers.ask(Frame(body=b"heard"))).body == b"heard"

    hosted(use, load="load_noisily")


@pytest.mark.parametrize(
    ("deed", "told"),
    [("crash", "crashed with SIGSEGV"), ("fail", "ended with ValueError: nobody foresaw this")],
)
def test_a_text_that_kills_its_worker_twice_is_given_up_and_others_go_on(deed: str, told: str) -> None:
    async def use(workers: Workers) -> None:
        with pytest.raises(EngineUnavailable, match=told):
            await workers.ask(do(deed))
        assert (await workers.ask(do("speak"))).head["pid"] in workers.pids
        with pytest.raises(TextRejected, match=told) as caught:
            await workers.ask(do(deed))
        assert caught.value.hint
        assert (await workers.ask(do("speak"))).head["pid"] in workers.pids

    hosted(use)


def test_a_text_whose_worker_dies_once_is_spoken_by_the_next(tmp_path: Path) -> None:
    async def use(workers: Workers) -> None:
        request = do("crash once", mark=str(tmp_path / "mark"))
        for _ in range(2):
            with pytest.raises(EngineUnavailable):
                await workers.ask(request)
            assert (await workers.ask(request)).head["do"] == "crash once"
            (tmp_path / "mark").unlink()

    hosted(use)


@pytest.mark.parametrize("deed", ["hang", "hang with the interpreter held"])
def test_a_text_that_hangs_is_ended_and_given_up_the_second_time(deed: str) -> None:
    async def use(workers: Workers) -> None:
        with pytest.raises(EngineUnavailable, match=r"did not answer for 0\.3 s"):
            await workers.ask(do(deed))
        with pytest.raises(TextRejected, match=r"did not answer for 0\.3 s"):
            await workers.ask(do(deed))
        assert (await workers.ask(do("speak"))).head["do"] == "speak"

    hosted(use, seconds=0.3)


def test_others_are_answered_while_one_hangs_and_the_loop_goes_on() -> None:
    async def use(workers: Workers) -> None:
        async with asyncio.timeout(20), asyncio.TaskGroup() as group:
            hanging = group.create_task(_raised_by(workers.ask(do("hang"))))
            for _ in range(5):
                await workers.ask(do("speak"))
            assert not hanging.done()
        assert isinstance(hanging.result(), EngineUnavailable)

    hosted(use, n=2, seconds=1.0)


async def _raised_by(asked: Coroutine[Any, Any, Frame]) -> EngineUnavailable:
    with pytest.raises(EngineUnavailable) as caught:
        await asked
    return caught.value


def test_what_the_engine_raises_arrives_and_its_worker_lives_on() -> None:
    async def use(workers: Workers) -> None:
        [pid] = {(await workers.ask(do("speak"))).head["pid"]}
        with pytest.raises(TextRejected, match=r"^no$") as caught:
            await workers.ask(do("reject"))
        assert caught.value.hint == "Say something else."
        assert (await workers.ask(do("speak"))).head["pid"] == pid

    hosted(use)


def test_an_idle_worker_that_was_killed_is_replaced_before_anyone_notices() -> None:
    async def use(workers: Workers) -> None:
        pid = (await workers.ask(do("speak"))).head["pid"]
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
        assert (await workers.ask(do("speak"))).head["pid"] != pid

    hosted(use)


@pytest.mark.parametrize(
    ("load", "told"),
    [
        ("load_nothing", "the model is not where it should be"),
        ("no_such_function", "no_such_function"),
    ],
)
def test_an_engine_that_cannot_be_loaded_ends_the_run(load: str, told: str) -> None:
    async def use(workers: Workers) -> None:
        with pytest.raises(EngineRefused, match=told) as caught:
            await workers.ask(do("speak"))
        assert "crashing" in (caught.value.hint or "")

    hosted(use, load=load)


def test_a_worker_that_is_killed_from_outside_is_never_blamed_on_the_text(tmp_path: Path) -> None:
    async def use(workers: Workers) -> None:
        begun, until = tmp_path / "begun", tmp_path / "until"
        request = do("wait for", begun=str(begun), until=str(until))
        for _ in range(3):
            async with asyncio.TaskGroup() as group:
                asked = group.create_task(_raised_by(workers.ask(request)))
                await asyncio.to_thread(wait_until, begun.exists)
                os.kill(workers.pids[0], signal.SIGKILL)
            assert "from outside" in str(asked.result())
            begun.unlink()

    hosted(use)


def test_workers_that_die_while_they_load_are_tried_three_times() -> None:
    async def use(workers: Workers) -> None:
        for _ in range(2):
            with pytest.raises(EngineUnavailable, match=r"cannot be loaded.* crashed with SIGSEGV"):
                await workers.ask(do("speak"))
        with pytest.raises(EngineRefused, match=r"cannot be loaded.* crashed with SIGSEGV"):
            await workers.ask(do("speak"))

    hosted(use, load="load_and_crash")


def test_a_signal_for_the_run_does_not_end_a_text_in_the_middle(tmp_path: Path) -> None:
    async def use(workers: Workers) -> None:
        begun, until = tmp_path / "begun", tmp_path / "until"
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(workers.ask(do("wait for", begun=str(begun), until=str(until))))
            await asyncio.to_thread(wait_until, begun.exists)
            [pid] = workers.pids
            assert os.getpgid(pid) != os.getpgrp()
            os.kill(pid, signal.SIGINT)
            until.touch()
        assert asked.result().head["pid"] == pid

    hosted(use)


def test_whoever_stops_waiting_spoils_no_answer_of_others(tmp_path: Path) -> None:
    async def use(workers: Workers) -> None:
        begun, until = tmp_path / "begun", tmp_path / "until"
        asked = asyncio.ensure_future(workers.ask(do("wait for", begun=str(begun), until=str(until))))
        await asyncio.to_thread(wait_until, begun.exists)
        asked.cancel()
        until.touch()
        assert (await workers.ask(do("speak"))).head["do"] == "speak"

    hosted(use)


def test_closing_does_not_wait_for_what_nobody_waits_for(tmp_path: Path) -> None:
    async def use(workers: Workers) -> None:
        asked = asyncio.ensure_future(
            workers.ask(do("wait for", begun=str(tmp_path / "begun"), until=str(tmp_path / "never")))
        )
        asked.cancel()
        hanging = asyncio.ensure_future(workers.ask(do("hang")))
        await asyncio.to_thread(wait_until, lambda: bool(workers.pids))
        hanging.cancel()

    start = time.monotonic()
    hosted(use, seconds=300)
    assert time.monotonic() - start < 10


OWNER = """
import asyncio, sys
from batchtts.engines.hosting import Frame, Workers

async def main():
    workers = Workers("crashing", "crashing_engine:load", n=1, seconds={seconds})
    await workers.ask(Frame(head={{"do": "speak"}}))
    print(*workers.pids, flush=True)
    await workers.ask(Frame(head={{"do": {deed!r}}}))
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.mark.parametrize("deed", ["speak", "hang", "hang with the interpreter held"])
def test_workers_end_by_themselves_when_their_owner_is_killed(deed: str) -> None:
    program = OWNER.format(deed=deed, seconds=0.5 if "hang" in deed else 30)
    owner = subprocess.Popen(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    wait_until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
