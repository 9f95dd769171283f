"""What `prune` deletes and leaves: packs are written anew without what nothing needs."""

import os
from collections.abc import Callable

import pytest
from workbench import Workbench

BOOK = ("# One", "The tide came in.", "It went out again.", "# Two", "Nobody had seen it.")


@pytest.fixture
def rendered(bench: Workbench) -> Workbench:
    """A book that is rendered whole; its segment ch01-0001 says that the tide came in."""
    bench.book(*BOOK)
    assert bench.run().exit_code == 0
    return bench


def pruned(bench: Workbench, *arguments: str) -> list[str]:
    """Return what a prune says that it has deleted."""
    result = bench.batchtts("prune", *arguments)
    assert result.exit_code == 0
    return result.stdout.splitlines()[:-1]


def retake(bench: Workbench) -> None:
    """Have another take of a segment, so that the first one is dropped."""
    bench.batchtts("retake", "ch01-0001", "--why", "it stumbles")
    bench.run()


def test_a_dropped_take_is_taken_out_of_its_pack_and_all_others_stay(rendered: Workbench) -> None:
    [dropped] = [take for take in rendered.takes if b"The tide came in." in take.data]
    retake(rendered)
    kept = {take.name: take.data for take in rendered.takes if take.name != dropped.name}
    result = rendered.batchtts("prune")
    *deleted, summary = result.stdout.splitlines()
    assert deleted == [f".batchtts/takes/{dropped.pack.name}/{dropped.name}"]
    assert summary == f"1 takes and files, {dropped.member.n_bytes / 1e6:.1f} MB, deleted."
    assert {take.name: take.data for take in rendered.takes} == kept
    assert rendered.run().stdout.startswith("Nothing to render")
    assert rendered.batchtts("check").exit_code == 0


def test_a_pack_of_which_all_is_needed_is_not_touched(rendered: Workbench) -> None:
    retake(rendered)
    [first, second] = rendered.packs
    before = second.stat().st_mtime_ns
    pruned(rendered)
    assert [pack.name for pack in rendered.packs] == [second.name, "000003.tar"]
    assert not first.exists()
    assert second.stat().st_mtime_ns == before


def test_a_pack_of_which_nothing_is_needed_has_no_successor(rendered: Workbench) -> None:
    retake(rendered)
    retake(rendered)  # the pack of the first retake has nothing else in it
    pruned(rendered)
    assert [pack.name for pack in rendered.packs] == ["000003.tar", "000004.tar"]
    assert len(rendered.takes) == len(BOOK)


def test_numbers_of_packs_are_never_used_again(rendered: Workbench) -> None:
    rendered.book("# One")
    rendered.run()
    pruned(rendered, "--unused")
    for _ in range(2):
        pruned(rendered, "--unused")
        assert [pack.name for pack in rendered.packs] == ["000002.tar"]


def test_nothing_of_a_book_that_is_whole_is_deleted(rendered: Workbench) -> None:
    before = rendered.stamps()
    assert rendered.batchtts("prune", "--unused").stdout == "0 takes and files, 0.0 MB, deleted.\n"
    assert rendered.stamps() == before


def test_what_was_pruned_stays_away_after_the_loss_of_the_ledger(rendered: Workbench) -> None:
    retake(rendered)
    pruned(rendered)
    rendered.lose_ledger()
    result = rendered.run()
    assert (result.exit_code, result.asked) == (0, [])
    assert len(rendered.takes) == len(BOOK)


def test_the_files_of_a_chapter_that_was_renamed_are_deleted(rendered: Workbench) -> None:
    rendered.book(*BOOK[:3], "# Last", BOOK[4])
    rendered.run()
    assert pruned(rendered) == [
        "alignment/02-two.json",
        "alignment/02-two.segments.jsonl",
        "chapters/02-two.wav",
    ]
    assert sorted(path.name for path in (rendered.out / "chapters").iterdir()) == [
        "01-one.wav",
        "02-last.wav",
    ]


def test_the_files_of_a_chapter_that_is_gone_are_deleted(rendered: Workbench) -> None:
    rendered.book(*BOOK[:3])
    rendered.run()
    pruned(rendered)
    assert [path.name for path in (rendered.out / "chapters").iterdir()] == ["01-one.wav"]


def test_undoing_an_edit_is_free_after_prune_and_costs_after_prune_unused(rendered: Workbench) -> None:
    rendered.book(*BOOK[:4], "Somebody had seen it.")
    rendered.run()
    pruned(rendered)
    rendered.book(*BOOK)
    assert rendered.run().asked == []
    pruned(rendered, "--unused")
    rendered.book(*BOOK[:4], "Somebody had seen it.")
    assert rendered.run().asked == ["Somebody had seen it."]


