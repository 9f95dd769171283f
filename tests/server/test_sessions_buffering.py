"""Sentences out of text that is still arriving."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtts.server.sessions.buffering import TextBuffer

WORDS = st.sampled_from(
    [
        *("The", "I", "Mr.", "no.", "etc.", "J.", "storm", "3.", "1.", "2.", "Holmes", "cried", "oddly"),
        *(
            "Stop!”",
            "“Why?”",
            "yes.",
            "well!",
            "so...",
            "…",
            "* * *",
            "\n\n",
            "止まれ。",
            "🙂",
            "e\u0301.",
            "—",
        ),
    ]
)
TEXTS = st.lists(st.tuples(WORDS, st.sampled_from(["", " ", "  ", "\n"])), max_size=25).map(
    lambda pairs: "".join(word + gap for word, gap in pairs)
)


def sentences(*parts: str, longest: int = 1_000) -> list[str]:
    buffer = TextBuffer(longest=longest)
    return [sentence for part in parts for sentence in buffer.add(part)] + buffer.take()


@settings(max_examples=200)
@given(TEXTS, st.lists(st.integers(0, 200), max_size=8), st.sampled_from([12, 40, 1_000]))
def test_where_text_was_split_makes_no_difference(text: str, places: list[int], longest: int) -> None:
    bounds = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    parts = [text[start:end] for start, end in pairwise(bounds)]
    assert sentences(*parts, longest=longest) == sentences(text, longest=longest)


@settings(max_examples=100)
@given(TEXTS)
def test_nothing_that_can_be_said_is_lost(text: str) -> None:
    joined = "".join(sentences(text))
    assert [sign for sign in joined if sign.isalnum()] == [sign for sign in text if sign.isalnum()]


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("The bells rang. T", ["The bells rang. "]),
        ("The bells rang. ", []),
        ("The bells rang.", []),
        ("Who rang?  “N", ["Who rang?  "]),
        ("It was Mr. T", []),
        ("It was Mr. Tulliver. H", ["It was Mr. Tulliver. "]),
        ("Ropes, oil, etc. T", []),  # it takes the word to know
        ("Ropes, oil, etc. They ", ["Ropes, oil, etc. "]),
        ("Ropes, oil, etc. Tar ", []),
        ("Am 3. O", []),
        ("Am 3. Oktober ", []),
        ("It was 3. On ", ["It was 3. "]),
        ("“Stop!” H", []),
        ("“Stop!” Holmes cried. W", ["“Stop!” Holmes cried. "]),
        ("“Stop!” Holmes was ", ["“Stop!” "]),
        ("止まれ。次", ["止まれ。"]),
        ("A title\n\nA text", ["A title\n\n"]),
        ("* * *. So", []),
    ],
)
def test_a_sentence_is_complete_as_soon_as_nothing_could_go_on_with_it(
    text: str, complete: list[str]
) -> None:
    buffer = TextBuffer()
    assert [sentence for sign in text for sentence in buffer.add(sign)] == complete


def test_white_space_at_joints_stays_as_it_was_sent() -> None:
    assert sentences(" One.  ", "\tTwo. ", "Three") == [" One.  \t", "Two. ", "Three"]


def test_a_sentence_without_an_end_is_cut_between_words() -> None:
    parts = sentences("and on " * 40, longest=50)
    assert "".join(parts) == "and on " * 40
    assert all(len(part.strip()) <= 50 and part.endswith(" ") for part in parts)


@pytest.mark.parametrize("text", ["", " \n ", "…", "* * *", "?! 🙂"])
def test_what_has_no_word_is_left_out(text: str) -> None:
    assert sentences(text) == []


def test_a_character_split_into_its_halves_is_whole_again() -> None:
    assert sentences("A smile \ud83d", "\ude42 here.") == ["A smile 🙂 here."]


def test_half_a_character_is_no_reason_to_stop() -> None:
    assert sentences("Half \ud83d", " of it.") == ["Half \ufffd of it."]


def test_forgotten_text_leaves_no_trace() -> None:
    buffer = TextBuffer()
    buffer.add("Never mind \ud83d")
    buffer.clear()
    assert (buffer.add("\u00e9t\u00e9"), buffer.take()) == ([], ["été"])
