"""Alignments keep tiling whatever is done to them, and tell what is wrong with them."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.alignment import (
    Alignment,
    AlignmentItem,
    ItemKind,
    Level,
    Origin,
    faults,
    from_json,
    scale,
    shift,
    silence,
    to_json,
)

TEXT = "Well, go."


def word(text: str, start: int, n_samples: int, first: int, **more: Any) -> AlignmentItem:
    char = (first, first + len(text))
    return AlignmentItem(kind=ItemKind.WORD, text=text, start=start, n_samples=n_samples, char=char, **more)


GOOD = Alignment(
    sample_rate=1000,
    level=Level.PHONEME,
    origin=Origin.ENGINE,
    items=(
        silence(0, 10, 0, phonemes=True),
        word("Well", 10, 40, 0, phonemes=("w", "ɛ", "l"), phoneme_n_samples=(10, 30, 0)),
        AlignmentItem(kind=ItemKind.PUNCT, text=",", start=50, n_samples=0, char=(4, 5)),
        word("go", 50, 30, 6, phonemes=("g", "oʊ"), phoneme_n_samples=(5, 25), spoken="goh"),
        silence(80, 20, 9, phonemes=True),
    ),
    frame=5,
    alphabet="ipa",
)


@st.composite
def alignments(draw: st.DrawFn) -> tuple[Alignment, str]:
    """Draw an alignment without faults, and its text."""
    level = draw(st.sampled_from(Level))
    text, position, items = "", 0, []
    for kind, written in draw(
        st.lists(st.tuples(st.sampled_from(ItemKind), st.text(min_size=1)), min_size=1)
    ):
        lengths = draw(st.lists(st.integers(0, 5000), min_size=1, max_size=4))
        said = "" if kind is ItemKind.SILENCE else written
        known = level is Level.PHONEME
        items.append(
            AlignmentItem(
                kind=kind,
                text=said,
                start=position,
                n_samples=sum(lengths),
                char=(len(text), len(text) + len(said)),
                phonemes=("ə",) * len(lengths) if known else (),
                phoneme_n_samples=tuple(lengths) if known else (),
                spoken=draw(st.none() | st.text()),
            )
        )
        text, position = text + said, position + sum(lengths)
    made = Alignment(sample_rate=24_000, level=level, origin=Origin.ALIGNER, items=tuple(items), tool="ear/2")
    return made, text


@given(alignments(), st.integers(0, 10**9))
def test_a_stretched_alignment_has_no_faults_at_any_length(made: tuple[Alignment, str], n: int) -> None:
    alignment, text = made
    length = n if alignment.n_samples else 0
    assert faults(scale(alignment, n_samples=length), text=text, n_samples=length) == []


@given(alignments(), st.integers(1, 100_000))
def test_stretching_moves_no_boundary_by_more_than_half_a_sample(made: tuple[Alignment, str], n: int) -> None:
    alignment, _ = made
    before = alignment.n_samples or 1
    for old, new in zip(alignment.items, scale(alignment, n_samples=n).items, strict=True):
        assert 2 * abs(new.start * before - old.start * n) <= before


@given(alignments(), st.integers(1, 50))
def test_stretching_by_a_whole_number_can_be_undone(made: tuple[Alignment, str], times: int) -> None:
    alignment, _ = made
    longer = scale(alignment, n_samples=alignment.n_samples * times)
    assert scale(longer, n_samples=alignment.n_samples) == alignment


def test_halves_of_a_sample_are_rounded_up_so_the_same_everywhere() -> None:
    halved = scale(GOOD, n_samples=50)
    assert [item.start for item in halved.items] == [0, 5, 25, 25, 40]
    assert halved.items[3].phoneme_n_samples == (3, 12)  # 27.5 becomes 28


def test_shifting_moves_samples_and_characters_and_nothing_else() -> None:
    moved = shift(GOOD.items, n_samples=7, n_characters=3)
    assert [item.start for item in moved] == [7, 17, 57, 57, 87]
    assert [item.char for item in moved] == [(3, 3), (3, 7), (7, 8), (9, 11), (12, 12)]
    assert shift(moved, n_samples=-7, n_characters=-3) == GOOD.items


@given(alignments(), alignments())
def test_two_alignments_one_after_the_other_make_one(
    first: tuple[Alignment, str], second: tuple[Alignment, str]
) -> None:
    (before, text), (after, more) = first, second
    after = replace(after, items=scale(after, n_samples=after.n_samples).items)
    items = before.items + shift(after.items, n_samples=before.n_samples, n_characters=len(text))
    joined = replace(before, items=items, level=Level.PHONEME)
    found = faults(joined, text=text + more, n_samples=before.n_samples + after.n_samples)
    assert all("has no phonemes" in fault for fault in found)


@given(alignments())
def test_json_holds_all_of_an_alignment(made: tuple[Alignment, str]) -> None:
    assert from_json(to_json(made[0])) == made[0]


def test_json_leaves_out_what_is_not_known() -> None:
    forms: Any = to_json(GOOD)["items"]
    assert [sorted({"spoken", "phonemes"} & form.keys()) for form in forms] == [
        ["phonemes"],
        ["phonemes"],
        [],
        ["phonemes", "spoken"],
        ["phonemes"],
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"level": "syllable"},
        {"origin": None},
        {"items": [{}]},
        {"items": 5},
        {"items": [to_json(GOOD)["items"][0] | {"char": [1]}]},  # type: ignore[index]
    ],
)
def test_other_json_is_refused(change: Mapping[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        from_json({**to_json(GOOD), **change})


def test_an_alignment_without_items_is_of_nothing() -> None:
    nothing = replace(GOOD, items=())
    assert nothing.n_samples == 0
    assert nothing.words == ()
    assert faults(nothing, text="", n_samples=0) == []


def test_words_are_the_items_in_which_something_is_said() -> None:
    assert [item.text for item in GOOD.words] == ["Well", "go"]
    assert [item.end for item in GOOD.words] == [50, 80]


def test_an_alignment_that_is_consistent_has_no_faults() -> None:
    assert faults(GOOD, text=TEXT, n_samples=100) == []


@pytest.mark.parametrize(
    ("index", "change", "fault"),
    [
        (0, {"start": 1}, "item 0 ('') starts at 1, not where the one before it ends (0)"),
        (3, {"start": 51}, "item 3 ('go') starts at 51, not where the one before it ends (50)"),
        (2, {"n_samples": -1}, "item 2 (',') has a negative length"),
        (1, {"text": "Will"}, "item 1 ('Will') does not stand at characters 0 to 4 of the text"),
        (1, {"char": (1, 5)}, "item 1 ('Well') does not stand at characters 1 to 5 of the text"),
        (3, {"char": (-3, -1)}, "item 3 ('go') does not stand at characters -3 to -1 of the text"),
        (4, {"char": (10, 10)}, "item 4 ('') does not stand at characters 10 to 10 of the text"),
        (0, {"char": (3, 0)}, "item 0 ('') does not stand at characters 3 to 0 of the text"),
        (
            1,
            {"phonemes": ("w",)},
            "item 1 ('Well') has phonemes without a length, or lengths without a phoneme",
        ),
        (3, {"phonemes": ()}, "item 3 ('go') has phonemes without a length, or lengths without a phoneme"),
        (3, {"phoneme_n_samples": (5, 24)}, "item 3 ('go') is not as long as its phonemes"),
        (3, {"phoneme_n_samples": (31, -1)}, "item 3 ('go') has a phoneme of a negative length"),
        (
            3,
            {"phonemes": (), "phoneme_n_samples": ()},
            "item 3 ('go') has no phonemes, though the alignment says that it knows them",
        ),
        (0, {"char": (1, 1)}, "'Well' comes after '' in the audio and before it in the text"),
        (4, {"char": (7, 7)}, "'' comes after 'go' in the audio and before it in the text"),
    ],
)
def test_every_kind_of_fault_is_named(index: int, change: Mapping[str, Any], fault: str) -> None:
    items = list(GOOD.items)
    items[index] = replace(items[index], **change)
    assert fault in faults(replace(GOOD, items=tuple(items)), text=TEXT, n_samples=100)


@pytest.mark.parametrize("level", [Level.WORD, Level.SEGMENT])
def test_phonemes_that_the_alignment_does_not_claim_to_know_are_a_fault(level: Level) -> None:
    found = faults(replace(GOOD, level=level), text=TEXT, n_samples=100)
    assert "item 1 ('Well') has phonemes, though the alignment says that it does not know them" in found


@pytest.mark.parametrize("n_samples", [99, 101, 0])
def test_items_that_do_not_end_with_the_audio_are_a_fault(n_samples: int) -> None:
    [found] = faults(GOOD, text=TEXT, n_samples=n_samples)
    assert found == f"the items end at sample 100, the audio at {n_samples}"


@given(alignments())
def test_any_hole_or_overlap_is_found(made: tuple[Alignment, str]) -> None:
    alignment, text = made
    for index in range(len(alignment.items)):
        items = list(alignment.items)
        items[index] = replace(items[index], start=items[index].start + 1)
        assert faults(replace(alignment, items=tuple(items)), text=text, n_samples=alignment.n_samples)


@given(alignments())
def test_the_items_that_are_drawn_tile(made: tuple[Alignment, str]) -> None:
    assert all(before.end == after.start for before, after in pairwise(made[0].items))
    assert faults(made[0], text=made[1], n_samples=made[0].n_samples) == []
