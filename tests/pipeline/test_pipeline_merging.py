"""Folders of shards are joined: nothing is asked for again, lost, or counted twice."""

import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from workbench import LyingTake, Result, Workbench, files, takes_in

from batchtts.ledger.ledger import Ledger

BOOK = ("# One", *(f"Line {number} of the tide." for number in range(9)), "# Two", "Nobody saw it.")
PRICED = {"engines": {"counting": {"price": 100.0, "currency": "EUR"}}}


@pytest.fixture
def book(bench: Workbench) -> Workbench:
    bench.job(**PRICED)
    bench.book(*BOOK)
    return bench


@pytest.fixture
def shards(book: Workbench) -> list[Path]:
    """Three shards of a book, each in a folder of its own, and none in the folder of the job."""
    folders = [book.folder / f"s{number}" for number in (1, 2, 3)]
    for number, folder in enumerate(folders, start=1):
        assert book.run("--shard", f"{number}/3", "--output", str(folder)).exit_code == 0
    return folders


def merge(book: Workbench, folders: Sequence[Path], *arguments: str) -> Result:
    return book.batchtts("merge", *map(str, folders), *arguments)


def names(takes: Sequence[LyingTake]) -> list[str]:
    return sorted(take.name for take in takes)


def lose_ledger(folder: Path) -> None:
    for path in (folder / ".batchtts").glob("ledger.*"):
        path.unlink()


def records(folder: Path) -> list[tuple[object, ...]]:
    """Return what a ledger says of every request, in any order."""
    with closing(sqlite3.connect(folder / ".batchtts" / "ledger.db")) as db:
        return sorted(
            db.execute(
                "SELECT hash, attempt.characters, attempt.started_at, attempt.ended_at, attempt.outcome, "
                "charge.cost, run.started_at, run.pid FROM attempt JOIN charge ON charge.attempt = attempt.id "
                "JOIN fingerprint ON fingerprint.id = attempt.fingerprint "
                "JOIN run ON run.id = attempt.run WHERE attempt.outcome <> 'adopted'"
            )
        )


# --- The usual case --------------------------------------------------------------------------------------


def test_merged_shards_give_the_bytes_of_one_run(book: Workbench, shards: list[Path]) -> None:
    merged = merge(book, shards)
    assert merged.exit_code == 0
    assert "12 of 12 segments have a take; `batchtts run` stitches the chapters." in merged.stdout
    result = book.run()
    assert (result.exit_code, result.asked) == (0, [])
    alone = book.folder / "alone"
    book.run("--output", str(alone))
    assert book.outputs() == {
        name: data for name, data in files(alone).items() if name.startswith(("chapters/", "alignment/"))
    }
    assert book.batchtts("check").exit_code == 0


def test_folders_stay_as_they_are(book: Workbench, shards: list[Path]) -> None:
    before = [files(folder) for folder in shards]
    merge(book, shards)
    assert [files(folder) for folder in shards] == before


def test_requests_and_their_cost_are_on_record_after_merging(book: Workbench, shards: list[Path]) -> None:
    merge(book, shards)
    assert records(book.out) == sorted(row for folder in shards for row in records(folder))
    [spent] = book.batchtts("status", "--json").json["spent"]
    assert spent["certain"] == pytest.approx(sum(len(line.removeprefix("# ")) for line in BOOK) / 10)


def test_merging_twice_adds_nothing(book: Workbench, shards: list[Path]) -> None:
    merge(book, shards)
    before = records(book.out)
    again = merge(book, [*shards, shards[0]], "--json").json
    assert [(form["brought"], form["runs"], form["attempts"]) for form in again["folders"]] == [(0, 0, 0)] * 3
    assert sum(form["present"] for form in again["folders"]) == 12
    assert records(book.out) == before


def test_a_merged_folder_can_be_merged_along_with_its_parts(book: Workbench, shards: list[Path]) -> None:
    middle = book.folder / "middle"
    assert merge(book, shards[:2], "--output", str(middle)).exit_code == 0
    assert merge(book, [middle, *shards]).exit_code == 0
    assert records(book.out) == sorted(row for folder in shards for row in records(folder))


def test_a_missing_shard_is_rendered_by_the_next_run(book: Workbench, shards: list[Path]) -> None:
    missing = len(takes_in(shards[1]))
    merged = merge(book, [shards[0], shards[2]])
    assert merged.exit_code == 0
    assert f"{12 - missing} of 12 segments have a take; `batchtts run` asks for the rest." in merged.stdout
    assert len(book.run().asked) == missing


def test_an_empty_shard_is_merged_like_any_other(bench: Workbench) -> None:
    bench.book("Only this.")
    folders = [bench.folder / "s1", bench.folder / "s2"]
    for number, folder in enumerate(folders, start=1):
        bench.run("--shard", f"{number}/2", "--output", str(folder))
    merged = merge(bench, folders, "--json").json
    assert sorted(form["brought"] for form in merged["folders"]) == [0, 1]
    assert [form["runs"] for form in merged["folders"]] == [1, 1]


