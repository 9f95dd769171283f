"""The packs that a run fills, where something goes wrong in the middle of a take."""

from pathlib import Path

import pytest

from batchtts.files import Workspace
from batchtts.takes.growing import Shelf
from batchtts.takes.packs import members, packs


class Hollow:
    """Something that has a length and no bytes."""

    def __len__(self) -> int:
        return 5


def test_after_a_take_that_was_written_in_part_nothing_is_put_behind_it(tmp_path: Path) -> None:
    shelf = Shelf(Workspace(tmp_path))
    name = f"{1:064x}.1.{1:016x}.wav"
    shelf.place(10)
    with pytest.raises(TypeError):
        shelf.put(name, [b"ahead", Hollow()])  # type: ignore[list-item]
    assert shelf.is_broken
    shelf.close()
    [pack] = packs(Workspace(tmp_path))
    assert list(members(pack)) == []
