"""Chapters that were encoded each by itself, joined, are heard where they should be."""

from pathlib import Path

import numpy as np
import pytest
from export_containers_books import TAGS, Codec, aac, book, decoded, encoded, lag, mp3, opus

from batchtts.export.containers import mp3 as mp3_file
from batchtts.export.containers import mp4, ogg

CODECS = [aac(16_000), aac(22_050), aac(24_000), aac(44_100), mp3(24_000), mp3(44_100), opus()]
WRITERS = {"aac": mp4.write, "mp3": mp3_file.write, "opus": ogg.write}
ENDINGS = {"aac": "m4b", "mp3": "mp3", "opus": "opus"}


def named(codec: Codec) -> str:
    return f"{codec.name}-{codec.sample_rate}"


@pytest.mark.parametrize("codec", CODECS, ids=named)
def test_joined_chapters_are_heard_on_their_sample(codec: Codec, tmp_path: Path) -> None:
    made, path = book(codec, tmp_path), tmp_path / f"book.{ENDINGS[codec.name]}"
    with path.open("wb") as out:
        WRITERS[codec.name](out, made.track, made.marks, TAGS)

    heard = decoded(path)

    assert len(heard) == made.track.n_samples
    window = codec.sample_rate // 2
    for mark, sound in zip(made.marks, made.sounds, strict=True):
        assert lag(sound[:window], heard, mark.start) == 0
        assert lag(sound[-window:], heard, mark.start + mark.n_samples - window) == 0


@pytest.mark.parametrize("codec", CODECS, ids=named)
def test_a_join_is_as_smooth_as_an_encoder_that_never_stopped(codec: Codec, tmp_path: Path) -> None:
    made, path = book(codec, tmp_path), tmp_path / f"book.{ENDINGS[codec.name]}"
    with path.open("wb") as out:
        WRITERS[codec.name](out, made.track, made.marks, TAGS)
    whole = np.zeros(made.track.n_samples + 2 * codec.packet_samples, "<i2")
    for mark, sound in zip(made.marks, made.sounds, strict=True):
        whole[mark.start : mark.start + len(sound)] = sound
    at_once = tmp_path / "at-once"
    at_once.write_bytes(encoded(codec, whole.tobytes())[0])

    joined, unbroken = decoded(path), decoded(at_once)[_n_dropped(codec) :]

    for mark in made.marks[1:]:
        gap = slice(mark.start - codec.packet_samples // 2, mark.start - codec.packet_samples // 8)
        steps = [np.abs(np.diff(heard[gap].astype(int))).max() for heard in (joined, unbroken)]
        assert steps[0] <= max(400, 2 * steps[1])


def _n_dropped(codec: Codec) -> int:
    """Return what a bare stream has before the sound; Ogg says so, and ffmpeg drops it."""
    return 0 if codec.name == "opus" else codec.n_priming


@pytest.mark.parametrize("codec", CODECS, ids=named)
def test_the_same_book_gives_the_same_bytes(codec: Codec, tmp_path: Path) -> None:
    made, paths = book(codec, tmp_path), [tmp_path / "one", tmp_path / "two"]
    for path in paths:
        with path.open("wb") as out:
            WRITERS[codec.name](out, made.track, made.marks, TAGS)
    assert paths[0].read_bytes() == paths[1].read_bytes()
