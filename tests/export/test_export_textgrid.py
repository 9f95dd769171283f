"""TextGrids tile their chapter, and lead back to the very samples."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasty_six import RATE, chapter, exported
from page_chapters import with_two_at_once

from batchtts.alignment import Level
from batchtts.export.alignments.textgrid import Interval, tiled
from batchtts.export.timed import TimedSegment

Tier = list[tuple[str, str, str]]


def read(folder: Path) -> dict[str, Tier]:
    """Return the tiers of a file in the long form, with the digits of their times."""
    text = (folder / "01-nasty.TextGrid").read_text(encoding="utf-8")
    tiers: dict[str, Tier] = {}
    for part in text.split('class = "IntervalTier"')[1:]:
        [name] = re.findall(r'name = "(.*)"', part)
        found = re.findall(r'xmin = (\S+)\s+xmax = (\S+)\s+text = "(.*)"\n', part)
        tiers[name] = [(start, end, label.replace('""', '"')) for start, end, label in found]
    return tiers


def labels(tier: Tier) -> list[tuple[int, int, str]]:
    return [
        (round(float(start) * RATE), round(float(end) * RATE), label) for start, end, label in tier if label
    ]


def own(segments: list[TimedSegment], speaker: str) -> list[tuple[int, int, str]]:
    return [
        (word.start, word.end, word.text)
        for segment in segments
        for word in segment.words
        if segment.speaker == speaker
    ]


def test_every_boundary_leads_back_to_its_sample(tmp_path: Path) -> None:
    tiers = read(exported("textgrid", tmp_path))
    segments = list(chapter(tmp_path / "again").segments())
    for speaker in ("anna", "ben"):
        assert labels(tiers[f"{speaker} - words"]) == own(segments, speaker)
        phones = [label for _, _, label in labels(tiers[f"{speaker} - phones"])]
        assert phones == [
            phone
            for segment in segments
            if segment.speaker == speaker
            for word in segment.words
            for phone in word.phonemes
        ]


def test_tiers_tile_the_chapter_and_write_a_boundary_with_the_same_digits_everywhere(tmp_path: Path) -> None:
    for tier in read(exported("textgrid", tmp_path)).values():
        assert float(tier[0][0]) == 0
        assert round(float(tier[-1][1]) * RATE) == chapter(tmp_path / "again").n_samples
        assert all(one[1] == other[0] for one, other in pairwise(tier))
        assert all(float(start) < float(end) for start, end, _ in tier)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=8), st.integers(0, 2))
def test_a_tier_tiles_its_chapter_whatever_lasts_no_time(lengths: list[tuple[int, int]], tail: int) -> None:
    intervals, position = [], 0
    for gap, n_samples in lengths:
        intervals.append(Interval(position + gap, position + gap + n_samples, "a"))
        position += gap + n_samples
    found = list(tiled(intervals, position + tail))
    assert [sample for each in found for sample in range(each.start, each.end)] == list(
        range(position + tail)
    )
    assert [each for each in found if each.label] == [each for each in intervals if each.end > each.start]


def test_voices_that_speak_at_once_have_tiers_of_their_own(tmp_path: Path) -> None:
    overlapping = with_two_at_once(tmp_path)
    tiers = read(exported("textgrid", tmp_path / "out", [overlapping]))
    segments = list(overlapping.segments())
    assert segments[1].start < segments[0].end
    assert {name: labels(tier) for name, tier in tiers.items() if name.endswith("words")} == {
        f"{speaker} - words": own(segments, speaker) for speaker in ("anna", "ben")
    }


def test_a_voice_that_overlaps_itself_has_tiers_for_what_it_says_meanwhile(tmp_path: Path) -> None:
    overlapping = with_two_at_once(tmp_path, speaker="anna")
    tiers = read(exported("textgrid", tmp_path / "out", [overlapping], utterances="yes"))
    assert [name for name in tiers if name.endswith("words")] == ["anna - words", "anna 2 - words"]
    for tier in tiers.values():
        assert all(one[1] == other[0] for one, other in pairwise(tier))
    found = sorted(labels(tiers["anna - words"]) + labels(tiers["anna 2 - words"]))
    assert found == sorted(own(list(overlapping.segments()), "anna"))


def test_without_the_times_of_phonemes_there_is_no_tier_of_them(tmp_path: Path) -> None:
    made = chapter(tmp_path, Level.WORD, texts=("The tide came in.",))
    assert list(read(exported("textgrid", tmp_path / "out", [made]))) == ["words"]


@pytest.mark.parametrize("utterances", ["yes", "no"])
def test_whole_segments_have_a_tier_if_it_is_asked_for(tmp_path: Path, utterances: str) -> None:
    tiers = read(exported("textgrid", tmp_path, utterances=utterances))
    assert ("anna - utterances" in tiers) is (utterances == "yes")
    if utterances == "yes":
        assert labels(tiers["anna - utterances"])[0][2] == '"Hello," she said.'


def test_the_short_form_has_the_same_values(tmp_path: Path) -> None:
    long, short = (
        (exported("textgrid", tmp_path / form, form=form) / "01-nasty.TextGrid").read_text()
        for form in ("long", "short")
    )
    values = re.findall(r'(?<==)\s*("(?:[^"]|"")*"|\d+\.?\d*)', long)[2:]
    assert [value for value in short.splitlines()[3:] if value != "<exists>"] == values
