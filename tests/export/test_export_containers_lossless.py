"""FLAC and WAV files with chapters, as ffmpeg, mutagen and libsndfile see them."""

import hashlib
import io
from pathlib import Path

import mutagen.flac
import mutagen.wave
import numpy as np
import pytest
import soundfile
from export_containers_books import (
    TAGS,
    TITLES,
    Book,
    crowded,
    decoded,
    input_options,
    jpeg,
    run,
    speech,
    told,
    with_tags,
)
from hypothesis import given
from hypothesis import strategies as st

from batchtts.audio import wav
from batchtts.export.book import ChapterMark, Track
from batchtts.export.containers import flac, riff
from batchtts.export.containers.pictures import Dimensions, dimensions
from batchtts.export.containers.streams import StreamError

RATE = 24_000
PCM = speech(RATE, 1)
MARKS = tuple(
    ChapterMark(start=start, n_samples=9_000, title=title)
    for start, title in zip((0, 9_001, 20_000), TITLES, strict=True)
)
STARTS = [mark.start / RATE for mark in MARKS]


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source.flac"
    run([*input_options(RATE), "-c:a", "flac", "-metadata", "title=wrong", str(path)], PCM.tobytes())
    return path


def rewritten(source: Path, tags=TAGS, marks=MARKS) -> Path:  # type: ignore[no-untyped-def]
    path = source.with_name("book.flac")
    with path.open("wb") as out, source.open("rb") as stream:
        flac.write(out, stream, marks, tags)
    return path


def test_the_sound_of_a_flac_stays_as_it_is(source: Path) -> None:
    path = rewritten(source)
    assert np.array_equal(decoded(path), PCM)
    assert np.array_equal(soundfile.read(path, dtype="int16")[0], PCM)
    assert path.read_bytes()[8:42] == source.read_bytes()[8:42]
    assert mutagen.flac.FLAC(path).info.md5_signature == int(hashlib.md5(PCM.tobytes()).hexdigest(), 16)


def test_a_flac_tells_of_its_chapters_and_the_book(source: Path) -> None:
    path = rewritten(source)
    found = mutagen.flac.FLAC(path)
    assert (found["title"], found["artist"], found["narrator"]) == (
        [TAGS.title],
        [TAGS.author],
        [TAGS.narrator],
    )
    assert (found["CHAPTER002"], found["CHAPTER002NAME"]) == (["00:00:00.375"], [TITLES[1]])
    assert [picture.data for picture in found.pictures] == [TAGS.cover]
    assert [start for start, _ in told(path).chapters] == pytest.approx(STARTS, abs=0.0005)
    assert [title for _, title in told(path).chapters] == list(TITLES)


def test_a_seek_table_is_kept(source: Path) -> None:
    data = source.read_bytes()
    table = bytes([3]) + (18).to_bytes(3, "big") + bytes(16) + b"\x10\0"
    source.write_bytes(data[:42] + table + data[42:])
    found = mutagen.flac.FLAC(rewritten(source))
    assert found.seektable is not None
    assert found["title"] == [TAGS.title]


def test_a_flac_that_was_written_into_a_pipe_is_refused() -> None:
    piped = run([*input_options(RATE), "-c:a", "flac", "-f", "flac", "-"], PCM.tobytes())
    with pytest.raises(StreamError, match="how long it is"):
        flac.write(io.BytesIO(), io.BytesIO(piped), MARKS, TAGS)


@given(
    data=st.binary(max_size=80),
    begins=st.sampled_from([b"", b"fLaC", b"fLaC\0\0\0\x22", b"fLaC\x80\0\0\x22"]),
)
def test_what_is_no_flac_is_refused(data: bytes, begins: bytes) -> None:
    with pytest.raises((StreamError, ValueError)):
        flac.write(io.BytesIO(), io.BytesIO(begins + data), MARKS, TAGS)


