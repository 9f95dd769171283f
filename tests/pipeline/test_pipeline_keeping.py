"""Retakes: a person wants another take of a segment."""

import pytest
from workbench import Workbench

BOOK = ("# One", "The tide came in.", "It went out again.", "# Two", "Nobody had seen it.")


@pytest.fixture
def rendered(bench: Workbench) -> Workbench:
    """A book that is rendered whole; its segment ch01-0001 says that the tide came in."""
    bench.book(*BOOK)
    assert bench.run().exit_code == 0
    return bench


def seeds_of(bench: Workbench, text: str) -> list[int]:
    return [request["seed"] for request in bench.requests if request["text"] == text]


def test_a_retake_asks_for_its_segment_alone_with_the_next_seed(rendered: Workbench) -> None:
    result = rendered.batchtts("retake", "ch01-0001", "--why", "it stumbles")
    assert (result.exit_code, result.asked) == (0, [])
    assert result.stdout == "job-ch01-0001: the next run asks again, with seed 1\n"
    assert rendered.run().asked == ["The tide came in."]
    assert seeds_of(rendered, "The tide came in.") == [0, 1]
    assert rendered.run().asked == []


def test_each_further_retake_takes_a_further_seed(rendered: Workbench) -> None:
    for _ in range(2):
        rendered.batchtts("retake", "ch01-0001", "--why", "still stumbles")
        rendered.run()
    assert seeds_of(rendered, "The tide came in.") == [0, 1, 2]


def test_two_retakes_before_a_run_are_two_seeds_further(rendered: Workbench) -> None:
    for _ in range(2):
        rendered.batchtts("retake", "ch01-0001", "--why", "twice")
    rendered.run()
    assert seeds_of(rendered, "The tide came in.") == [0, 2]


def test_a_retake_of_equal_texts_is_one_and_names_the_seed_that_is_used(bench: Workbench) -> None:
    bench.book("# One", "Again.", "Once more.", "Again.")
    bench.run()
    result = bench.batchtts("retake", "ch01-0001", "ch01-0003", "--why", "twice")
    assert result.stdout.count("with seed 1\n") == 2
    bench.run()
    assert seeds_of(bench, "Again.") == [0, 1]


def test_a_retake_with_a_seed_uses_it(rendered: Workbench) -> None:
    rendered.batchtts("retake", "job-ch01-0001", "--why", "flat", "--seed", "77")
    rendered.run()
    assert seeds_of(rendered, "The tide came in.") == [0, 77]


def test_a_retake_stitches_its_chapter_anew(rendered: Workbench) -> None:
    rendered.batchtts("retake", "ch01-0001", "--why", "flat")
    assert rendered.run("--json").json["stitched"] == ["job-ch01"]


def test_a_retake_of_an_unknown_segment_drops_nothing(rendered: Workbench) -> None:
    result = rendered.batchtts("retake", "ch01-0001", "ch09-0001", "ch09-0002", "--why", "typo")
    assert result.exit_code == 2
    assert "ch09-0001: there is no such segment" in result.stderr
    assert "ch09-0002: there is no such segment" in result.stderr
    assert rendered.run().asked == []


def test_a_retake_survives_the_loss_of_the_ledger(rendered: Workbench) -> None:
    rendered.batchtts("retake", "ch01-0001", "--why", "it says\u2028tied", "--seed", "9")
    rendered.lose_ledger()
    assert rendered.run().asked == ["The tide came in."]
    assert seeds_of(rendered, "The tide came in.") == [0, 9]


def test_the_take_that_came_of_a_retake_survives_the_loss_of_the_ledger(rendered: Workbench) -> None:
    rendered.batchtts("retake", "ch01-0001", "--why", "it stumbles")
    rendered.run()
    before = rendered.outputs()
    rendered.lose_ledger()
    assert rendered.run().asked == []
    assert rendered.outputs() == before


def test_a_retake_after_the_loss_of_the_ledger_forgets_none_before_it(rendered: Workbench) -> None:
    rendered.batchtts("retake", "ch01-0001", "--why", "before")
    rendered.lose_ledger()
    rendered.batchtts("retake", "ch01-0002", "--why", "after")
    assert sorted(rendered.run().asked) == ["It went out again.", "The tide came in."]
    assert seeds_of(rendered, "It went out again.") == [0, 1]


def test_a_retake_whose_takes_were_pruned_survives_the_loss_of_the_ledger(bench: Workbench) -> None:
    bench.book("Only this.")
    bench.run()
    bench.batchtts("retake", "ch01-0000", "--why", "flat", "--seed", "5")
    bench.batchtts("prune")
    bench.lose_ledger()
    bench.run()
    assert seeds_of(bench, "Only this.") == [0, 5]


@pytest.mark.parametrize("torn", [b"", b"{}\n", b'{"fingerprint": "\xc3', b"\n\n"])
def test_a_retake_of_which_nobody_was_told_stops_no_run(rendered: Workbench, torn: bytes) -> None:
    (rendered.ledger.parent / "retakes.jsonl").write_bytes(torn)
    result = rendered.run()
    assert (result.exit_code, result.asked) == (0, [])
