"""A pause lasts as long as was asked for, to the sample, whatever silence an engine leaves."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from small_books import EMPTY_TAKE, PARAGRAPH, STORY, book, job_of, plan_of, stitch

from batchtts.errors import PlanError
from batchtts.job import Boundary, Pauses
from batchtts.model import Chapter, Take
from batchtts.stitch.timeline import Timeline, lay_out

RATE = 1000
MARGIN = round(Pauses().margin * RATE)
SECONDS = st.sampled_from([0.0, 0.0004, 0.0005, 0.001, 0.05, 0.15, 0.35, 2.0]) | st.floats(0, 3)
PAUSES = st.builds(
    Pauses,
    segment=SECONDS,
    paragraph=SECONDS,
    scene_break=SECONDS,
    heading=SECONDS,
    chapter_head=SECONDS,
    chapter_tail=SECONDS,
)
SHAPES = st.tuples(st.integers(0, 300), st.integers(0, 500), st.integers(0, 300), st.sampled_from(Boundary))
"""Of one take: silence, speech, silence, and what follows it."""

[CHAPTER] = plan_of(job_of(Path()), book([(PARAGRAPH, "Hello.", None)]))[1]
[SEGMENT] = CHAPTER.segments
TAKE = replace(EMPTY_TAKE, sample_rate=RATE)


def made_of(shapes: list[tuple[int, int, int, Boundary]]) -> tuple[Chapter, Mapping[str, Take]]:
    """Return a chapter of segments and takes with these shapes; the last one ends it."""
    names = [str(index) for index in range(len(shapes))]
    ends = [boundary for *_, boundary in shapes[:-1]] + [Boundary.CHAPTER]
    segments = tuple(
        replace(SEGMENT, fingerprint=name, boundary=end) for name, end in zip(names, ends, strict=True)
    )
    takes = {
        name: replace(
            TAKE,
            n_samples=lead + speech + tail,
            speech_start=lead,
            speech_end=lead + speech,
        )
        for name, (lead, speech, tail, _) in zip(names, shapes, strict=True)
    }
    return replace(CHAPTER, segments=segments), takes


def speech_of(timeline: Timeline) -> list[tuple[int, int]]:
    """Return from where to where in the chapter each take speaks."""
    spoken = []
    for cut in timeline.cuts:
        start = cut.start - cut.lead
        spoken.append((start + cut.take.speech_start, start + cut.take.speech_end))
    return spoken


@given(st.lists(SHAPES, min_size=1, max_size=6), PAUSES)
@example([(300, 10, 300, Boundary.SEGMENT)] * 2, Pauses(segment=0, chapter_head=0, chapter_tail=0))
def test_pauses_are_exact_from_word_to_word(
    shapes: list[tuple[int, int, int, Boundary]], pauses: Pauses
) -> None:
    timeline = lay_out(*made_of(shapes), pauses)
    spoken = speech_of(timeline)
    heard = [after[0] - before[1] for before, after in pairwise(spoken)]
    assert heard == [round(pauses.after(cut.segment.boundary) * RATE) for cut in timeline.cuts[:-1]]
    assert spoken[0][0] == round(pauses.chapter_head * RATE)
    assert timeline.n_samples - spoken[-1][1] == round(pauses.chapter_tail * RATE)


@given(st.lists(SHAPES, min_size=1, max_size=6), PAUSES)
def test_takes_and_room_tone_follow_each_other_without_a_hole(
    shapes: list[tuple[int, int, int, Boundary]], pauses: Pauses
) -> None:
    timeline = lay_out(*made_of(shapes), pauses)
    position = timeline.head
    for cut in timeline.cuts:
        assert cut.start == position
        assert min(cut.lead, cut.tail, cut.gap_after) >= 0
        assert cut.lead + cut.n_samples + cut.tail == cut.take.n_samples
        position += cut.n_samples + cut.gap_after
    assert position == timeline.n_samples


@given(st.lists(SHAPES, min_size=1, max_size=6), PAUSES)
def test_no_speech_is_cut_and_no_more_silence_is_kept_than_the_margin(
    shapes: list[tuple[int, int, int, Boundary]], pauses: Pauses
) -> None:
    timeline = lay_out(*made_of(shapes), pauses)
    for (before, speech, after, _), cut in zip(shapes, timeline.cuts, strict=True):
        assert cut.lead <= before
        assert cut.tail <= after
        assert cut.n_samples <= speech + 2 * MARGIN


@given(st.lists(SHAPES, min_size=1, max_size=6), PAUSES)
def test_room_tone_comes_only_where_the_takes_have_no_more_to_give(
    shapes: list[tuple[int, int, int, Boundary]], pauses: Pauses
) -> None:
    timeline = lay_out(*made_of(shapes), pauses)
    for (_, _, after, _), cut in zip(shapes, timeline.cuts, strict=True):
        assert not cut.gap_after or after - cut.tail == min(after, MARGIN)
    before, first = shapes[0][0], timeline.cuts[0]
    assert not timeline.head or before - first.lead == min(before, MARGIN)


@given(st.lists(SHAPES, min_size=1, max_size=6), PAUSES)
def test_a_take_with_a_length_is_kept_whole_and_pauses_are_as_long_as_they_can_be(
    shapes: list[tuple[int, int, int, Boundary]], pauses: Pauses
) -> None:
    chapter, takes = made_of(shapes)
    timed = tuple(
        replace(segment, length_seconds=1.0) if int(segment.fingerprint) % 2 else segment
        for segment in chapter.segments
    )
    cuts = lay_out(replace(chapter, segments=timed), takes, pauses).cuts
    for first, second in pairwise(cuts):
        whole = second if second.segment.length_seconds else first
        kept = whole.take.speech_start if whole is second else whole.take.n_samples - whole.take.speech_end
        heard = second.start - second.lead + second.take.speech_start
        heard -= first.start - first.lead + first.take.speech_end
        assert (whole.lead, whole.tail) == (0, 0)
        assert heard == max(kept, round(pauses.after(first.segment.boundary) * RATE))


def test_a_short_pause_is_shared_by_both_takes() -> None:
    shapes = [(200, 10, 200, Boundary.SEGMENT), (200, 10, 200, Boundary.CHAPTER)]
    first, second = lay_out(*made_of(shapes), Pauses(segment=0.1)).cuts
    assert (200 - first.tail, first.gap_after, 200 - second.lead) == (50, 0, 50)


def test_what_one_take_lacks_the_other_gives() -> None:
    shapes = [(0, 10, 10, Boundary.SEGMENT), (200, 10, 0, Boundary.CHAPTER)]
    first, second = lay_out(*made_of(shapes), Pauses(segment=0.1)).cuts
    assert (10 - first.tail, first.gap_after, 200 - second.lead) == (10, 0, 90)


def test_takes_of_different_rates_do_not_make_a_chapter() -> None:
    chapter, takes = made_of([(0, 10, 0, Boundary.SEGMENT)] * 2)
    with pytest.raises(PlanError, match="mixes takes of 1000 and 24000 Hz"):
        lay_out(chapter, {**takes, "1": replace(TAKE, sample_rate=24000)}, Pauses())


PAUSE_SETS = [
    Pauses(),
    Pauses(segment=0, paragraph=0, scene_break=0, heading=0, chapter_head=0, chapter_tail=0),
    Pauses(segment=0.01, paragraph=0.05, scene_break=0.12, heading=0.2, chapter_head=0.03, chapter_tail=0.04),
    Pauses(segment=1, paragraph=2, scene_break=6, heading=3, chapter_head=4, chapter_tail=7),
]


@pytest.mark.parametrize("pauses", PAUSE_SETS)
def test_pauses_in_the_files_are_exact_at_every_boundary(tmp_path: Path, pauses: Pauses) -> None:
    stitched = stitch(job_of(tmp_path, pauses=pauses), *STORY)
    met = set()
    for chapter in stitched.chapters:
        page, place = stitched.page(chapter), 0
        wanted = pauses.chapter_head
        for entry, line in zip(page["timeline"], stitched.lines(chapter), strict=True):
            words = [item for item in line["alignment"]["items"] if item["kind"] == "word"]
            shift = entry["start"] - entry["trim"][0]
            assert shift + words[0]["start"] - place == round(wanted * 24_000)
            place = shift + words[-1]["start"] + words[-1]["duration"]
            wanted = pauses.after(Boundary(entry["boundary"]))
            met.add(Boundary(entry["boundary"]))
        assert page["audio"]["num_samples"] - place == round(pauses.chapter_tail * 24_000)
        assert len(stitched.samples(chapter)) == 2 * page["audio"]["num_samples"]
    assert met == set(Boundary)
