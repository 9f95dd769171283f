from collections.abc import Iterator
from pathlib import Path

import pytest
from ledger_values import start

from batchtts.ledger.ledger import Ledger


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "out" / ".batchtts"


@pytest.fixture
def ledger(folder: Path) -> Iterator[Ledger]:
    with start(folder) as opened:
        yield opened
