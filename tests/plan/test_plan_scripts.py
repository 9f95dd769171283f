"""Which letters an engine of some scripts cannot speak."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.plan.scripts import foreign_letters, has_speech, script_of

LATIN = frozenset({"LATIN"})


@pytest.mark.parametrize(
    ("letter", "script"),
    [
        ("a", "LATIN"), ("é", "LATIN"), ("ß", "LATIN"), ("ª", "LATIN"), ("µ", "LATIN"), ("Ａ", "LATIN"),
        ("д", "CYRILLIC"), ("ω", "GREEK"), ("א", "HEBREW"), ("语", "CJK"), ("の", "HIRAGANA"), ("한", "HANGUL"),
        ("ง", "THAI"), ("\U000f0000", "UNKNOWN"),
    ],
)  # fmt: skip
def test_a_letter_belongs_to_a_script(letter: str, script: str) -> None:
    assert script_of(letter) == script


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("A plain line.", ""),
        ("Café, naïve, Ærø, ﬁne.", ""),
        ("“Quotes” — dashes… 5½ € №", ""),
        ("He said да.", "да"),
        ("πr²", "π"),
        ("5½ miles in Ⅷ hours, ① ³", ""),
        ("the letter ʰ", ""),
        ("日本 and ひ", "日本ひ"),
    ],
)
def test_letters_of_other_scripts_are_foreign(text: str, foreign: str) -> None:
    assert "".join(foreign_letters(text, LATIN)) == foreign


@given(st.text())
def test_nothing_is_foreign_to_an_engine_of_all_scripts(text: str) -> None:
    assert list(foreign_letters(text, frozenset())) == []


@given(st.text())
def test_foreign_letters_are_letters_of_the_text(text: str) -> None:
    assert all(letter.isalpha() and letter in text for letter in foreign_letters(text, LATIN))


@pytest.mark.parametrize(
    ("text", "speaks"), [("a", True), ("7", True), ("д", True), ("* * *", False), ("…", False), ("", False)]
)
def test_what_has_no_letter_and_no_digit_says_nothing(text: str, speaks: bool) -> None:
    assert has_speech(text) is speaks
