"""A scheduler and workers in processes of their own: found, checked, trusted, and lost."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cluster_room import Cluster, Job, cluster

from batchtts import __version__

pytestmark = [
    pytest.mark.xdist_group("dask"),
    pytest.mark.timeout(120),
    pytest.mark.skipif(os.name != "posix", reason="kills by signal"),
]

TEXTS = [f"Sentence number {number} of the keeper." for number in range(20)]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of two workers that nobody harms; only they know the key of the engine."""
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder) as started:
        env = {"MORTAL_KEY": "known here only", "MORTAL_LOG": str(folder / "log")}
        for worker in [started.start_worker(env=env) for _ in range(2)]:
            worker.join()
        yield started


@pytest.mark.parametrize("where", ["address", "file"])
def test_a_cluster_is_found_by_its_address_and_by_its_file(shared: Cluster, job: Job, where: str) -> None:
    job.write(TEXTS)
    ended = job.run(str(getattr(shared, where)))
    assert ended.exit_code == 0, ended.stderr
    assert len(ended.kept) == len(TEXTS)
    assert job.executed == []  # nothing was spoken on this side


def test_a_key_is_needed_on_the_workers_and_not_here(shared: Cluster, job: Job) -> None:
    job.write(["With key=MORTAL_KEY."])
    assert job.run(None).exit_code == 4
    assert job.run(shared.address).exit_code == 0


def test_a_key_that_is_known_here_is_not_sent_to_the_workers(shared: Cluster, job: Job) -> None:
    job.write(["With key=OTHER_KEY."])
    ended = job.run(shared.address, env={"OTHER_KEY": "known on the other side only"})
    assert ended.exit_code == 4
    assert "there is no OTHER_KEY (on worker tcp://" in ended.stderr


def preload(name: str) -> tuple[str, str]:
    return "--preload", str(Path(__file__).with_name(name))


def test_workers_of_other_versions_are_refused_by_name(empty: Cluster, job: Job) -> None:
    wrong = {
        empty.start_worker(*preload("older_batchtts.py")): f"batchtts is 0.0.9, needed is {__version__}",
        empty.start_worker(*preload("without_batchtts.py")): "ModuleNotFoundError: ",
        empty.start_worker(env={"MORTAL_IDENTITY": "mortal/0"}): "the engine is mortal/0, needed is mortal/1",
    }
    misfits = {worker.join(): misfit for worker, misfit in wrong.items()}
    job.write(TEXTS)
    ended = job.run(empty.address)
    assert ended.exit_code == 4
    assert all(f"{address}: {misfit}" in ended.stderr for address, misfit in misfits.items())
    assert job.executed == []

    empty.start_worker().join()
    ended = job.run(empty.address)
    assert ended.exit_code == 0
    notes = {note["text"].split(" is not used: ")[0] for note in ended.told("note")}
    assert notes == {f"the worker {address}" for address in misfits}


def test_a_worker_that_hangs_is_replaced_also_when_the_run_is_over_by_then(empty: Cluster, job: Job) -> None:
    worker = empty.start_worker(has_nanny=True)
    job.write(["This one is hanging."], timeout="1s", attempts=1)
    ended = job.run(empty.address)
    assert ended.exit_code == 3
    [failed] = ended.told("segment_failed")
    assert failed["reason"] == "mortal did not answer within 1 s"
    worker.join(2)


def test_when_the_scheduler_is_lost_the_run_ends_in_good_order_and_what_is_kept_is_kept(
    empty: Cluster, job: Job
) -> None:
    empty.start_worker().join()
    job.write([f"Sentence {number} takes seconds=0.02 to say." for number in range(200)])

    def lose(event: dict[str, Any]) -> None:
        if event["event"] == "take_kept":
            empty.scheduler.process.kill()

    ended = job.run(empty.address, on=lose)
    assert (ended.exit_code, ended.outcome) == (4, "engine_unavailable"), ended.stderr
    assert "Traceback" not in ended.stderr
    assert ended.told("segment_failed") == []
    with closing(sqlite3.connect(job.bench.ledger)) as ledger:
        [[n_takes]] = ledger.execute("SELECT count(*) FROM take")
        [[n_open]] = ledger.execute("SELECT count(*) FROM attempt WHERE outcome IS NULL")
    assert (n_takes, n_open) == (len(ended.kept), 0)
    assert 0 < n_takes < 200


@pytest.mark.parametrize("executor", ["dask://127.0.0.1:1", "tcp://no-such-host.invalid"])
def test_a_cluster_that_does_not_answer_is_named(job: Job, executor: str) -> None:
    job.write(TEXTS, patience="1s")
    ended = job.bench.run("--executor", executor)
    assert ended.exit_code == 4
    assert f"the Dask cluster at {executor.replace('dask', 'tcp')}" in ended.stderr
    assert "does not answer" in ended.stderr
