from collections.abc import Iterator
from pathlib import Path

import pytest
from render_room import Room


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    opened = Room(tmp_path / "out")
    yield opened
    opened.close()