def test_a_shard_without_its_ledger_brings_its_takes(book: Workbench, shards: list[Path]) -> None:
    lose_ledger(shards[0])
    assert merge(book, shards).exit_code == 0
    assert book.run().asked == []


# --- Overlaps and conflicts ------------------------------------------------------------------------------


def test_overlapping_shards_bring_each_take_once(book: Workbench, shards: list[Path]) -> None:
    halves = [book.folder / "h1", book.folder / "h2"]
    for number, folder in enumerate(halves, start=1):
        book.run("--shard", f"{number}/2", "--output", str(folder))
    forms = merge(book, [*shards, *halves], "--json").json["folders"]
    assert [form["brought"] for form in forms[3:]] == [0, 0]
    assert all(form["left"] == [] for form in forms)
    assert len(records(book.out)) == 24


def test_of_two_takes_of_one_text_the_one_that_is_here_stays(book: Workbench, shards: list[Path]) -> None:
    other = book.folder / "other"
    book.run("--output", str(other))
    book.batchtts("retake", "ch02-0000", "ch02-0001", "--why", "too flat", "--output", str(other))
    book.run("--output", str(other))
    assert merge(book, shards).exit_code == 0
    before = book.packs, names(book.takes)
    conflict = merge(book, [other])
    assert conflict.exit_code == 0
    assert conflict.stdout.count("left there") == 2
    assert "another take of the same text is in use here" in conflict.stdout
    assert (book.packs, names(book.takes)) == before
    assert len(takes_in(other)) == 14


def test_of_two_folders_the_first_that_is_named_wins(book: Workbench) -> None:
    plain, other = book.folder / "plain", book.folder / "other"
    for folder in (plain, other):
        assert book.run("--output", str(folder)).exit_code == 0
    book.batchtts("retake", "ch02-0000", "--why", "too flat", "--output", str(other))
    assert book.run("--output", str(other)).exit_code == 0
    assert merge(book, [other, plain]).stdout.count("left there") == 1
    assert len(set(names(book.takes)) - set(names(takes_in(plain)))) == 1


def test_a_take_that_was_dropped_here_does_not_come_back(book: Workbench, shards: list[Path]) -> None:
    merge(book, shards)
    book.batchtts("retake", "ch02-0000", "--why", "too flat")
    book.batchtts("prune")
    merged = merge(book, shards)
    assert "it was dropped here (too flat)" in merged.stdout
    assert "11 of 12 segments have a take" in merged.stdout
    assert len(book.run().asked) == 1


def test_a_take_with_another_seed_than_was_asked_for_here_stays_away(
    book: Workbench, shards: list[Path]
) -> None:
    book.run("--limit", "1", "--only", "Two")
    book.batchtts("retake", "ch01-0000", "--why", "say it otherwise", "--seed", "9")
    merged = merge(book, shards)
    assert "a retake with seed 9 was asked for here, and its seed is 0" in merged.stdout
    assert [request["text"] for request in book.requests[-1:]] != book.run().asked


# --- Damage ----------------------------------------------------------------------------------------------


def test_a_damaged_take_is_named_and_the_others_are_merged(book: Workbench, shards: list[Path]) -> None:
    damaged = takes_in(shards[0])[0]
    damaged.flip_byte()
    merged = merge(book, shards)
    assert merged.exit_code == 6
    assert f"not usable: {damaged.name}: its bytes" in merged.stdout
    assert "11 of 12 segments have a take" in merged.stdout
    assert len(book.run().asked) == 1


def test_takes_whose_pack_is_missing_are_named(book: Workbench, shards: list[Path]) -> None:
    lost = takes_in(shards[0])
    lost[0].pack.unlink()
    merged = merge(book, shards)
    assert merged.exit_code == 6
    for take in lost:
        assert (
            f"not usable: {take.name}: .batchtts/takes/000001.tar, in which it lay, is missing"
            in merged.stdout
        )
    assert len(book.run().asked) == len(lost)


@pytest.mark.parametrize("has_ledger", [True, False])
def test_of_a_pack_that_is_cut_short_the_whole_takes_are_merged(
    book: Workbench, shards: list[Path], has_ledger: bool
) -> None:
    *whole, last = takes_in(shards[0])
    last.pack.chmod(0o644)
    os.truncate(last.pack, last.member.start + 100)
    if not has_ledger:
        lose_ledger(shards[0])
    merged = merge(book, shards, "--json")
    assert merged.exit_code == (6 if has_ledger else 0)
    assert [form["path"] for form in merged.json["folders"][0]["damaged"]] == [last.name] * has_ledger
    assert merged.json["folders"][0]["brought"] == len(whole)
    assert len(book.run().asked) == 1


def test_a_pack_that_a_killed_shard_has_not_sealed_is_merged_and_left_as_it_is(
    book: Workbench, shards: list[Path]
) -> None:
    [pack] = {take.pack for take in takes_in(shards[0])}
    pack.chmod(0o644)
    os.truncate(pack, takes_in(shards[0])[-1].member.end)
    lose_ledger(shards[0])
    before = files(shards[0])
    assert merge(book, shards).exit_code == 0
    assert files(shards[0]) == before
    assert pack.stat().st_mode & 0o200
    assert book.run().asked == []


