"""What `--executor` may say, and what is refused before anything is begun."""

import json
from pathlib import Path

import pytest

from batchtts.cluster import executor
from batchtts.cluster.executor import Executor
from batchtts.errors import InputError


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dask", None),
        ("dask://head", "tcp://head:8786"),
        ("dask://10.0.0.7:9000", "tcp://10.0.0.7:9000"),
        ("tcp://head:9000/", "tcp://head:9000"),
        ("tls://head", "tls://head:8786"),
        ("dask://[::1]:8786", "tcp://[::1]:8786"),
    ],
)
def test_a_cluster_is_named_by_its_address(text: str, address: str | None) -> None:
    assert Executor.parse(text) == Executor(address=address)


@pytest.mark.parametrize(
    "text",
    [
        "dask://",
        "dask:///",
        "dask://host:port",
        "dask://host:99999",
        "http://host:8786",
        "tls://user@host",
        "dask://a b",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no address of a scheduler") as raised:
        Executor.parse(text)
    assert "dask://HOST:PORT" in (raised.value.problems[0].hint or "")


def test_a_scheduler_file_tells_the_address(tmp_path: Path) -> None:
    path = tmp_path / "scheduler.json"
    path.write_text(json.dumps({"type": "Scheduler", "address": "tls://10.0.0.7:8786"}), encoding="utf-8")
    assert Executor.parse(str(path)).address == "tls://10.0.0.7:8786"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"address": 7}', '{"address": "10.0.0.7"}'])
def test_another_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "scheduler.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match="scheduler file"):
        Executor.parse(str(path))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no scheduler file"):
        Executor.parse(str(tmp_path / "scheduler.json"))


def test_without_dask_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "find_spec", lambda name: None)
    with pytest.raises(InputError) as raised:
        Executor.parse("dask")
    [problem] = raised.value.problems
    assert "not installed" in problem.what
    assert problem.hint == "Install it with: python -m pip install 'batchtts[dask]'"
