"""Room tone is as loud as was asked for, and the same every time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_books import BREAK, PARAGRAPH, Stitched, job_of, stitch

from batchtts.audio.levels import measure
from batchtts.audio.pcm import Pcm
from batchtts.job import Pauses, RoomTone
from batchtts.stitch.room_tone import Tone

TONE = Tone(RoomTone())
LONG = 300_000  # more than twice the loop


@pytest.mark.parametrize("level", [-20.0, -35.0, -50.0, -60.0, -70.0, -80.0, -90.0])
def test_its_level_is_what_was_asked_for(level: float) -> None:
    levels = measure(Pcm(Tone(RoomTone(level_dbfs=level)).slice(0, LONG), 24_000))
    assert levels.rms_dbfs == pytest.approx(level, abs=0.5)
    assert abs(levels.dc_offset) < 10 ** (level / 20) / 50
    assert levels.n_clipped == 0


def test_off_is_digital_silence() -> None:
    assert Tone(RoomTone(level_dbfs=None)).slice(7, LONG) == bytes(2 * LONG)


def test_the_seed_chooses_the_noise() -> None:
    assert Tone(RoomTone(seed=1)).slice(0, 1000) == TONE.slice(0, 1000)
    assert Tone(RoomTone(seed=2)).slice(0, 1000) != TONE.slice(0, 1000)


def test_the_noise_is_the_same_on_every_machine_and_every_python() -> None:
    assert np.frombuffer(TONE.slice(0, 8), "<i2").tolist() == [-18, 13, 1, -3, 2, 10, 19, -7]


@given(st.lists(st.integers(0, 140_000), max_size=5), st.integers(0, 10**12))
def test_pieces_one_after_another_are_one_stretch(lengths: list[int], start: int) -> None:
    pieces, position = [], start
    for length in lengths:
        pieces.append(TONE.slice(position, length))
        position += length
    assert b"".join(pieces) == TONE.slice(start, position - start)
    assert len(TONE.slice(start, position - start)) == 2 * sum(lengths)


FADE = {"op": "fade", "num_samples": 240}
BLOCKS = ((PARAGRAPH, "One.", None), (BREAK, "", None), (PARAGRAPH, "Two.", None))


def gaps(stitched: Stitched) -> list[bytes]:
    """Return the samples of the chapter that belong to no take: its head, and the gap after each."""
    [chapter] = stitched.chapters
    samples, timeline = stitched.samples(chapter), stitched.page(chapter)["timeline"]
    found = [samples[: 2 * timeline[0]["start"]]]
    for entry in timeline:
        end = entry["start"] + entry["num_samples"]
        found.append(samples[2 * end : 2 * (end + entry["gap_after"])])
    return found


def test_pauses_are_filled_with_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    pauses = Pauses(scene_break=3, chapter_head=3, chapter_tail=3)
    job = job_of(tmp_path_factory.mktemp("on"), pauses=pauses, room_tone=RoomTone(level_dbfs=-50))
    found = gaps(stitch(job, BLOCKS))
    assert [len(gap) > 100_000 for gap in found] == [True, True, True]
    for gap in found:
        assert measure(Pcm(gap, 24_000)).rms_dbfs == pytest.approx(-50, abs=0.5)
    assert len({gap[:1000] for gap in found}) == 3

    silent = job_of(tmp_path_factory.mktemp("off"), pauses=pauses, room_tone=RoomTone(level_dbfs=None))
    assert not any(b"".join(gaps(stitch(silent, BLOCKS))))


@pytest.mark.parametrize(
    ("room_tone", "expected"),
    [
        (RoomTone(level_dbfs=-61.5, seed=9), [{"op": "room_tone", "level_dbfs": -61.5, "seed": 9}, FADE]),
        (RoomTone(level_dbfs=None, seed=9), [FADE]),
    ],
)
def test_the_files_say_what_fills_the_pauses(
    tmp_path_factory: pytest.TempPathFactory, room_tone: RoomTone, expected: object
) -> None:
    stitched = stitch(job_of(tmp_path_factory.mktemp("said"), room_tone=room_tone), BLOCKS)
    assert stitched.page(stitched.chapters[0])["processing"] == expected
