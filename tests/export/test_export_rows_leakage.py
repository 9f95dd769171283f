"""No text and no sound is in two parts of a dataset, and that is proved from the rows as they are exported."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest
from export_rows import prepared, reasons, recording
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtts.export.rejects import Reject
from batchtts.export.rows.leakage import Leakage, Seen, leakage
from batchtts.export.utterance import Utterance
from batchtts.job import Splits

NONE = Leakage(texts=0, sounds=0, speakers=0)


def seen(split: str, text: str = "one", sound: int = 1, speaker: str = "anna") -> Seen:
    return Seen(split, text, f"{sound:064x}"[::-1], speaker)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], NONE),
        ([seen("train"), seen("train")], NONE),
        ([seen("train"), seen("test", "two", 2, "ben")], NONE),
        ([seen("train"), seen("test", "ONE!", 2, "ben")], Leakage(texts=1, sounds=0, speakers=0)),
        ([seen("train"), seen("test", "two", 1, "ben")], Leakage(texts=0, sounds=1, speakers=0)),
        ([seen("train"), seen("test", "two", 2)], Leakage(texts=0, sounds=0, speakers=1)),
        ([seen("train"), seen("test"), seen("validation")], Leakage(texts=1, sounds=1, speakers=1)),
        ([seen("test"), seen("validation"), *[seen("train", "x", 9, "ben")] * 5], Leakage(texts=1, sounds=1, speakers=1)),
    ],
)  # fmt: skip
def test_what_is_in_two_parts_is_counted(rows: Sequence[Seen], found: Leakage) -> None:
    assert leakage(rows) == found


def proof(rows: Sequence[Utterance | Reject]) -> Leakage:
    return leakage(
        Seen(row.split, row.text, row.pcm_sha256, row.speaker.id)
        for row in rows
        if isinstance(row, Utterance)
    )


def test_a_split_that_is_given_counts_and_of_a_text_in_two_the_later_row_is_left_out() -> None:
    rows = prepared(
        recording("The tide came in.", number=0, split="test"),
        recording("Gulls cried.", number=1, split="train"),
        recording("the tide came in", number=2, split="train", speaker="ben"),
        recording("The tide came in!", number=3, split="test", speaker="ben"),
    )
    assert reasons(rows) == [None, None, "text in another split", None]
    assert isinstance(rows[2], Reject)
    assert rows[2].detail == "It would be in train; a row before with the same text is in test."
    assert proof(rows) == Leakage(texts=0, sounds=0, speakers=1)


def test_the_same_sound_is_in_one_part_also_where_chapters_are_kept_together() -> None:
    splits = Splits(by="chapter", validation=0.4, test=0.3)
    rows = prepared(
        *(recording("Yes.", number=n, seed=7, chapter_title=f"Chapter {n}") for n in range(12)), splits=splits
    )
    kept = [row for row in rows if isinstance(row, Utterance)]
    assert {row.split for row in kept} == {kept[0].split}
    assert 0 < len(kept) < 12
    assert {reason for reason in reasons(rows) if reason} == {"sound in another split"}


def test_by_speaker_texts_may_be_in_several_parts_but_speakers_are_not() -> None:
    rows = prepared(
        recording("The tide came in.", number=0, split="train"),
        recording("The tide came in.", number=1, split="test", speaker="ben"),
        recording("Gulls cried.", number=2, split="test"),
        splits=Splits(by="speaker"),
    )
    assert reasons(rows) == [None, None, "speaker in another split"]
    assert proof(rows) == Leakage(texts=1, sounds=0, speakers=0)


def test_the_same_sound_for_another_text_is_an_error() -> None:
    first = recording("The tide came in.", number=0, seed=1)
    other = recording("Gulls cried over.", number=1)
    rows = prepared(first, replace(other, audio=first.audio, alignment=first.alignment))
    assert reasons(rows) == [None, "sound of another text"]
    assert isinstance(rows[1], Reject)
    assert rows[1].detail == "row-0000 has the very same sound, but its text reads otherwise."


def test_the_same_sound_for_a_text_that_reads_the_same_is_none() -> None:
    rows = prepared(recording("It's here.", seed=1), recording("It’s here!", number=1, seed=1))
    assert reasons(rows) == [None, None]


TEXTS = ["Yes", "No", "Oh", "Ah", "yes!"]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(TEXTS),
        st.integers(0, 2),
        st.sampled_from(["anna", "ben"]),
        st.sampled_from(["", "", "train", "test"]),
        st.sampled_from(["I", "II", "III"]),
    ),
    max_size=12,
)


@settings(max_examples=30)
@given(
    rows=ROWS, by=st.sampled_from(["text", "chapter", "document", "speaker"]), salt=st.sampled_from("abcd")
)
def test_whatever_there_is_nothing_leaks_and_nothing_is_lost(
    rows: list[tuple[str, int, str, str, str]], by: str, salt: str
) -> None:
    recordings = [
        recording(text, number=n, seed=seed, speaker=speaker, split=split, chapter_title=title)
        for n, (text, seed, speaker, split, title) in enumerate(rows)
    ]
    found = prepared(*recordings, splits=Splits(by=by, validation=0.3, test=0.3, salt=salt))
    assert [row.number for row in found] == list(range(len(rows)))
    leaked = proof(found)
    assert leaked.sounds == 0
    assert (leaked.speakers if by == "speaker" else leaked.texts) == 0


def test_rows_that_come_later_move_none_of_those_before() -> None:
    texts = [f"Sentence {number} is here." for number in range(60)]
    splits = Splits(validation=0.2, test=0.2)
    before = prepared(*(recording(text, number=n) for n, text in enumerate(texts[:40])), splits=splits)
    after = prepared(*(recording(text, number=n) for n, text in enumerate(texts)), splits=splits)
    assert [row.split for row in before] == [row.split for row in after][:40]  # type: ignore[union-attr]
    mixed = texts[:40]
    random.Random(1).shuffle(mixed)
    shuffled = prepared(*(recording(text, number=n) for n, text in enumerate(mixed)), splits=splits)
    assert {(row.text, row.split) for row in shuffled} == {(row.text, row.split) for row in before}  # type: ignore[union-attr]
