from collections.abc import Iterator
from pathlib import Path

import pytest
from cluster_room import Cluster, Job, cluster
from workbench import Workbench


@pytest.fixture
def job(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> Job:
    return Job(bench, monkeypatch)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Cluster]:
    """A cluster without workers."""
    with cluster(tmp_path) as started:
        yield started
