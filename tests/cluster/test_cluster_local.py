"""`--executor dask`: real workers on this machine, killed, hung and interrupted."""

import json
import os
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from typing import Any

import psutil
import pytest
from cluster_room import Job

from batchtts.cluster.line import MOST_REQUESTS

pytestmark = [
    pytest.mark.xdist_group("dask"),
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.name != "posix", reason="kills by signal"),
]

TEXTS = [f"Sentence number {number} of the keeper." for number in range(20)]


def test_chapters_are_the_same_bytes_with_and_without_a_cluster(job: Job) -> None:
    job.write(TEXTS)
    assert job.bench.run().exit_code == 0
    alone = job.bench.outputs()
    job.bench.out = job.bench.folder / "clustered"
    ended = job.bench.run("--executor", "dask", "--output", str(job.bench.out))
    assert ended.exit_code == 0, ended.stderr
    assert job.bench.outputs() == alone
    pids = {request["pid"] for request in job.executed[len(TEXTS) :]}
    assert os.getpid() not in pids
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_a_run_with_nothing_to_do_starts_no_cluster(job: Job) -> None:
    job.write(TEXTS[:1])
    job.bench.run()
    ended = job.bench.run("--executor", "dask")
    assert (ended.exit_code, len(job.executed)) == (0, 1)


def test_a_text_that_kills_its_worker_fails_alone(job: Job) -> None:
    job.write([*TEXTS[:10], "This one is deadly.", *TEXTS[10:]])
    ended = job.run("dask")
    assert (ended.exit_code, ended.outcome) == (3, "incomplete_run")
    assert len(ended.kept) == len(TEXTS)
    [failed] = ended.told("segment_failed")
    assert failed["reason"].startswith("worker after worker was lost with this text")
    assert 4 <= sum("deadly" in request["text"] for request in job.executed) <= 5


def test_workers_may_be_killed_again_and_again_and_every_segment_is_kept_once(job: Job) -> None:
    n_texts, n_kills = 160, 3
    job.write([f"Sentence {number} takes seconds=0.01 to say." for number in range(n_texts)])
    n_kept = 0
    killed: list[int] = []

    def kill(event: dict[str, Any]) -> None:
        nonlocal n_kept
        n_kept += event["event"] == "take_kept"
        if n_kept >= (len(killed) + 1) * n_texts // (n_kills + 2) and len(killed) < n_kills:
            alive = [request["pid"] for request in job.executed if request["pid"] not in killed]
            killed.append(alive[-1])
            os.kill(alive[-1], signal.SIGKILL)

    ended = job.run("dask", on=kill)
    assert ended.exit_code == 0, ended.stderr
    assert len(killed) == n_kills
    assert sorted(Counter(ended.kept).values()) == [1] * n_texts
    executed = Counter(request["text"] for request in job.executed)
    assert len(executed) == n_texts
    assert executed.total() - n_texts <= n_kills * MOST_REQUESTS
    with closing(sqlite3.connect(job.bench.ledger)) as ledger:
        outcomes = dict(ledger.execute("SELECT outcome, count(*) FROM attempt GROUP BY outcome"))
    assert outcomes.pop("kept") == n_texts
    assert outcomes == {"unavailable": len(ended.told("segment_retried"))}


def test_a_signal_for_all_processes_lets_what_is_in_flight_finish(job: Job) -> None:
    job.write([f"Sentence {number} takes seconds=0.05 to say." for number in range(200)])
    with job.start("dask", start_new_session=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "take_kept" in line:
                os.killpg(process.pid, signal.SIGINT)
                break
        said = process.stderr.read()
        assert process.wait() == 130, said
    events = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    assert [event["event"] for event in events].count("segment_retried") == 0
    with closing(sqlite3.connect(job.bench.ledger)) as ledger:
        outcomes = dict(ledger.execute("SELECT outcome, count(*) FROM attempt GROUP BY outcome"))
    assert outcomes == {"kept": len(job.executed)}
    assert not any(psutil.pid_exists(request["pid"]) for request in job.executed)


def test_workers_end_when_their_run_is_killed(job: Job) -> None:
    job.write([f"Sentence {number} takes seconds=0.05 to say." for number in range(200)])
    with job.start("dask") as process:
        assert process.stderr is not None
        while "take_kept" not in process.stderr.readline():
            continue
        workers = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    assert workers
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert alive == []
