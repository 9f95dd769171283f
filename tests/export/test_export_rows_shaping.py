"""Recordings are cut and brought to another rate, and the times of their words and phonemes stay true."""

from dataclasses import replace

import numpy as np
import pytest
from export_rows import RATE, recording, row_of, sounding
from hypothesis import given
from hypothesis import strategies as st

from batchtts.alignment import Level, faults, silence
from batchtts.export.rows.shaping import resampled, trimmed

TEXT = "It’s a 🙂 day, isn't it?"


@pytest.mark.parametrize("seconds", [0.0, 0.02, 0.05, 5.0])
def test_no_more_silence_is_left_than_is_asked_for(seconds: float) -> None:
    row = recording(TEXT)
    audio, alignment = trimmed(row.audio, row.alignment, seconds)
    margin = round(seconds * RATE)
    first, last = row.alignment.speech
    start, end = max(0, first - margin), min(row.audio.n_samples, last + margin)
    assert audio == row.audio.slice(start, end)
    assert alignment.speech == (first - start, last - start)
    assert faults(alignment, text=TEXT, n_samples=audio.n_samples) == []


def test_every_word_has_the_samples_that_it_had() -> None:
    row = recording(TEXT)
    audio, alignment = trimmed(row.audio, row.alignment, 0.01)
    for before, after in zip(row.alignment.words, alignment.words, strict=True):
        assert row.audio.slice(before.start, before.end) == audio.slice(after.start, after.end)
        assert before.phoneme_n_samples == after.phoneme_n_samples


def test_nothing_is_cut_where_no_word_has_a_time() -> None:
    row = recording(TEXT, level=Level.SEGMENT)
    assert trimmed(row.audio, row.alignment, 0) == (row.audio, row.alignment)


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000])
def test_boundaries_move_to_the_nearest_sample(rate: int) -> None:
    row = recording(TEXT)
    audio, alignment = resampled(row.audio, row.alignment, rate)
    assert (audio.sample_rate, alignment.sample_rate) == (rate, rate)
    assert abs(audio.n_samples / rate - row.audio.seconds) <= 0.5 / rate
    assert faults(alignment, text=TEXT, n_samples=audio.n_samples) == []
    for before, after in zip(row.alignment.items, alignment.items, strict=True):
        assert abs(2 * (after.start * RATE - before.start * rate)) <= RATE


def test_the_last_boundaries_are_as_near_as_the_first() -> None:
    # 100,009 samples last as long as 91,883.27 at the other rate: stretched to 91,883, the last ones move too far.
    row = recording("Tide.")
    [word] = row.alignment.words
    items = [
        silence(0, 4, 0, phonemes=False),
        replace(word, start=4, n_samples=100_000, phonemes=(), phoneme_n_samples=()),
    ]
    items += [silence(first, 1, 5, phonemes=False) for first in range(100_004, 100_009)]
    own = replace(row.alignment, level=Level.WORD, items=tuple(items))
    alignment = resampled(sounding(row, np.zeros(100_009)).audio, own, 22_050)[1]
    for before, after in zip(own.items, alignment.items, strict=True):
        assert abs(2 * (after.end * RATE - before.end * 22_050)) <= RATE


def test_nothing_is_cut_where_no_word_is_heard() -> None:
    row = recording("Tide.")
    [word] = row.alignment.words
    unheard = replace(word, start=0, n_samples=0, phoneme_n_samples=(0,) * len(word.phonemes))
    own = replace(row.alignment, items=(unheard, silence(0, row.audio.n_samples, 5, phonemes=True)))
    assert trimmed(row.audio, own, 0) == (row.audio, own)


@given(n_samples=st.integers(4_000, 90_000), rate=st.sampled_from([16_000, 22_050, 44_100]))
def test_items_tile_whatever_the_length(n_samples: int, rate: int) -> None:
    from batchtts.alignment import scale

    row = recording("Tide.")
    own = scale(row.alignment, n_samples=n_samples)
    audio, alignment = resampled(sounding(row, np.zeros(n_samples)).audio, own, rate)
    assert faults(alignment, text="Tide.", n_samples=audio.n_samples) == []


@pytest.mark.parametrize(("rate", "frame"), [(48_000, 600), (16_000, 200), (22_050, 1)])
def test_the_frame_of_an_engine_is_one_at_the_other_rate_where_it_can_be(rate: int, frame: int) -> None:
    row = recording(TEXT)
    assert resampled(row.audio, row.alignment, rate)[1].frame == frame


def test_a_click_is_where_its_word_is_after_all_of_it() -> None:
    row = recording(TEXT)
    word = row.alignment.words[2]
    found = np.zeros(row.audio.n_samples)
    found[word.start + 30] = 20_000
    made = row_of(
        sounding(row, found + 600 * np.sin(np.arange(len(found)))), trim_seconds=0.01, sample_rate=48_000
    )
    loudest = int(np.abs(np.frombuffer(made.audio.data, "<i2").astype(int)).argmax())
    assert abs(loudest - (made.alignment.words[2].start + 60)) <= 2


def test_without_settings_a_recording_stays_as_it_is() -> None:
    row = recording(TEXT)
    made = row_of(row)
    assert (made.audio, made.alignment) == (row.audio, row.alignment)
