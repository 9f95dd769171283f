"""What the service says of times becomes an alignment that tiles the audio, with every word in one item."""

import pytest

from batchtts.alignment import Alignment, ItemKind, faults
from batchtts.engines.lmnt.phonemes import align_phonemes, is_silent
from batchtts.engines.lmnt.timings import Timing, align_timings

Entries = list[tuple[list[str], list[int]]]
GAP = ([" "], [300])


def aligned(text: str, entries: Entries, n_samples: int | None = None) -> Alignment:
    total = sum(sum(lengths) for _, lengths in entries)
    n_samples = total if n_samples is None else n_samples
    alignment = align_phonemes(text, entries, n_samples=n_samples, tool="lmnt/beta")
    assert faults(alignment, text=text, n_samples=n_samples) == []
    return alignment


def words(alignment: Alignment) -> list[tuple[str, int, int, tuple[str, ...]]]:
    return [(item.text, item.start, item.n_samples, item.phonemes) for item in alignment.words]


# --- The beta: phonemes --------------------------------------------------------------------------------


def test_groups_and_words_of_the_same_number_are_pairs() -> None:
    alignment = aligned("Hello, world!", [(["h", "oʊ"], [600, 900]), GAP, (["w", "ld"], [300, 600])])
    assert words(alignment) == [("Hello", 0, 1500, ("h", "oʊ")), ("world", 1800, 900, ("w", "ld"))]
    assert (alignment.text_match, alignment.frame, alignment.tool) == ("count", 300, "lmnt/beta")


def test_the_pause_between_two_words_is_the_mark_that_stands_there() -> None:
    alignment = aligned("Hello, world", [(["h"], [600]), GAP, (["w"], [600])])
    [comma] = [item for item in alignment.items if item.kind is ItemKind.PUNCT]
    assert (comma.text, comma.start, comma.n_samples) == (",", 600, 300)


def test_silent_symbols_at_the_edges_of_a_group_are_pauses() -> None:
    entries: Entries = [
        (["sil", "h", "ə", ","], [900, 300, 300, 600]),
        GAP,
        (["", "w", ".", "<sil>"], [300, 600, 300, 900]),
    ]
    alignment = aligned("Huh, what.", entries)
    assert words(alignment) == [("Huh", 900, 600, ("h", "ə")), ("what", 2700, 600, ("w",))]


def test_a_group_of_nothing_but_punctuation_is_no_word() -> None:
    alignment = aligned("Yes – no", [(["j"], [300]), GAP, (["–"], [900]), GAP, (["n"], [300])])
    assert [word[0] for word in words(alignment)] == ["Yes", "no"]
    assert alignment.text_match == "count"


def test_gaps_at_the_ends_and_in_a_row_are_silence() -> None:
    alignment = aligned("Go on", [GAP, (["g"], [300]), GAP, GAP, (["ɔ"], [300]), GAP])
    assert words(alignment) == [("Go", 300, 300, ("g",)), ("on", 1200, 300, ("ɔ",))]


def test_a_number_takes_the_groups_that_it_is_read_as_with_the_pauses_between() -> None:
    entries: Entries = [
        (["ɪ", "n"], [300, 300]), GAP,
        (["n", "aɪ", "n", "t", "i", "n"], [300] * 6), GAP, (["eɪ", "t", "i"], [300] * 3), GAP,
        (["f", "ɔ", "r"], [300] * 3),
    ]  # fmt: skip
    alignment = aligned("In 1984", entries)
    assert alignment.text_match == "edit"
    year = alignment.words[-1]
    assert (year.text, year.start) == ("1984", 900)
    assert year.phonemes == ("n", "aɪ", "n", "t", "i", "n", "sil", "eɪ", "t", "i", "sil", "f", "ɔ", "r")


@pytest.mark.parametrize("n_samples", [1500 - 300, 1500 - 7, 1500 + 7, 1500 + 300])
def test_within_a_frame_the_audio_has_the_last_word(n_samples: int) -> None:
    alignment = aligned("Hi you", [(["h"], [600]), GAP, (["j"], [600])], n_samples)
    assert alignment.n_samples == n_samples
    assert alignment.words[-1].end == min(1500, n_samples)


@pytest.mark.parametrize("n_samples", [0, 1199, 1801, 100_000])
def test_durations_that_do_not_fit_the_audio_are_refused(n_samples: int) -> None:
    with pytest.raises(ValueError, match="the durations end at sample 1500, the audio at"):
        aligned("Hi you", [(["h"], [600]), GAP, (["j"], [600])], n_samples)


