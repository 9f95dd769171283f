"""What every test has: an environment that says nothing, and a workbench if it asks for one."""

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings
from workbench import Workbench

# How long an example takes says more about the machine than about what is tested.
settings.register_profile("batchtts", deadline=None)
settings.load_profile("batchtts")

# Where whoever started the suite ignores signals, as `nohup` and shells do in the background, so would the programs
# that tests start and send signals to.
for _number in (signal.SIGINT, signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])):
    if signal.getsignal(_number) is signal.SIG_IGN:
        signal.signal(_number, signal.default_int_handler if _number == signal.SIGINT else signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _silent_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("LMNT_", "BATCHTTS_", "COUNTING_")) and name != "BATCHTTS_CORPUS":
            monkeypatch.delenv(name)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    return Workbench(tmp_path, monkeypatch)
