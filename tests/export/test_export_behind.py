"""Files are written in a thread: all of them, in order, in bounded room; and what goes wrong there is not lost."""

import hashlib
import threading
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.export.behind import Behind, FileBehind
from batchtts.export.folder import SUMS, ExportFolder


@given(st.lists(st.binary(max_size=40).map(lambda piece: piece * 5_000), max_size=12))
def test_a_file_is_what_was_written_and_so_is_its_hash(pieces: list[bytes]) -> None:
    out, behind = BytesIO(), Behind()
    file = FileBehind(out, behind)
    for piece in pieces:
        file.write(piece)
    assert file.sha256 == hashlib.sha256(b"".join(pieces)).hexdigest()
    assert (out.getvalue(), file.n_bytes) == (b"".join(pieces), len(b"".join(pieces)))
    behind.close()


def test_no_more_waits_than_there_is_room_for() -> None:
    behind, gate, done = Behind(), threading.Event(), []
    behind.do(gate.wait, 3 << 19)
    behind.do(lambda: done.append("second"), 1 << 19)
    third = threading.Thread(target=behind.do, args=(lambda: done.append("third"), 1))
    third.start()
    assert (third.is_alive(), done) == (True, [])
    gate.set()
    third.join()
    behind.wait()
    assert done == ["second", "third"]
    behind.close()


def test_what_goes_wrong_is_raised_by_what_is_asked_next() -> None:
    behind = Behind()
    behind.do(lambda: Path("no/such/folder/file").write_bytes(b""), 1)
    with pytest.raises(FileNotFoundError):
        behind.wait()
    behind.close()


def test_a_file_can_be_read_while_the_folder_has_no_name(tmp_path: Path) -> None:
    with ExportFolder(tmp_path / "set") as folder:
        folder.write("deep/a", b"a" * 1_000_000)
        assert folder.written("deep/a").read_bytes() == b"a" * 1_000_000


def test_sums_are_in_the_order_in_which_files_were_asked_for(tmp_path: Path) -> None:
    with ExportFolder(tmp_path / "set") as folder:
        with folder.writing("slow") as file:
            folder.write("b", b"b" * 100_000)
            file.write(b"s")
        folder.write("a", b"a")
        folder.add("elsewhere", "0" * 64, 3)
    names = [line.split()[1] for line in (tmp_path / "set" / SUMS).read_text().splitlines()]
    assert names == ["b", "slow", "a", "elsewhere"]
    assert (folder.n_files, folder.n_bytes) == (4, 100_000 + 1 + 1 + 3)
