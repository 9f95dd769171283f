"""A pack is a tar file to everybody, and what is whole in it is found however it was torn or damaged."""

import io
import os
import shutil
import subprocess
import tarfile
import wave
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from takes_values import TAKE, fingerprints, mode, overwrite, packed, take

from batchtts.files import Workspace
from batchtts.takes.form import TakeDamaged, encode
from batchtts.takes.packing import Packer
from batchtts.takes.packs import BLOCK, END, Member, header, members, pack_name, packs, padded, seal
from batchtts.takes.reading import recognize

NAME = f"{'f' * 64}.1.{'0' * 16}.wav"


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a sealed pack of three takes."""
    return packed(tmp_path_factory.mktemp("three"), 3)[1].read_bytes()


@pytest.fixture
def pack(tmp_path: Path, three: bytes) -> Path:
    """A pack of three takes that was not sealed."""
    path = Workspace(tmp_path).takes / "000001.tar"
    path.parent.mkdir(parents=True)
    path.write_bytes(three.removesuffix(END))
    return path


def recognized(path: Path) -> dict[str, str]:
    """Return the names and hashes of the members that are what was written."""
    found = {}
    for member in members(path):
        try:
            record = recognize(Workspace(path.parents[2]), path, member)
        except TakeDamaged:
            continue
        found[member.name] = record.take.sha256
    return found


def test_the_standard_library_reads_a_pack(tmp_path: Path) -> None:
    _, path = packed(tmp_path, 3)
    with tarfile.open(path) as file:
        entries = file.getmembers()
        data = [stream.read() for entry in entries if (stream := file.extractfile(entry))]
    assert data == [b"".join(encode(take(str(number))).pieces) for number in range(3)]
    assert {(entry.mode, entry.mtime, entry.uid, entry.isfile()) for entry in entries} == {
        (0o444, 0, 0, True)
    }
    assert [entry.name for entry in entries] == [member.name for member in members(path)]


@pytest.mark.skipif(shutil.which("tar") is None, reason="there is no tar here")
def test_tar_gives_back_files_that_can_be_played(tmp_path: Path) -> None:
    _, path = packed(tmp_path, 3)
    done = subprocess.run(["tar", "xf", path], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    files = sorted(tmp_path.glob("*.wav"))
    assert [file.name for file in files] == sorted(member.name for member in members(path))
    with wave.open(str(files[0])) as file:
        assert file.readframes(file.getnframes()) == TAKE.speech.audio.data


@given(st.integers(0, 8**11 - 1))
def test_a_header_says_to_others_what_it_should(n_bytes: int) -> None:
    entry = tarfile.TarInfo.frombuf(header(NAME, n_bytes), "ascii", "strict")
    assert (entry.name, entry.size, entry.mode, entry.mtime) == (NAME, n_bytes, 0o444, 0)
    assert (entry.uid, entry.gid, entry.uname, entry.gname, entry.isreg()) == (0, 0, "", "", True)


@pytest.mark.parametrize(
    "name", ["", "../a.wav", f"{NAME}.wav", NAME.replace(".1.", f".{'1' * 20}."), "ä.wav"]
)
def test_only_takes_have_headers(name: str) -> None:
    with pytest.raises(ValueError, match="is not the name of a take"):
        header(name, 1)


def test_members_are_where_they_say(pack: Path) -> None:
    data = pack.read_bytes()
    found = list(members(pack))
    assert [data[member.start : member.start + 4] for member in found] == [b"RIFF"] * 3
    assert [member.end for member in found] == [found[1].start - BLOCK, found[2].start - BLOCK, len(data)]


def test_reading_begins_after_the_last_take_that_is_known(pack: Path) -> None:
    first, second, third = members(pack)
    assert list(members(pack, first.start + first.n_bytes)) == [second, third]
    assert list(members(pack, third.start + third.n_bytes)) == []
    assert list(members(pack, 10 * third.end)) == []


def test_a_pack_that_is_torn_at_any_byte_has_the_whole_takes_before_it(pack: Path) -> None:
    data = pack.read_bytes()
    whole = list(members(pack))
    for n_bytes in reversed(range(whole[1].end, len(data))):
        os.truncate(pack, n_bytes)
        assert list(members(pack)) == whole[:2]
        assert list(members(pack, whole[0].end)) == whole[1:2]


def test_a_pack_that_is_torn_at_any_byte_is_sealed_after_its_last_whole_take(
    pack: Path, three: bytes
) -> None:
    data = pack.read_bytes()
    *_, second, _ = members(pack)
    for n_bytes in range(second.end, len(data)):
        overwrite(pack, data[:n_bytes])
        seal(pack)
        assert pack.read_bytes() == three[: second.end] + END
    assert mode(pack) == 0o444
    with tarfile.open(pack) as file:
        assert len(file.getnames()) == 2


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_a_byte_that_changes_costs_one_take_at_most(
    tmp_path_factory: pytest.TempPathFactory, three: bytes, position: int, change: int
) -> None:
    path = tmp_path_factory.mktemp("flipped") / ".batchtts" / "takes" / "000001.tar"
    path.parent.mkdir(parents=True)
    path.write_bytes(three)
    before = recognized(path)
    hit = position % len(three)
    lost = [
        member.name for member in members(path) if member.start - BLOCK <= hit < member.start + member.n_bytes
    ]
    data = bytearray(three)
    data[hit] ^= change
    path.write_bytes(data)
    assert recognized(path) == {name: sha256 for name, sha256 in before.items() if name not in lost}


@given(st.data())
def test_noise_makes_no_takes(
    tmp_path_factory: pytest.TempPathFactory, three: bytes, data: st.DataObject
) -> None:
    """Whatever stretch of a pack is overwritten, nothing is found that was not written."""
    path = tmp_path_factory.mktemp("noise") / ".batchtts" / "takes" / "000001.tar"
    path.parent.mkdir(parents=True)
    path.write_bytes(three)
    before = recognized(path)
    start = data.draw(st.integers(0, len(three)))
    noise = data.draw(st.binary(max_size=200) | st.integers(0, 3000).map(bytes))
    path.write_bytes(three[:start] + noise + three[start + len(noise) :])
    assert recognized(path).items() <= before.items()


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_a_tail_that_never_got_to_the_disk_is_not_recognized(pack: Path, lost: int) -> None:
    """After a power cut a file may have its length, and zeros for bytes."""
    member = list(members(pack))[lost]
    data = pack.read_bytes()
    pack.write_bytes(data[: member.start] + bytes(len(data) - member.start))
    assert list(recognized(pack)) == [each.name for each in list(members(pack))[:lost]]


def test_what_looks_like_a_take_inside_a_damaged_one_still_needs_its_hash(pack: Path) -> None:
    """Inside a take that is whole nobody looks."""
    first, second, _ = members(pack)
    data = bytearray(pack.read_bytes())
    data[second.start : second.start + BLOCK] = header(NAME, 10)
    pack.write_bytes(data)
    assert first.name in recognized(pack)
    assert [member.name for member in members(pack)].count(NAME) == 0
    data[second.start - BLOCK] ^= 1
    pack.write_bytes(data)
    assert Member(NAME, second.start + BLOCK, 10) in members(pack)
    assert NAME not in recognized(pack)


def test_a_damaged_header_costs_nothing_of_what_comes_after_it(pack: Path) -> None:
    first, second, third = members(pack)
    data = bytearray(pack.read_bytes())
    data[second.start - 1] ^= 1
    overwrite(pack, bytes(data))
    seal(pack)
    assert list(members(pack)) == [first, third]
    assert pack.read_bytes() == data + END


def test_what_the_ledger_knows_is_never_cut_off(pack: Path) -> None:
    *_, third = members(pack)
    data = bytearray(pack.read_bytes())
    data[third.start - BLOCK] ^= 1
    overwrite(pack, bytes(data))
    seal(pack, third.start + third.n_bytes)
    assert pack.read_bytes() == data + END


def test_a_pack_that_is_shorter_than_the_ledger_knows_is_read_from_its_beginning(pack: Path) -> None:
    first, second, third = members(pack)
    os.truncate(pack, third.start)
    seal(pack, third.end)
    assert list(members(pack)) == [first, second]
    assert pack.stat().st_size == second.end + len(END)


@pytest.mark.parametrize("data", [b"", bytes(100), bytes(5000), b"x" * 700])
def test_a_pack_without_a_whole_take_becomes_an_empty_one(pack: Path, data: bytes) -> None:
    pack.write_bytes(data)
    seal(pack)
    with tarfile.open(pack) as file:
        assert file.getnames() == []
    assert list(members(pack)) == []


def test_a_sealed_pack_is_not_touched(pack: Path) -> None:
    seal(pack)
    os.utime(pack, ns=(5, 5))
    seal(pack)
    assert pack.stat().st_mtime_ns == 5
    pack.chmod(0o644)  # as it is where a copy, or a file system, knows nothing of modes
    seal(pack)
    assert (pack.stat().st_mtime_ns, mode(pack)) == (5, 0o444)


def test_packs_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert packs(workspace) == []
    workspace.takes.mkdir(parents=True)
    for name in (
        "1000000.tar",
        "000002.tar",
        "000010.tar",
        "00003.tar",
        "0000004.tar",
        "000005.tar.part",
        "a.tar",
    ):
        (workspace.takes / name).touch()
    assert [path.name for path in packs(workspace)] == ["000002.tar", "000010.tar", "1000000.tar"]
    assert pack_name(7) == "000007.tar"


def test_a_pack_of_which_all_is_unknown_is_read_to_the_last_byte(tmp_path: Path) -> None:
    """Headers are found across the stretches in which a damaged file is searched."""
    workspace = Workspace(tmp_path)
    workspace.takes.mkdir(parents=True)
    path = workspace.takes / "000001.tar"
    pieces, sha256, n_bytes = encode(TAKE)
    name = f"{TAKE.fingerprint}.1.{sha256[:16]}.wav"
    ruin = b"\xff" * padded((1 << 20) - BLOCK)
    whole = header(name, n_bytes) + b"".join(pieces).ljust(padded(n_bytes), b"\0")
    path.write_bytes(ruin + whole + ruin + ruin + whole)
    assert fingerprints(workspace, path) == [TAKE.fingerprint] * 2


def test_a_pack_can_be_read_while_it_grows(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    with Packer(workspace) as packer:
        for number in range(3):
            record = packer.store_now(take(str(number)))
            path = workspace.takes / record.take.pack
            assert len(list(members(path))) == number + 1
            with tarfile.open(fileobj=io.BytesIO(path.read_bytes())) as file:
                assert len(file.getnames()) == number + 1
