"""TLS between the run, the scheduler and the workers, with real certificates."""

import os
from collections.abc import Iterator
from pathlib import Path

import dask
import pytest
import trustme
from cluster_room import Cluster, Job, cluster

pytestmark = [pytest.mark.xdist_group("dask"), pytest.mark.timeout(120)]

TEXTS = [f"Sentence number {number} of the keeper." for number in range(20)]
CONFIG = "DASK_DISTRIBUTED__COMM__"


def certified(folder: Path) -> dict[str, str]:
    """Return what Dask reads from the environment: an authority of its own, and a certificate for each role."""
    authority = trustme.CA()
    folder.mkdir()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "own.pem")
    env = {f"{CONFIG}TLS__CA_FILE": str(folder / "ca.pem"), f"{CONFIG}REQUIRE_ENCRYPTION": "true"}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        env[f"{CONFIG}TLS__{role}__CERT"] = env[f"{CONFIG}TLS__{role}__KEY"] = str(folder / "own.pem")
    return env


def configured(env: dict[str, str]) -> dict[str, object]:
    """Return as Dask's configuration what it would read from the environment."""
    keys = {name: name.removeprefix("DASK_").lower().replace("__", ".").replace("_", "-") for name in env}
    return {keys[name]: value == "true" or value for name, value in env.items()}


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return certified(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, trust: dict[str, str]) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("cluster")
    with cluster(folder, trust) as started:
        started.start_worker(env={"MORTAL_LOG": os.devnull}).join()
        yield started


def test_with_certificates_of_the_same_authority_a_run_is_spoken_over_tls(
    secured: Cluster, trust: dict[str, str], job: Job
) -> None:
    assert secured.address.startswith("tls://")
    job.write(TEXTS)
    ended = job.run(secured.address, env=trust)
    assert ended.exit_code == 0, ended.stderr


def test_without_certificates_it_is_said_where_to_name_them(secured: Cluster, job: Job) -> None:
    job.write(TEXTS)
    ended = job.bench.run("--executor", secured.address)
    assert ended.exit_code == 2
    assert "DASK_DISTRIBUTED__COMM__TLS__CA_FILE" in ended.stderr


def test_a_certificate_that_is_not_there_is_named(secured: Cluster, trust: dict[str, str], job: Job) -> None:
    job.write(TEXTS)
    with dask.config.set(configured({**trust, f"{CONFIG}TLS__CA_FILE": "/nowhere/ca.pem"})):
        ended = job.bench.run("--executor", secured.address)
    assert ended.exit_code == 2
    assert "there is no file /nowhere/ca.pem" in ended.stderr


def test_certificates_of_another_authority_are_refused(secured: Cluster, job: Job, tmp_path: Path) -> None:
    job.write(TEXTS)
    with dask.config.set(configured(certified(tmp_path / "theirs"))):
        ended = job.bench.run("--executor", secured.address)
    assert ended.exit_code == 4
    assert "is not the one that the certificates speak of" in ended.stderr


def test_a_scheduler_with_tls_does_not_answer_to_plain_words(secured: Cluster, job: Job) -> None:
    job.write(TEXTS)
    ended = job.bench.run("--executor", secured.address.replace("tls", "dask"))
    assert ended.exit_code == 4
    assert "is it tls:// perhaps?" in ended.stderr
