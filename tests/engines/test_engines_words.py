import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtts.alignment import Alignment, ItemKind, Level, Origin, faults
from batchtts.engines.tiling import SpokenPhoneme, SpokenWord, tile
from batchtts.engines.words import find_words, gaps


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("“Oh!” she said.", ["Oh", "she", "said"]),
        ("ran—no -- so--on – and - off", ["ran", "no", "so", "on", "and", "off"]),
        ("wait...what…now", ["wait", "what", "now"]),
        ("3.14 and 1,000 and 10–20", ["3.14", "and", "1,000", "and", "10–20"]),
        ("$5, -3; #1 (50%) 20°", ["$5", "-3", "#1", "50%", "20°"]),
        ("cats & dogs @home", ["cats", "&", "dogs", "home"]),
        ("the dogs' o'clock, O’Neill’s", ["the", "dogs", "o'clock", "O’Neill’s"]),
        ("a well-known, 'quoted' e-mail@x.org.", ["a", "well-known", "quoted", "e-mail@x.org"]),
        ("… ! —", []),
    ],
)
def test_words_are_what_stands_between_spaces_dashes_and_marks(text: str, words: list[str]) -> None:
    assert [word.text for word in find_words(text)] == words


@given(st.text(st.sampled_from("ab1 .,—–-…\"'“”&$%\n[]()é你🙂")))
def test_words_and_gaps_make_up_the_text(text: str) -> None:
    words = find_words(text)
    between = gaps(text, words)
    rebuilt = between[0] + "".join(word.text + gap for word, gap in zip(words, between[1:], strict=True))
    assert rebuilt == text
    assert not any(char.isalnum() for gap in between for char in gap)


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(1, 300)), min_size=1, max_size=8), st.booleans())
def test_items_tile_any_words(lengths: list[tuple[int, int]], phonemes: bool) -> None:
    text = "“" + ", ‘".join(f"w{n}" for n in range(len(lengths))) + ".”"
    spoken, position = [], 0
    for word, (pause, n_samples) in zip(find_words(text), lengths, strict=True):
        start = position + pause
        position = start + n_samples
        known = (SpokenPhoneme(symbol="w", start=start, end=position),) if phonemes else ()
        spoken.append(SpokenWord(char=(word.start, word.end), start=start, end=position, phonemes=known))
    items = tile(text, spoken, n_samples=position + 50, phonemes=phonemes)
    level = Level.PHONEME if phonemes else Level.WORD
    alignment = Alignment(sample_rate=8_000, level=level, origin=Origin.ENGINE, items=items)
    assert faults(alignment, text=text, n_samples=position + 50) == []


def test_the_first_marks_after_a_word_take_the_pause() -> None:
    text = "Oh. “Ah"
    words = [SpokenWord(char=(0, 2), start=10, end=20), SpokenWord(char=(5, 7), start=50, end=60)]
    items = tile(text, words, n_samples=70, phonemes=False)
    marks = [(item.text, item.start, item.n_samples) for item in items if item.kind is ItemKind.PUNCT]
    assert marks == [(".", 20, 30), ("“", 50, 0)]


def test_a_pause_inside_a_word_is_silence_among_its_phonemes() -> None:
    sounds = (SpokenPhoneme(symbol="a", start=0, end=4), SpokenPhoneme(symbol="b", start=7, end=9))
    [item] = tile(
        "ab", [SpokenWord(char=(0, 2), start=0, end=9, phonemes=sounds)], n_samples=9, phonemes=True
    )
    assert (item.phonemes, item.phoneme_n_samples) == (("a", "sil", "b"), (4, 3, 2))
