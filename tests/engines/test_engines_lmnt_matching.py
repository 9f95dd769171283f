"""Which words are heard in which groups, where nobody says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.engines.lmnt.matching import Match, match_groups, match_texts
from batchtts.engines.words import find_words


def pairs(text: str, matches: list[Match], spoken: list[str]) -> list[tuple[str, str]]:
    """Return what is written with what is said."""
    words = find_words(text)
    return [
        (text[words[m.start].start : words[m.end - 1].end], " ".join(spoken[m.first : m.last]))
        for m in matches
    ]


@pytest.mark.parametrize(
    ("text", "spoken", "expected"),
    [
        # what is said is spelled as it sounds, so that its length is the number of phonemes
        ("In 1984 it rained.", "ɪn naɪntin eɪti fɔr ɪt reɪnd", {"1984": "naɪntin eɪti fɔr"}),
        ("She paid $5 for 12 eggs.", "ʃi peɪd faɪv dɑlərz fɔr twɛlv ɛgz", {"$5": "faɪv dɑlərz", "12": "twɛlv"}),
        (
            "At 7:30 pm they were gone.",
            "æt sɛvən θərti piɛm ðeɪ wər gɔn",
            {"7:30": "sɛvən θərti", "pm": "piɛm", "gone": "gɔn"},
        ),
        ("A well-known man & his dog", "ə wɛl noʊn mæn ænd hɪz dɔg", {"well-known": "wɛl noʊn", "&": "ænd"}),
        ("50% more.", "fɪfti pərsɛnt mɔr", {"50%": "fɪfti pərsɛnt"}),
        ("It took 330 days to mend it.", "ɪt tʊk θri hʌndrəd ænd θərti deɪz tə mɛnd ɪt", {"330": "θri hʌndrəd ænd θərti"}),
    ],
)  # fmt: skip
def test_numbers_take_as_many_groups_as_they_are_read_as(
    text: str, spoken: str, expected: dict[str, str]
) -> None:
    groups = spoken.split()
    found = dict(pairs(text, match_groups(find_words(text), [len(group) for group in groups]), groups))
    assert {word: found.get(word) for word in expected} == expected


def test_several_words_in_one_group_stay_together() -> None:
    groups = ["kɛtəl", "sævənθərtipiɛm", "sɪŋz"]
    text = "Kettle 7:30 pm sings"
    found = pairs(text, match_groups(find_words(text), [len(group) for group in groups]), groups)
    assert ("7:30 pm", "sævənθərtipiɛm") in found


def test_equal_counts_are_pairs() -> None:
    assert match_groups(find_words("one two"), [99, 1]) == [Match(0, 1, 0, 1), Match(1, 2, 1, 2)]


def test_what_cannot_be_matched_is_matched_as_a_whole() -> None:
    assert match_groups(find_words("a b"), [3] * 50) == [Match(0, 2, 0, 50)]


@pytest.mark.parametrize(
    ("text", "spoken", "expected"),
    [
        ("At 7:30 pm, he left.", ["at", "seven", "thirty", "pm", "he", "left"],
         [("At", "at"), ("7:30", "seven thirty"), ("pm", "pm"), ("he", "he"), ("left", "left")]),
        ("“Hello,” he said.", ["Hello", "he", "said"], [("Hello", "Hello"), ("he", "he"), ("said", "said")]),
        ("one two", ["one"], [("one two", "one")]),
        ("two", ["one", "two"], [("two", "one two")]),
        ("one three", ["one", "two", "three"], [("one", "one two"), ("three", "three")]),
    ],
)  # fmt: skip
def test_texts_that_differ_are_matched_by_what_they_share(
    text: str, spoken: list[str], expected: list[tuple[str, str]]
) -> None:
    assert pairs(text, match_texts(find_words(text), spoken), spoken) == expected


WORDS = st.lists(st.sampled_from(["a", "it", "1984", "$5", "extraordinary", "FBI", "7:30", "&"]), min_size=1)


@given(words=WORDS, lengths=st.lists(st.integers(1, 20), min_size=1))
def test_every_word_and_every_group_is_in_one_match_in_order(words: list[str], lengths: list[int]) -> None:
    matches = match_groups(find_words(" ".join(words)), lengths)
    assert [m.start for m in matches] == [0, *(m.end for m in matches[:-1])]
    assert [m.first for m in matches] == [0, *(m.last for m in matches[:-1])]
    assert (matches[-1].end, matches[-1].last) == (len(words), len(lengths))
    assert all(m.start < m.end and m.first < m.last for m in matches)


@given(words=WORDS, spoken=WORDS)
def test_texts_are_matched_without_a_rest_too(words: list[str], spoken: list[str]) -> None:
    matches = match_texts(find_words(" ".join(words)), spoken)
    assert [m.start for m in matches] == [0, *(m.end for m in matches[:-1])]
    assert [m.first for m in matches] == [0, *(m.last for m in matches[:-1])]
    assert (matches[-1].end, matches[-1].last) == (len(words), len(spoken))
    assert all(m.start < m.end and m.first < m.last for m in matches)