def test_a_lost_ledger_is_never_taken_for_an_empty_one(rendered: Workbench) -> None:
    rendered.lose_ledger()
    pruned(rendered)
    assert rendered.run().asked == []


def test_a_manifest_that_was_edited_since_the_last_run_decides_what_is_needed(rendered: Workbench) -> None:
    rendered.book(*BOOK[:2])
    pruned(rendered, "--unused")
    result = rendered.run()
    assert (result.exit_code, result.asked, len(rendered.takes)) == (0, [], 2)


# --- A dry run -------------------------------------------------------------------------------------------


def nothing(bench: Workbench) -> None:
    """Leave the book as it is."""


def drop_chapter(bench: Workbench) -> None:
    bench.book(*BOOK[:3])
    bench.run()


def leave_parts(bench: Workbench) -> None:
    (bench.out / "chapters" / "01-one.wav.part").write_bytes(b"half")
    (bench.out / "run.json.part").write_bytes(b"half")


def rot(bench: Workbench) -> None:
    """Have takes that were replaced because their bytes have changed."""
    for take in bench.takes[1:3]:
        take.flip_byte()
    bench.run()


def rot_unseen(bench: Workbench) -> None:
    """Have a take that nobody has read since its bytes changed, in a pack with another one too many."""
    retake(bench)
    bench.takes[-2].flip_byte()


def rot_unnoticed(bench: Workbench) -> None:
    """Have the same, and nothing that tells of it."""
    retake(bench)
    bench.takes[0].flip_byte(keep_time=True)


def lose_ledger(bench: Workbench) -> None:
    retake(bench)
    bench.lose_ledger()


def damage_ledger(bench: Workbench) -> None:
    bench.ledger.write_bytes(b"no ledger" * 1000)
    bench.run()


def tear(bench: Workbench) -> None:
    """Leave a pack as a killed run does: not sealed, with half a take at its end."""
    pack = bench.packs[-1]
    pack.chmod(0o644)
    os.truncate(pack, bench.takes[-1].member.end - 1000)


def double(bench: Workbench) -> None:
    """Have a pack that lies there twice."""
    bench.packs[0].with_name("000007.tar").write_bytes(bench.packs[0].read_bytes())


def put_strangers(bench: Workbench) -> None:
    for name in ("stranger.wav", "000001.tar.bak"):
        bench.packs[0].with_name(name).write_bytes(b"no take")
    bench.packs[0].with_name("000009.tar").write_bytes(b"no pack")


@pytest.mark.parametrize("unused", [[], ["--unused"]], ids=str)
@pytest.mark.parametrize(
    "happen",
    [
        nothing, retake, drop_chapter, leave_parts, rot, rot_unseen, rot_unnoticed, lose_ledger, damage_ledger,
        tear, double, put_strangers,
    ],
)  # fmt: skip
def test_a_dry_run_says_what_is_deleted_then_and_deletes_nothing(
    rendered: Workbench, happen: Callable[[Workbench], None], unused: list[str]
) -> None:
    happen(rendered)
    takes, names = rendered.takes, sorted(rendered.out.rglob("*"))
    dry = rendered.batchtts("prune", *unused, "--dry-run")
    assert dry.stdout.endswith("would be deleted.\n")
    assert [take.name for take in rendered.takes] == [take.name for take in takes]
    assert [path for path in names if not path.exists() and not path.name.startswith("ledger.db")] == []
    assert pruned(rendered, *unused) == dry.stdout.splitlines()[:-1]
    assert pruned(rendered, *unused) == []


@pytest.mark.parametrize(
    "happen", [retake, drop_chapter, leave_parts, rot, lose_ledger, damage_ledger, double]
)
def test_what_is_needed_is_there_after_a_prune(
    rendered: Workbench, happen: Callable[[Workbench], None]
) -> None:
    happen(rendered)
    pruned(rendered, "--unused")
    n_needed = rendered.batchtts("plan", "--json").json["totals"]["segments"]
    result = rendered.run()
    assert (result.exit_code, result.asked, len(rendered.takes)) == (0, [], n_needed)
    assert rendered.batchtts("check").exit_code == 0


def test_what_is_no_pack_is_left_alone(rendered: Workbench) -> None:
    retake(rendered)
    put_strangers(rendered)
    pruned(rendered)
    assert rendered.packs[0].with_name("stranger.wav").exists()
    assert rendered.packs[0].with_name("000001.tar.bak").exists()
    assert rendered.run().stdout.startswith("Nothing to render")
