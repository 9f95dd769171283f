"""What one machine puts into storage, another finds there; nothing that was paid for is lost on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from output_folders import Machine

from batchtts.address import Address
from batchtts.remote.depot import Depot
from batchtts.remote.errors import RemoteChanged, RemoteError
from batchtts.remote.pulling import Extent

Machines = Callable[[str], Machine]


@pytest.fixture
def machines(tmp_path: Path) -> Machines:
    (tmp_path / "storage").mkdir()
    address = Address.parse(f"file://{tmp_path}/storage/book")
    return lambda name: Machine(tmp_path / name, address)


@pytest.fixture
def first(machines: Machines) -> Machine:
    """A machine that has rendered a chapter and put it into storage."""
    machine = machines("first")
    machine.render(1, "one", "two")
    machine.write("chapters/01.wav", b"one two")
    machine.write("run.json", b"{}")
    machine.push()
    return machine


@pytest.fixture
def second(first: Machine, machines: Machines) -> Machine:
    """Another machine, which has pulled what the first one did."""
    machine = machines("second")
    machine.pull()
    return machine


def test_a_fresh_machine_has_everything_after_a_pull_of_all(first: Machine, second: Machine) -> None:
    second.pull(Extent.ALL)

    assert second.files() == first.files()


def test_a_pull_brings_only_the_records_at_first(second: Machine) -> None:
    assert second.files().keys() == {".batchtts/ledger.db"}


def test_a_push_without_changes_sends_nothing(first: Machine) -> None:
    assert first.push().n_sent == 0


def test_files_that_are_not_here_stay_in_the_storage(first: Machine, second: Machine) -> None:
    second.render(2, "three")
    second.push()
    first.pull(Extent.ALL)

    assert first.files() == {**second.files(), **first.files()}
    assert ".batchtts/takes/000002.tar" in first.files()
    assert first.files()["chapters/01.wav"] == b"one two"


def test_a_pack_comes_when_it_is_asked_for(first: Machine, second: Machine) -> None:
    depot = Depot(second.workspace)

    assert depot.find(".batchtts/takes/000001.tar") is not None
    assert depot.bring(".batchtts/takes/000001.tar")
    assert second.files()[".batchtts/takes/000001.tar"] == first.files()[".batchtts/takes/000001.tar"]


def test_a_fetched_file_has_the_time_of_its_original(first: Machine, second: Machine) -> None:
    second.pull(Extent.ALL)

    stamps = [machine.workspace.path("chapters/01.wav").stat().st_mtime_ns for machine in (first, second)]
    assert stamps[0] == stamps[1]


def test_a_push_over_what_somebody_else_did_is_refused_but_its_packs_are_safe(
    first: Machine, second: Machine, machines: Machines
) -> None:
    first.render(2, "from the first")
    second.render(2, "from the second")
    first.push()

    with pytest.raises(RemoteChanged, match="generation 2, put there by"):
        second.push()

    third = machines("third")
    third.pull(Extent.ALL)
    assert third.ledger == first.ledger
    assert any(b"from the second" in data for data in third.files().values())


def test_a_forced_pull_keeps_the_packs_that_are_only_here(first: Machine, second: Machine) -> None:
    first.render(2, "from the first")
    second.render(2, "from the second")
    first.push()
    with pytest.raises(RemoteChanged):
        second.pull()

    second.pull(Extent.ALL, force=True)

    takes = {name: data for name, data in second.files().items() if name.startswith(".batchtts/takes/")}
    assert second.ledger == first.ledger
    assert b"from the first" in takes[".batchtts/takes/000002.tar"]
    assert b"from the second" in takes[".batchtts/takes/000003.tar"]


def test_a_forced_push_deletes_no_takes_of_the_other(
    first: Machine, second: Machine, machines: Machines
) -> None:
    first.render(2, "from the first")
    second.render(2, "from the second")
    first.push()

    second.push(force=True)

    third = machines("third")
    third.pull(Extent.ALL)
    assert third.ledger == second.ledger
    assert any(b"from the first" in data for data in third.files().values())


def test_what_a_machine_pushed_before_it_was_lost_is_found_by_the_next(
    first: Machine, second: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    second.render(2, "paid for")
    with monkeypatch.context() as patch:
        patch.setattr("batchtts.remote.pushing._Push.finish", _die)
        with pytest.raises(KeyboardInterrupt):
            second.push()

    pulled = first.pull()

    assert pulled.found == (".batchtts/takes/000002.tar",)
    assert b"paid for" in first.files()[".batchtts/takes/000002.tar"]
    assert not any("000002.tar" in line for line in first.told)


def _die(*_: object) -> None:
    raise KeyboardInterrupt


def test_files_that_are_no_longer_part_of_the_output_leave_the_storage(
    first: Machine, second: Machine
) -> None:
    Depot(second.workspace).forget(["chapters/01.wav"])
    second.write("chapters/01-new.wav", b"one two")

    assert second.push().n_removed == 2  # and the ledger of the generation before

    assert first.store.objects().keys() >= {"chapters/01-new.wav"}
    assert "chapters/01.wav" not in first.store.objects()
    first.pull()
    assert "chapters/01.wav" not in first.files()


def test_a_chapter_that_somebody_has_overwritten_in_the_storage_is_gone(
    first: Machine, machines: Machines, tmp_path: Path
) -> None:
    (tmp_path / "storage/book/chapters/01.wav").write_bytes(b"two one")

    assert machines("third").pull().gone == ("chapters/01.wav",)


def test_a_storage_that_was_emptied_is_named(first: Machine, second: Machine, tmp_path: Path) -> None:
    for path in list((tmp_path / "storage").rglob("*.*")):
        if path.is_file():
            path.unlink()

    with pytest.raises(RemoteError, match="2 files lay only there"):
        second.pull()


@pytest.mark.parametrize("name", ["../outside", "/etc/hosts", "a/../../b", "C:\\x", "a/./b", ""])
def test_a_generation_that_names_files_outside_of_the_folder_is_refused(
    first: Machine, machines: Machines, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "storage/book/.batchtts/generation.json"
    path.write_text(path.read_text().replace('"chapters/01.wav": {', f'"{name}": {{'.replace("\\", "\\\\")))

    with pytest.raises(RemoteError, match="is not what batchtts writes there"):
        machines("third").pull()
