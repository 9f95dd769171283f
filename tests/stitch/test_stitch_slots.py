"""In a chapter with slots, each take begins with its slot and the track is as long as it is to be, to the sample."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_books import EMPTY_TAKE, PARAGRAPH, book, job_of, plan_of

from batchtts.job import FitPolicy, Pauses, RoomTone
from batchtts.model import ONSET_SECONDS, Chapter, Dubbing, Slot
from batchtts.stitch.layers import STRETCH_SAMPLES, laid
from batchtts.stitch.residuals import residuals
from batchtts.stitch.room_tone import Tone
from batchtts.stitch.slots import lay_out_slots
from batchtts.stitch.timeline import Timeline

RATE = 22_050
"""A rate at which hardly any millisecond begins with a sample."""

ONSET = round(ONSET_SECONDS * RATE)
PAUSES = Pauses()
SILENCE = Tone(RoomTone(level_dbfs=None))
SHAPES = st.tuples(st.integers(0, 9000), st.integers(1, 40_000), st.integers(0, 9000))
"""Of a take: silence, speech and silence, in samples."""
CUES = st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 3000), SHAPES), min_size=1, max_size=8)

[EXAMPLE] = plan_of(job_of(Path()), book([(PARAGRAPH, "Hello.", None)]))[1]
TAKE = replace(EMPTY_TAKE, sample_rate=RATE)


def laid_out(
    slots: Sequence[Slot],
    shapes: Sequence[tuple[int, int, int]],
    policy: FitPolicy,
    length_ms: int | None = None,
) -> tuple[Chapter, Timeline]:
    """Return a chapter with these slots and takes of these shapes, and its timeline."""
    length_ms = max(slot.end_ms for slot in slots) if length_ms is None else length_ms
    dubbing = Dubbing(length_ms=length_ms, policy=policy, tolerance_seconds=0.05)
    [segment] = EXAMPLE.segments
    chapter = replace(
        EXAMPLE,
        dubbing=dubbing,
        segments=tuple(replace(segment, fingerprint=str(n), slot=slot) for n, slot in enumerate(slots)),
    )
    takes = {
        str(n): replace(TAKE, n_samples=a + speech + b, speech_start=a, speech_end=a + speech)
        for n, (a, speech, b) in enumerate(shapes)
    }
    return chapter, lay_out_slots(chapter, dubbing, takes, PAUSES)


def slot(start_ms: int, end_ms: int, limit_ms: int | None = None) -> Slot:
    return Slot(start_ms=start_ms, end_ms=end_ms, limit_ms=end_ms if limit_ms is None else limit_ms)


def chapter_of(
    cues: list[tuple[int, int, tuple[int, int, int]]], policy: FitPolicy
) -> tuple[Chapter, Timeline]:
    cues = sorted(cues)
    slots = [slot(start, start + length) for start, length, _ in cues]
    return laid_out(slots, [shape for *_, shape in cues], policy)


@given(CUES, st.sampled_from(FitPolicy))
def test_each_take_begins_on_its_time_and_the_track_ends_on_its_own(
    cues: list[tuple[int, int, tuple[int, int, int]]], policy: FitPolicy
) -> None:
    _, timeline = chapter_of(cues, policy)
    starts = sorted(start for start, *_ in cues)
    assert [cut.start for cut in timeline.cuts] == [round(start * RATE / 1000) for start in starts]
    assert timeline.n_samples == round(max(start + length for start, length, _ in cues) * RATE / 1000)


@given(CUES, st.sampled_from([FitPolicy.SHRINK, FitPolicy.NATURAL]))
def test_no_speech_is_lost_but_by_the_end_of_the_track_and_that_is_told(
    cues: list[tuple[int, int, tuple[int, int, int]]], policy: FitPolicy
) -> None:
    chapter, timeline = chapter_of(cues, policy)
    for found in residuals(chapter, timeline, [None] * len(timeline.cuts)):
        cut = found.cut
        assert cut.lead == max(0, cut.take.speech_start - ONSET)
        heard_to = cut.lead + cut.n_samples
        assert max(0, cut.take.speech_end - heard_to) == found.cut_off
        assert found.cut_off == 0 or cut.start + cut.n_samples == timeline.n_samples
        assert cut.lead + cut.n_samples + cut.tail == cut.take.n_samples


def test_an_exact_take_is_heard_whole() -> None:
    _, timeline = laid_out([slot(1000, 2000)], [(3000, 15_000, 4050)], FitPolicy.EXACT)
    [cut] = timeline.cuts
    assert (cut.lead, cut.n_samples, cut.tail) == (0, RATE, 0)


def test_silence_goes_where_there_is_no_room_for_it() -> None:
    _, timeline = laid_out([slot(0, 1000), slot(1000, 2000)], [(500, 22_000, 4000)] * 2, FitPolicy.SHRINK)
    assert [cut.n_samples for cut in timeline.cuts] == [
        ONSET + 22_000,
        ONSET + 22_000 - (ONSET + 22_000 - RATE),
    ]
    assert timeline.cuts[0].n_samples > RATE  # speech is heard to its end, together with what comes next


@pytest.mark.parametrize(
    ("policy", "speech", "residual"),
    [
        (FitPolicy.SHRINK, 10_000, 0),
        (FitPolicy.SHRINK, 50_000, ONSET + 50_000 - 2 * RATE),
        (FitPolicy.NATURAL, 50_000, ONSET + 50_000 - 2 * RATE),
        (FitPolicy.EXACT, 10_000, ONSET + 10_000 - RATE),
        (FitPolicy.EXACT, 30_000, ONSET + 30_000 - RATE),
    ],
)
def test_a_residual_is_what_is_obtained_less_what_is_allowed(
    policy: FitPolicy, speech: int, residual: int
) -> None:
    slots, shapes = [slot(0, 1000, 2000), slot(5000, 9000)], [(ONSET, speech, 0), (0, 1, 0)]
    chapter, timeline = laid_out(slots, shapes, policy)
    first, _ = residuals(chapter, timeline, [None, None])
    assert (first.n_samples, first.overlap, first.cut_off) == (residual, 0, 0)


def test_what_is_heard_together_and_what_is_cut_off_is_told() -> None:
    slots, shapes = [slot(0, 1000), slot(1000, 2000)], [(ONSET, RATE, 0), (ONSET, RATE, 0)]
    chapter, timeline = laid_out(slots, shapes, FitPolicy.NATURAL)
    found = residuals(chapter, timeline, [None, None])
    assert [(each.overlap, each.cut_off) for each in found] == [(ONSET, 0), (0, ONSET)]


def test_room_tone_follows_only_where_nothing_else_is_heard() -> None:
    slots = [slot(0, 4000), slot(1000, 2000), slot(5000, 6000)]
    _, timeline = laid_out(slots, [(0, 4 * RATE, 0), (0, RATE, 0), (0, RATE // 2, 0)], FitPolicy.NATURAL)
    assert [cut.gap_after for cut in timeline.cuts] == [0, 0, RATE - RATE // 2]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 40)), max_size=8))
def test_what_is_laid_is_the_sum_of_what_is_placed(places: list[tuple[int, int]]) -> None:
    expected = np.zeros(100, "<i2")
    placed = []
    for number, (start, n_samples) in enumerate(sorted(places), start=1):
        expected[start : start + n_samples] += number
        placed.append((start, np.full(n_samples, number, "<i2").tobytes()))
    heard = b"".join(laid(placed, SILENCE, 100))
    assert np.frombuffer(heard, "<i2").tolist() == expected.tolist()


def test_an_hour_in_which_nothing_is_said_is_not_held_at_once() -> None:
    hour = 3600 * RATE
    sizes = [len(piece) for piece in laid([(hour, b"ab")], SILENCE, 2 * hour)]
    assert (sum(sizes), max(sizes)) == (4 * hour, 2 * STRETCH_SAMPLES)


def test_only_what_is_still_to_come_is_held() -> None:
    sound = bytes(20_000)
    pieces = laid(((10_000 * n, sound) for n in range(5)), SILENCE, 50_000)
    assert max(map(len, pieces)) == len(sound)
