import pytest

from batchtts.documents.labels import is_chapter_heading, is_label, is_lone_numeral, is_part_heading


@pytest.mark.parametrize(
    "text",
    ["IV", "12", "Chapter IV.", "PART ONE", "Book the First", "Chapter Twenty-One", "act iii", "nineteen"],
)
def test_labels_only_count(text):
    assert is_label(text)


@pytest.mark.parametrize("text", ["Mild", "Civil", "Chapter IV: The Sea", "The Sea", "One Day", "", "12345"])
def test_titles_are_no_labels(text):
    assert not is_label(text)


@pytest.mark.parametrize(
    "text", ["Part One", "BOOK II: The Sea", "Volume 3", "The Second Part", "Part the Last"]
)
def test_parts_say_that_they_are(text):
    assert is_part_heading(text)


@pytest.mark.parametrize("text", ["The Jungle Book", "Party of One", "Part of the Ship", "Book", "Partone"])
def test_what_only_sounds_like_a_part_is_none(text):
    assert not is_part_heading(text)


@pytest.mark.parametrize(
    "text", ["CHAPTER I", "Chapter 2. The Sea", "Stave One", "The Prologue", "Letter IV — Home"]
)
def test_chapters_say_that_they_are(text):
    assert is_chapter_heading(text)


@pytest.mark.parametrize("text", ["Chapter", "Chapters 1", "Letters home", "Introductions", "Chapter Mild"])
def test_what_only_sounds_like_a_chapter_is_none(text):
    assert not is_chapter_heading(text)


@pytest.mark.parametrize(
    ("text", "expected"), [("IV.", True), ("12", True), ("iv", False), ("IIIIII", False), ("", False)]
)
def test_lone_numerals_are_written_as_such(text, expected):
    assert is_lone_numeral(text) is expected
