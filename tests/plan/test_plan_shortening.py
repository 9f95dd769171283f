"""Texts that took too long are cut again at the next best places, and never in their words."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.plan.shortening import parts
from batchtts.plan.splitting import split_again

TEXT = "When the boat had gone, the keeper climbed the stairs; the lamp was out, and the sea was loud below."


def shortened(text: str, seconds: Mapping[str, float], limit: float = 10.0) -> list[tuple[str, str]]:
    found = list(parts(text, seconds.get, limit))
    assert all(text[part.start :].startswith(part.text) for part in found)
    return [(part.suffix, part.text) for part in found]


def test_what_nobody_found_too_long_stays_whole() -> None:
    assert shortened(TEXT, {}) == [("", TEXT)]


def test_a_little_too_long_makes_two_halves_at_the_best_place() -> None:
    assert shortened(TEXT, {TEXT: 10.5}) == [
        ("-1", "When the boat had gone, the keeper climbed the stairs;"),
        ("-2", "the lamp was out, and the sea was loud below."),
    ]


def test_much_too_long_makes_as_many_as_are_needed() -> None:
    found = shortened(TEXT, {TEXT: 26.0})
    assert len(found) in (3, 4)
    assert all(len(text) <= 0.9 * 10 / 26 * len(TEXT) for _, text in found)


def test_parts_that_are_too_long_are_cut_again_and_keep_the_names_of_the_others() -> None:
    first, second = (text for _, text in shortened(TEXT, {TEXT: 10.5}))
    assert [suffix for suffix, _ in shortened(TEXT, {TEXT: 10.5, first: 11.0})] == ["-1-1", "-1-2", "-2"]
    assert [suffix for suffix, _ in shortened(TEXT, {TEXT: 10.5, second: 11.0})] == ["-1", "-2-1", "-2-2"]


@pytest.mark.parametrize("text", ["Incomprehensibilities", "“Incomprehensibilities!”", "No.", "x", "…"])
def test_words_are_not_cut(text: str) -> None:
    assert shortened(text, {text: 99.0}) == [("", text)]


def test_texts_without_spaces_are_cut_where_lines_may_end() -> None:
    assert len(shortened("海は静かで船は遠く灯台は白い", {"海は静かで船は遠く灯台は白い": 15.0})) == 2


@given(st.text(alphabet="ab ,.—;é漢か\n1", min_size=1, max_size=80), st.integers(1, 80))
def test_what_is_cut_is_all_there(text: str, most: int) -> None:
    spans = split_again(text, max_characters=most)
    assert "".join(text[start:end] for start, end in spans) == text
