"""How sentences become segments that an engine accepts."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from batchtts.plan.splitting import split

WORDS = st.lists(
    st.one_of(
        st.sampled_from(
            [
                "word",
                "a",
                "Mr.",
                "end.",
                "“stop!”",
                "said",
                "one;",
                "two,",
                "—",
                "\n",
                " ",
                "  ",
                "***",
                "extraordinarily",
            ]
        ),
        st.sampled_from(
            ["é", "ไทยไทย", "漢字かな", "、", "。", "क्षत्रिय", "각각", "한", "🇫🇷🇩🇪", "❤️", "👨\u200d👩\u200d👧"]
        ),
    ),
    max_size=60,
).map("".join)
SPACED = st.lists(st.text("abc,;.!?”“—", min_size=1, max_size=12), max_size=40).map(" ".join)


def pieces(text: str, max_characters: int) -> list[str]:
    return [text[start:end].strip() for start, end in split(text, max_characters=max_characters)]


@given(st.one_of(st.text(), WORDS), st.integers(1, 60))
@example("", 1)
@example("  \n ", 1)
@example(" " * 50 + "a" + " " * 50 + "b", 10)
@example("* * * * * *", 5)
def test_segments_tile_any_text_within_the_limit(text: str, limit: int) -> None:
    spans = split(text, max_characters=limit)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end and len(text[start:end].strip()) <= limit for start, end in spans)
    assert [start for start, _ in spans[1:]] == [end for _, end in spans[:-1]]


@given(SPACED, st.integers(12, 60))
def test_a_word_that_fits_is_never_cut(text: str, limit: int) -> None:
    for start, _ in split(text, max_characters=limit)[1:]:
        assert text[:start].rstrip("”")[-1] in " —"


@given(WORDS, st.integers(8, 60))
@example("👨\u200d👩\u200d👧word", 8)  # an even piece would be shorter than the family
def test_a_character_that_fits_is_never_torn(text: str, limit: int) -> None:
    for start, _ in split(text, max_characters=limit)[1:]:
        assert not unicodedata.category(text[start]).startswith("M")
        assert text[start] != "\u200d"
        assert text[start - 1] != "\u200d"
        assert not "\u1160" <= text[start] <= "\u11ff"


@given(st.one_of(st.text(), WORDS))
def test_without_a_need_to_cut_more_room_changes_nothing(text: str) -> None:
    room = len(text) + 1
    assert split(text, max_characters=room) == split(text, max_characters=room * 2)


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        (30, ["“Halt! who are you?", "speak up!” said the guard."]),
        (50, ["The boat was old, grey, and slow;", "the crew was young, loud, and quick."]),
        (40, ["The boat was old and grey and slow,", "the crew young and loud and quick."]),
        (50, ["The keeper looked out and said to Anna,", "“I will not row, I tell you, not tonight.”"]),
        (40, ["The boat was old and grey —", "the crew was young and loud and quick."]),
        (30, ["the boat was old and grey the", "crew was young and very loud"]),
        (30, ["it was so very late when", "Mr. Berg came home to us all"]),
    ],
)
def test_a_long_sentence_is_cut_at_the_best_place(limit: int, expected: list[str]) -> None:
    assert pieces(" ".join(expected), limit) == expected


def test_pieces_are_balanced() -> None:
    lengths = [len(piece) for piece in pieces("ox " * 170 + "end.", 500)]
    assert len(lengths) == 2
    assert min(lengths) > 200


def test_a_stanza_is_cut_between_its_lines() -> None:
    assert pieces("the boat was old and grey\nthe crew was young and loud", 40) == [
        "the boat was old and grey",
        "the crew was young and loud",
    ]


def test_a_word_that_is_too_long_is_cut_between_characters() -> None:
    assert pieces("e\u0301" * 4, 5) == ["e\u0301e\u0301"] * 2
    assert pieces("🇫🇷" * 3, 3) == ["🇫🇷"] * 3


def test_a_character_that_is_too_long_is_cut_all_the_same() -> None:
    assert pieces("👨\u200d👩\u200d👧", 2) == ["👨\u200d", "👩\u200d", "👧"]


def test_japanese_is_cut_at_its_comma_and_else_between_letters() -> None:
    assert pieces("船は古くて灰色で、乗組員は若くて速かった", 14) == [
        "船は古くて灰色で、",
        "乗組員は若くて速かった",
    ]
    assert pieces("船は古くて灰色で乗組員は若かった", 8) == ["船は古くて灰色で", "乗組員は若かった"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One ended. * * *", ["One ended. * * *"]),
        ("* * *", ["* * *"]),
        ("One. !! Two.", ["One. !!", "Two."]),
        ("。一。", ["。一。"]),
    ],
)
def test_what_has_no_word_joins_its_neighbour(text: str, expected: list[str]) -> None:
    assert pieces(text, 100) == expected


def test_what_has_no_word_stays_alone_where_it_does_not_fit() -> None:
    assert pieces("。一二三四。", 5) == ["。", "一二三四。"]


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_that_no_segment_can_meet_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="at least one character"):
        split("text", max_characters=limit)
