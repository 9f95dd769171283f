"""What every test has: an environment that says nothing, and a workbench if it asks for one."""

import os
from pathlib import Path

import pytest
from workbench import Workbench


@pytest.fixture(autouse=True)
def _silent_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("LMNT_", "BATCHTTS_", "COUNTING_")) and name != "BATCHTTS_CORPUS":
            monkeypatch.delenv(name)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    return Workbench(tmp_path, monkeypatch)
