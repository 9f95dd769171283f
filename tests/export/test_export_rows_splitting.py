"""Rows are divided by a hash of what stays together, so that nothing moves when a dataset grows."""

import pytest
from export_rows import recording

from batchtts.export.rows.splitting import share, split_of, text_key, unit
from batchtts.job import Splits

TEXTS = [f"Sentence number {number} of many." for number in range(4_000)]


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("“Well,” she said.", "well she said"),
        ("CAFÉ", "cafe\u0301"),
        ("Straße", "STRASSE"),
        ("It's  here!", "its here"),
        ("\ufb01ne", "fine"),
        ("No.\u00a05", "no5"),
    ],
)
def test_texts_that_read_alike_have_one_key(text: str, other: str) -> None:
    assert text_key(text) == text_key(other)


@pytest.mark.parametrize(
    ("text", "other"),
    [("resume", "résumé"), ("5", "6"), ("की", "का"), ("!!!", "?"), ("東京", "京都")],
)
def test_other_texts_have_other_keys(text: str, other: str) -> None:
    assert text_key(text) != text_key(other)


def test_shares_are_met() -> None:
    splits = Splits(validation=0.1, test=0.05)
    found = [split_of(splits, text_key(text)) for text in TEXTS]
    assert found.count("validation") / len(found) == pytest.approx(0.1, abs=0.015)
    assert found.count("test") / len(found) == pytest.approx(0.05, abs=0.012)


def test_a_share_is_what_it_always_was() -> None:
    assert share("", "tide") == 0.7393470028548984
    assert share("a", "tide") != share("", "tide")
    assert share("a", "b") != share("", "ab")


def test_without_shares_all_rows_train() -> None:
    assert {split_of(Splits(), text_key(text)) for text in TEXTS[:200]} == {"train"}


def test_more_validation_takes_from_training_and_leaves_what_tests() -> None:
    before = [split_of(Splits(validation=0.05, test=0.1), text) for text in TEXTS]
    after = [split_of(Splits(validation=0.2, test=0.1), text) for text in TEXTS]
    moved = {(one, other) for one, other in zip(before, after, strict=True) if one != other}
    assert moved == {("train", "validation")}


@pytest.mark.parametrize(
    ("by", "same", "other"),
    [
        ("text", {"speaker": "ben"}, {"text": "Another."}),
        ("speaker", {"text": "Another."}, {"speaker": "ben"}),
        ("document", {"chapter_title": "II"}, {"document": "b.md"}),
        ("chapter", {"text": "Another."}, {"chapter_title": "II"}),
        ("chapter", {"speaker": "ben"}, {"document": "b.md"}),
    ],
)
def test_what_stays_together_is_what_was_asked_for(
    by: str, same: dict[str, str], other: dict[str, str]
) -> None:
    form = {"text": "One.", "speaker": "anna", "document": "a.md", "chapter_title": "I"}
    name = unit(by, recording(**form))
    assert unit(by, recording(**form | same)) == name
    assert unit(by, recording(**form | other)) != name
