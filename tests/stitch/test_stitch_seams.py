"""No join clicks: where a take meets room tone, the wave has no step and no corner."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from small_books import BREAK, EMPTY_TAKE, PARAGRAPH, Stitched, book, job_of, plan_of, spoken

from batchtts.alignment import Alignment, AlignmentItem, ItemKind, silence
from batchtts.audio.pcm import Pcm
from batchtts.engine import Speech, SpeechRequest
from batchtts.engines import hibari
from batchtts.files import Workspace
from batchtts.job import Pauses, RoomTone
from batchtts.model import Segment, Take
from batchtts.stitch.assembling import assemble
from batchtts.stitch.room_tone import Tone
from batchtts.stitch.seams import find_seams, samples_around
from batchtts.stitch.timeline import Cut, Timeline
from batchtts.takes.form import StoredTake
from batchtts.takes.packing import Packer

Samples = NDArray[np.int32]
Speaker = Callable[[Segment], StoredTake]

BLOCKS = ((PARAGRAPH, "One and two.", None), (BREAK, "", None), (PARAGRAPH, "Three. Four. Five.", None))
HARD, SOFT = Pauses(fade=0), Pauses()
TIGHT = Pauses(segment=0.08, paragraph=0.15, scene_break=0.06, chapter_head=0.03, chapter_tail=0.04)


def tone(segment: Segment) -> StoredTake:
    return spoken(segment, 1)


def with_sound(segment: Segment, samples: NDArray[np.float64], speech: tuple[int, int]) -> StoredTake:
    """Return a take that sounds like this, and whose one word is at `speech`."""
    stored, (start, end), n = tone(segment), speech, len(samples)
    word = AlignmentItem(
        kind=ItemKind.WORD, text=segment.text, start=start, n_samples=end - start, char=(0, len(segment.text))
    )
    around = [silence(0, start, 0, phonemes=False), silence(end, n - end, word.char[1], phonemes=False)]
    items = tuple(item for item in (around[0], word, around[1]) if item.n_samples)
    alignment: Alignment = replace(stored.speech.alignment, items=items)
    audio = Pcm(np.rint(samples).astype("<i2").tobytes(), alignment.sample_rate)
    return replace(stored, speech=Speech(audio=audio, alignment=alignment))


def humming(segment: Segment) -> StoredTake:
    """Return a take with a hum behind its one word that is as loud before and after it."""
    n = np.arange(24_000)
    return with_sound(segment, 3000 * np.sin(2 * np.pi * 130 * n / 24_000 + 1), (7_000, 17_000))


def breathless(segment: Segment) -> StoredTake:
    """Return a take that begins and ends in the middle of a wave, with no silence at all."""
    n = np.arange(12_000)
    return with_sound(segment, 3000 * np.sin(2 * np.pi * 130 * n / 24_000 + 1), (0, 12_000))


def hurried(segment: Segment) -> StoredTake:
    """Return a take with less silence around its word than a fade is long."""
    n = np.arange(12_000)
    return with_sound(segment, 3000 * np.sin(2 * np.pi * 130 * n / 24_000 + 1), (100, 11_990))


def spoken_by_hibari(segment: Segment) -> StoredTake:
    async def speak() -> Speech:
        async with hibari.open_engine({}) as engine:
            return await engine.synthesize(SpeechRequest(text=segment.text, voice="heart"))

    return replace(tone(segment), speech=asyncio.run(speak()))


def stitched_by(
    speaker: Speaker,
    folder: Path,
    pauses: Pauses,
    room_tone: RoomTone = RoomTone(),  # noqa: B008 - frozen
) -> Stitched:
    plan, chapters = plan_of(job_of(folder, pauses=pauses, room_tone=room_tone), book(BLOCKS))
    workspace, takes = Workspace(folder), dict[str, Take]()
    with Packer(workspace) as packer:
        for segment in chapters[0].segments:
            takes[segment.fingerprint] = packer.store_now(speaker(segment)).take
    masters = tuple(assemble(plan, chapter, takes, workspace) for chapter in chapters)
    return Stitched(plan=plan, chapters=chapters, takes=takes, workspace=workspace, masters=masters)


def wave(stitched: Stitched) -> Samples:
    return np.frombuffer(stitched.samples(stitched.chapters[0]), "<i2").astype(np.int32)


def joins(stitched: Stitched) -> list[int]:
    """Return where a take begins or ends, but for the ends of the chapter."""
    page = stitched.page(stitched.chapters[0])
    entries, end = page["timeline"], page["audio"]["num_samples"]
    found = [at for entry in entries for at in (entry["start"], entry["start"] + entry["num_samples"])]
    return [at for at in found if 0 < at < end]


def roughness(samples: Samples, at: int) -> tuple[int, int]:
    """Return the greatest second difference at a join, and the one in the 20 ms on either side of it."""
    bends = np.abs(np.diff(samples, 2))
    around = np.concatenate([bends[max(0, at - 480) : at - 4], bends[at + 2 : at + 480]])
    return int(bends[at - 3 : at + 1].max()), int(around.max(initial=0))


def clicks(stitched: Stitched) -> list[int]:
    """Return the joins that stand out: where the wave bends more sharply than anywhere around."""
    samples = wave(stitched)
    return [at for at in joins(stitched) if np.greater(*roughness(samples, at))]


EVERY_PAUSE = pytest.mark.parametrize("pauses", [SOFT, TIGHT, replace(SOFT, fade=0.002)])
ROUGH = pytest.mark.parametrize("speaker", [humming, breathless, hurried])


@EVERY_PAUSE
@pytest.mark.parametrize("speaker", [tone, humming, breathless, hurried, spoken_by_hibari])
def test_no_join_clicks(speaker: Speaker, pauses: Pauses, tmp_path: Path) -> None:
    stitched = stitched_by(speaker, tmp_path, pauses)
    assert clicks(stitched) == []


@ROUGH
def test_every_join_would_click_without_fades(speaker: Speaker, tmp_path: Path) -> None:
    stitched = stitched_by(speaker, tmp_path, HARD)
    assert clicks(stitched) == joins(stitched)


@EVERY_PAUSE
@ROUGH
def test_fades_leave_words_and_times_as_they_are(speaker: Speaker, pauses: Pauses, tmp_path: Path) -> None:
    hard = stitched_by(speaker, tmp_path / "hard", replace(pauses, fade=0))
    soft = stitched_by(speaker, tmp_path / "soft", pauses)
    [chapter] = soft.chapters
    places = [[{**entry, "fade": None} for entry in each.page(chapter)["timeline"]] for each in (hard, soft)]
    assert places[0] == places[1]
    assert hard.lines(chapter) == soft.lines(chapter)
    for entry, segment in zip(places[1], chapter.segments, strict=True):
        take = soft.takes[segment.fingerprint]
        first = entry["start"] - entry["trim"][0] + take.speech_start
        said = soft.take_samples(segment)[2 * take.speech_start : 2 * take.speech_end]
        assert soft.samples(chapter)[2 * first :].startswith(said)


def test_the_margin_is_what_the_manifest_says(tmp_path: Path) -> None:
    stitched = stitched_by(tone, tmp_path, Pauses(margin=0.025, fade=0.03))
    for entry in stitched.page(stitched.chapters[0])["timeline"]:
        assert entry["trim"] == [2_400 - 600, 3_600 - 600]
        assert entry["fade"] == [600, 600]


def test_takes_that_are_longer_than_a_fade_end_in_room_tone(tmp_path: Path) -> None:
    stitched = stitched_by(humming, tmp_path, SOFT, RoomTone(level_dbfs=None))
    samples = wave(stitched)
    for at in joins(stitched):
        assert np.abs(samples[at - 1 : at + 1]).max() <= 1


CUTS = st.lists(
    st.tuples(*[st.integers(0, 40)] * 5), min_size=1, max_size=5
)  # silence, speech, silence, of which is trimmed, gap


@given(st.integers(0, 60), CUTS, st.integers(0, 30))
def test_fades_are_as_long_as_silence_allows_and_never_overlap(
    head: int, shapes: list[tuple[int, ...]], n_fade: int
) -> None:
    timeline = timeline_of(head, shapes)
    seams = list(find_seams(timeline, n_fade))
    assert len(seams) == len(shapes)
    lent_after = 0
    for (before, _, after, trimmed, _), seam, cut, gap in zip(
        shapes, seams, timeline.cuts, [head, *(cut.gap_after for cut in timeline.cuts)], strict=False
    ):
        lead, tail = min(trimmed, before), min(trimmed, after)
        assert (seam.fade_in, seam.fade_out) == (min(before - lead, n_fade), min(after - tail, n_fade))
        assert seam.fade_in + seam.lent_before <= n_fade
        assert seam.fade_out + seam.lent_after <= n_fade
        assert lent_after + seam.lent_before <= gap
        assert seam.lent_before < max(1, cut.n_samples)
        lent_after = seam.lent_after
    assert lent_after <= timeline.cuts[-1].gap_after


def test_a_take_that_is_cut_off_before_it_speaks_fades_no_further_than_it_is_kept() -> None:
    timeline = timeline_of(0, [(40, 10, 0, 0, 0)])
    cut = replace(timeline.cuts[0], n_samples=3, tail=47)
    [seam] = find_seams(replace(timeline, cuts=(cut,), n_samples=3), 30)
    heard = b"".join(samples_around(Pcm(bytes(100), 1000), cut, seam, Tone(RoomTone())))
    assert len(heard) == 2 * cut.n_samples


def timeline_of(head: int, shapes: list[tuple[int, ...]]) -> Timeline:
    _, [chapter] = plan_of(job_of(Path()), book(BLOCKS))
    cuts, position = [], head
    for before, speech, after, trimmed, gap in shapes:
        lead, tail, n_samples = min(trimmed, before), min(trimmed, after), before + speech + after
        take = replace(EMPTY_TAKE, n_samples=n_samples, speech_start=before, speech_end=before + speech)
        kept = n_samples - lead - tail
        cuts.append(
            Cut(
                segment=chapter.segments[0],
                take=take,
                start=position,
                n_samples=kept,
                lead=lead,
                tail=tail,
                gap_after=gap,
            )
        )
        position += kept + gap
    return Timeline(sample_rate=1000, head=head, cuts=tuple(cuts), n_samples=position)