def test_durations_in_which_nothing_is_heard_are_refused() -> None:
    with pytest.raises(ValueError, match="no phoneme that is heard"):
        aligned("Hi", [GAP, (["sil"], [300])])


@pytest.mark.parametrize("symbol", ["", " ", ".", "…", "sil", "SIL", "<sil>", "sp", "pau", "_", "|"])
def test_these_symbols_are_silent(symbol: str) -> None:
    assert is_silent(symbol)


@pytest.mark.parametrize("symbol", ["h", "oʊ", "ˈə", "AH0", "tʃ", "ʔ", "ː", "s"])
def test_these_symbols_are_heard(symbol: str) -> None:
    assert not is_silent(symbol)


# --- v1: words -----------------------------------------------------------------------------------------


def timed(text: str, *timings: tuple[str, float, float], seconds: float) -> Alignment:
    n_samples = round(seconds * 24_000)
    parts = [Timing(text=part, start=start, duration=duration) for part, start, duration in timings]
    alignment = align_timings(text, parts, n_samples=n_samples, sample_rate=24_000, tool="lmnt/v1")
    assert faults(alignment, text=text, n_samples=n_samples) == []
    return alignment


def spans(alignment: Alignment) -> list[tuple[str, int, int]]:
    return [(item.text, item.start, item.end) for item in alignment.words]


HELLO = [
    ("", 0.0, 0.525), ("Hello", 0.525, 0.325), (" ", 0.85, 0.0), ("world", 0.85, 0.4), (".", 1.25, 0.375),
    ("", 1.625, 0.0125),
]  # fmt: skip


def test_stretches_that_join_to_the_text_are_exact() -> None:
    alignment = timed("Hello world.", *HELLO, seconds=1.6375)
    assert spans(alignment) == [("Hello", 12_600, 20_400), ("world", 20_400, 30_000)]
    assert (alignment.text_match, alignment.frame) == ("exact", 300)


def test_words_that_share_a_stretch_are_one_item_and_split_words_are_whole() -> None:
    alignment = timed(
        "at 7:30 pm too", ("at ", 0, 0.5), ("7:30 pm", 0.5, 1), (" t", 1.5, 0.2), ("oo", 1.7, 0.3), seconds=2
    )
    assert spans(alignment) == [("at", 0, 12_000), ("7:30 pm", 12_000, 36_000), ("too", 36_000, 48_000)]


def test_stretches_that_say_something_else_are_matched_by_what_they_share() -> None:
    parts = [
        ("At", 0, 0.5),
        ("seven", 0.5, 0.5),
        ("thirty", 1, 0.5),
        ("he", 1.5, 0.25),
        ("left.", 1.75, 0.25),
    ]
    alignment = timed("At 7:30, he left.", *parts, seconds=2)
    assert alignment.text_match == "edit"
    assert spans(alignment)[1:3] == [("7:30", 12_000, 36_000), ("he", 36_000, 42_000)]


def test_each_boundary_is_rounded_by_itself() -> None:
    tenth = 0.0123456
    text = " ".join("abcdefghij")
    parts = [(sign, index * tenth, tenth) for index, sign in enumerate(text)]
    alignment = timed(text, *parts, seconds=len(text) * tenth)
    assert [word.start for word in alignment.words] == [round(2 * n * tenth * 24_000) for n in range(10)]


@pytest.mark.parametrize(
    ("timings", "seconds", "what"),
    [
        ([("Hi", 0, 1)], 0.5, "ends at sample 24000, the audio at 12000"),
        ([("Hi", 0, 1)], 9, "the durations end at sample 24000"),
        ([("H", 0.5, 0.5), ("i", 0, 0.5)], 1, "before what precedes it has ended"),
        ([("", 0, 1)], 1, "no word"),
        ([], 0.1, "no word"),
    ],
)
def test_timings_that_make_no_sense_are_refused(
    timings: list[tuple[str, float, float]], seconds: float, what: str
) -> None:
    with pytest.raises(ValueError, match=what):
        timed("Hi", *timings, seconds=seconds)


def test_silence_after_the_last_word_need_not_be_told() -> None:
    assert spans(timed("Hi", ("Hi", 0, 1), seconds=2)) == [("Hi", 0, 24_000)]