def test_a_flac_that_is_cut_off_in_its_metadata_is_refused(source: Path) -> None:
    with pytest.raises(StreamError, match="cut off in its metadata"):
        flac.write(io.BytesIO(), io.BytesIO(source.read_bytes()[:60]), MARKS, TAGS)


def test_a_flac_without_a_frame_is_refused(source: Path) -> None:
    head = b"\x80" + source.read_bytes()[5:42]
    with pytest.raises(StreamError, match="before its first frame"):
        flac.write(io.BytesIO(), io.BytesIO(b"fLaC" + head), MARKS, TAGS)


def test_the_file_of_a_chapter_has_its_title_and_number(source: Path) -> None:
    found = mutagen.flac.FLAC(rewritten(source, with_tags(chapter=(2, 12), cover=None)))
    assert (found["title"], found["tracknumber"], found["tracktotal"]) == ([TITLES[0]], ["2"], ["12"])
    assert found.pictures == []


def test_a_cover_that_is_too_large_for_flac_is_refused(source: Path) -> None:
    with pytest.raises(ValueError, match="16 MiB"):
        rewritten(source, with_tags(cover=bytes(1 << 24)))


@pytest.mark.parametrize("limit", [wav.RIFF_LIMIT, 1_000], ids=["riff", "rf64"])
def test_a_wav_has_chunks_behind_its_samples(tmp_path: Path, limit: int) -> None:
    after = riff.chunks(MARKS, TAGS, RATE)
    path = tmp_path / "book.wav"
    path.write_bytes(wav.header(RATE, len(PCM), n_after=len(after), limit=limit) + PCM.tobytes() + after)

    assert np.array_equal(decoded(path), PCM)
    with soundfile.SoundFile(path) as sound:
        assert (sound.frames, sound.title, sound.artist) == (len(PCM), TAGS.title, TAGS.author)
    assert [start for start, _ in told(path).chapters] == STARTS
    assert [title for _, title in told(path).chapters[:2]] == list(TITLES[:2])  # ffmpeg cuts the third short
    assert TITLES[2].encode() + b"\0" in after
    if limit == wav.RIFF_LIMIT:  # mutagen knows no RF64
        tags = mutagen.wave.WAVE(path).tags
        assert (str(tags["TCOM"]), tags["APIC:"].data) == (TAGS.narrator, TAGS.cover)
        assert not tags.getall("CHAP")


def test_a_wav_may_have_hundreds_of_chapters_and_leaves_out_what_32_bits_cannot_count(tmp_path: Path) -> None:
    track = Track(sample_rate=RATE, packet_samples=1, n_priming=0, n_samples=len(PCM), packets=(), config=b"")
    marks = crowded(Book(track=track, marks=(), sounds=()), 400)
    far = ChapterMark(start=1 << 32, n_samples=1, title="far")
    after = riff.chunks((*marks, far), with_tags(cover=None, title="odd"), RATE)
    path = tmp_path / "book.wav"
    path.write_bytes(wav.header(RATE, len(PCM), n_after=len(after)) + PCM.tobytes() + after)
    assert len(told(path).chapters) == 400
    assert b"far" not in after


@pytest.mark.parametrize(
    ("picture", "size"),
    [
        (TAGS.cover, Dimensions(width=3, height=2, bits_per_pixel=24)),
        (jpeg(), Dimensions(width=16, height=24, bits_per_pixel=24)),
        (jpeg()[:2] + b"\xff\xff" + jpeg()[2:], Dimensions(width=16, height=24, bits_per_pixel=24)),
        (jpeg()[:30], Dimensions()),
        (b"\x89PNG\r\n\x1a\nshort", Dimensions()),
        (b"", Dimensions()),
    ],
    ids=["png", "jpeg", "fill bytes", "cut off", "short", "nothing"],
)
def test_a_picture_is_measured_or_left_unmeasured(picture: bytes, size: Dimensions) -> None:
    assert dimensions(picture) == size


@given(st.binary(max_size=200))
def test_no_picture_is_too_strange_to_be_measured(data: bytes) -> None:
    assert dimensions(b"\xff\xd8" + data).width >= 0
