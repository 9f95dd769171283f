"""The two ways in which LMNT's service tells when something is said."""

from dataclasses import replace
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from timed_texts import TimedText, timed_texts

from batchtts.alignment import SILENCE, Alignment, AlignmentItem, ItemKind, Level, Origin, silence
from batchtts.server.speaking import durations, phoneme_frames


def groups(frames: list[int], phonemes: list[str]) -> list[list[tuple[str, int, int]]]:
    """Return the phonemes of each word with their first and last frame, parted as clients do."""
    found: list[list[tuple[str, int, int]]] = [[]]
    for phoneme, (start, end) in zip(phonemes, pairwise(accumulate(frames, initial=0)), strict=True):
        if phoneme == " ":
            found.append([])
        else:
            found[-1].append((phoneme, start, end))
    return found


def spoken(group: list[tuple[str, int, int]], index: int, n_groups: int) -> list[tuple[str, int, int]]:
    """Return a group without the silence at the outer edge of the first and the last one."""
    first = 1 if index == 0 and group[0][0] == SILENCE else 0
    last = len(group) - (1 if index == n_groups - 1 and group[-1][0] == SILENCE else 0)
    return group[first:last]


def nearest_frame(sample: int) -> int:
    return (sample + 150) // 300


@given(timed_texts())
def test_the_frames_add_up_to_the_audio(timed: TimedText) -> None:
    frames, phonemes = phoneme_frames(timed.alignment)
    assert len(frames) == len(phonemes)
    assert sum(frames) * 300 == timed.alignment.n_samples
    assert min(frames) >= 0


@given(timed_texts())
def test_there_is_one_group_for_each_word_with_its_own_phonemes(timed: TimedText) -> None:
    found = groups(*phoneme_frames(timed.alignment))
    words = timed.alignment.words
    assert len(found) == len(words)
    for index, (group, word) in enumerate(zip(found, words, strict=True)):
        assert tuple(phoneme for phoneme, _, _ in spoken(group, index, len(found))) == word.phonemes


@given(timed_texts())
def test_every_word_starts_and_ends_at_its_nearest_frame(timed: TimedText) -> None:
    found = groups(*phoneme_frames(timed.alignment))
    for index, (group, word) in enumerate(zip(found, timed.alignment.words, strict=True)):
        inside = spoken(group, index, len(found))
        assert (inside[0][1], inside[-1][2]) == (nearest_frame(word.start), nearest_frame(word.end))


@given(timed_texts())
def test_a_phoneme_has_a_frame_where_its_word_has_room(timed: TimedText) -> None:
    found = groups(*phoneme_frames(timed.alignment))
    for index, group in enumerate(found):
        inside = spoken(group, index, len(found))
        if inside[-1][2] - inside[0][1] >= len(inside):
            assert all(start < end for _, start, end in inside)


@given(timed_texts(shortest=300))
def test_phonemes_of_a_frame_or_more_begin_at_their_nearest_frame(timed: TimedText) -> None:
    found = groups(*phoneme_frames(timed.alignment))
    for index, (group, word) in enumerate(zip(found, timed.alignment.words, strict=True)):
        starts = accumulate(word.phoneme_n_samples[:-1], initial=word.start)
        told = [start for _, start, _ in spoken(group, index, len(found))]
        assert told == [nearest_frame(start) for start in starts]


@given(timed_texts())
def test_silence_stands_only_at_the_outer_edges(timed: TimedText) -> None:
    _, phonemes = phoneme_frames(timed.alignment)
    assert SILENCE not in phonemes[1:-1]
    assert " " not in (phonemes[0], phonemes[-1])


@given(timed_texts(phonemes=False))
def test_phonemes_are_never_invented(timed: TimedText) -> None:
    with pytest.raises(ValueError, match="knows no phonemes"):
        phoneme_frames(timed.alignment)


def test_a_part_of_a_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="301 samples are no whole number of frames"):
        phoneme_frames(only_silence(301))


def test_where_nothing_is_said_there_is_one_silence() -> None:
    assert phoneme_frames(only_silence(900)) == ([3], ["sil"])


def only_silence(n_samples: int) -> Alignment:
    items = (silence(0, n_samples, 0, phonemes=True),)
    return Alignment(sample_rate=24_000, level=Level.PHONEME, origin=Origin.ENGINE, items=items)


@given(timed_texts(phonemes=False))
def test_the_texts_of_v1_are_the_text_and_its_times_tile_the_audio(timed: TimedText) -> None:
    told = durations(timed.alignment, timed.text)
    assert "".join(str(stretch["text"]) for stretch in told) == timed.text
    ends = [round((float(s["start"]) + float(s["duration"])) * 80, 6) for s in told]
    starts = [round(float(s["start"]) * 80, 6) for s in told]
    assert starts == [0, *ends[:-1]]
    assert ends[-1] * 300 == timed.alignment.n_samples
    assert all(end.is_integer() for end in ends)


@given(timed_texts())
def test_v1_gives_every_word_its_nearest_frames_between_two_silences(timed: TimedText) -> None:
    told = durations(timed.alignment, timed.text)
    assert (told[0]["text"], told[-1]["text"]) == ("", "")
    expected = [
        (word.text, nearest_frame(word.start) / 80, nearest_frame(word.end) / 80)
        for word in timed.alignment.words
    ]
    written = {word for word, _, _ in expected}
    found = [(s["text"], float(s["start"]), float(s["start"]) + float(s["duration"])) for s in told]
    assert [part for part in found if part[0] in written] == [
        (word, pytest.approx(start), pytest.approx(end)) for word, start, end in expected
    ]


def test_the_marks_between_words_take_the_pause_and_the_space_takes_nothing() -> None:
    items = (
        silence(0, 600, 0, phonemes=False),
        word_at("Well", 600, 900, 1),
        word_at("then", 3_000, 900, 7),
        word_at("no", 4_500, 600, 12),
        silence(5_100, 300, 14, phonemes=False),
    )
    aligned = Alignment(sample_rate=24_000, level=Level.WORD, origin=Origin.ENGINE, items=items)
    told = [(s["text"], s["start"], s["duration"]) for s in durations(aligned, '"Well, then no."')]
    assert told == [
        ("", 0.0, 0.025),
        ('"', 0.025, 0.0),
        ("Well", 0.025, 0.0375),
        (",", 0.0625, 0.0625),
        (" ", 0.125, 0.0),
        ("then", 0.125, 0.0375),
        (" ", 0.1625, 0.025),
        ("no", 0.1875, 0.025),
        ('."', 0.2125, 0.0),
        ("", 0.2125, 0.0125),
    ]


def word_at(text: str, start: int, n_samples: int, char: int) -> AlignmentItem:
    return AlignmentItem(
        kind=ItemKind.WORD, text=text, start=start, n_samples=n_samples, char=(char, char + len(text))
    )


def test_a_text_without_words_is_told_too() -> None:
    aligned = replace(only_silence(600), level=Level.SEGMENT)
    told = durations(aligned, "... !")
    assert [(s["text"], s["duration"]) for s in told] == [
        ("", 0.025),
        ("...", 0),
        (" ", 0),
        ("!", 0),
        ("", 0),
    ]