@pytest.mark.parametrize("has_ledger", [True, False])
def test_what_lies_twice_in_a_folder_is_brought_once(
    book: Workbench, shards: list[Path], has_ledger: bool
) -> None:
    """As when a prune was killed there that had written its new pack already."""
    [pack] = {take.pack for take in takes_in(shards[0])}
    pack.with_name("000009.tar").write_bytes(pack.read_bytes())
    if not has_ledger:
        lose_ledger(shards[0])
    merged = merge(book, shards, "--json")
    assert (merged.exit_code, merged.json["done"]) == (0, 12)
    assert all(form["left"] == form["damaged"] == [] for form in merged.json["folders"])
    assert len(book.takes) == len(set(names(book.takes))) == 12


@pytest.mark.parametrize("damage", ["flipped", "cut", "lost"])
def test_intact_takes_replace_those_that_are_damaged_here(
    book: Workbench, shards: list[Path], damage: str
) -> None:
    copies = [Path(shutil.copytree(folder, f"{folder}-copy")) for folder in shards]
    merge(book, copies)
    ours = book.takes[1]
    if damage == "flipped":
        ours.flip_byte()
    elif damage == "cut":
        ours.pack.chmod(0o644)
        os.truncate(ours.pack, ours.member.start)
    else:
        ours.pack.unlink()
    assert merge(book, shards).exit_code == 0
    result = book.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert book.batchtts("check").exit_code == 0


# --- What is left out or refused -------------------------------------------------------------------------


def test_takes_that_no_segment_needs_come_only_with_all(book: Workbench, shards: list[Path]) -> None:
    book.book(*BOOK[:-1], "Somebody saw it.")
    first = merge(book, shards, "--json").json["folders"]
    assert sum(form["unneeded"] for form in first) == 1
    second = merge(book, shards, "--all", "--json").json["folders"]
    assert sum(form["brought"] for form in second) == 1
    book.book(*BOOK)
    assert book.run().asked == []


def test_failures_of_shards_are_failures_here(book: Workbench) -> None:
    book.knobs(fates={"Nobody": "rejected"})
    shard = book.folder / "s1"
    assert book.run("--shard", "1/1", "--output", str(shard)).exit_code == 3
    merge(book, [shard])
    result = book.run()
    assert (result.exit_code, result.asked) == (3, [])
    assert "the knob says rejected" in result.stdout


def test_another_job_is_refused_before_anything_is_written(book: Workbench, shards: list[Path]) -> None:
    other = book.folder / "other"
    manifest = book.manifest.read_text()
    book.job(job={"name": "somebody"})
    book.run("--shard", "1/3", "--output", str(other))
    book.manifest.write_text(manifest)
    merged = merge(book, [shards[0], other])
    assert merged.exit_code == 2
    assert "it holds another job, 'somebody'" in merged.stderr
    assert not book.out.exists()


def test_a_folder_that_is_no_shard_is_refused(book: Workbench) -> None:
    (book.folder / "nothing").mkdir()
    book.run("--limit", "1")
    merged = merge(book, [book.folder / "nothing", book.out])
    assert merged.exit_code == 2
    assert "no run has had its output here" in merged.stderr
    assert "this is the folder to merge into" in merged.stderr


def test_a_shard_that_still_runs_is_refused(book: Workbench, shards: list[Path]) -> None:
    with Ledger.open(shards[1] / ".batchtts"):
        merged = merge(book, shards)
    assert merged.exit_code == 5
    assert "s2 is being used by" in merged.stderr
    assert merge(book, shards).exit_code == 0


def test_a_killed_shard_is_on_record_as_killed(book: Workbench, shards: list[Path]) -> None:
    with closing(sqlite3.connect(shards[0] / ".batchtts" / "ledger.db")) as db:
        run = "(started_at, version, manifest_sha256, pid, host)"
        db.execute(f"INSERT INTO run {run} VALUES ('2026-01-01T00:00:00.000Z', '1', '', 1, 'away')")
        db.execute("INSERT INTO fingerprint (id, hash) VALUES (99, 'ab')")
        attempt = "(run, tariff, fingerprint, characters, started_at)"
        db.execute(f"INSERT INTO attempt {attempt} SELECT max(id), 1, 99, 5, '2026-01-01' FROM run")
        db.commit()
    merge(book, shards)
    with closing(sqlite3.connect(book.ledger)) as db:
        [outcome] = db.execute("SELECT outcome FROM run WHERE host = 'away'").fetchone()
        [end] = db.execute(
            "SELECT outcome FROM attempt JOIN fingerprint ON fingerprint.id = attempt.fingerprint WHERE hash = 'ab'"
        ).fetchone()
    assert (outcome, end) == ("killed", "interrupted")
    before = records(book.out)
    merge(book, shards)
    assert records(book.out) == before
