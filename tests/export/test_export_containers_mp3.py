"""MP3 files, as ffmpeg, mutagen and a reader of LAME's tag see them."""

import struct
from dataclasses import replace
from pathlib import Path

import mutagen.id3
import mutagen.mp3
import pytest
from export_containers_books import (
    TAGS,
    TITLES,
    Book,
    book,
    crowded,
    decoded,
    jpeg,
    listed,
    mp3,
    told,
    with_tags,
)

from batchtts.export.book import Tags
from batchtts.export.containers import id3
from batchtts.export.containers import mp3 as mp3_file
from batchtts.export.containers.crc16 import crc16
from batchtts.export.containers.mp3_frames import FrameHeader
from batchtts.export.containers.sources import needed, sizes_of
from batchtts.export.containers.streams import StreamError

CODECS = [mp3(24_000), mp3(44_100, "-b:a", "192k"), mp3(44_100, "-q:a", "6"), mp3(16_000, "-b:a", "32k")]
IDS = ["24000-cbr", "44100-cbr", "44100-vbr", "16000-cbr"]


def written(made: Book, path: Path, tags: Tags = TAGS) -> Path:
    with path.open("wb") as out:
        mp3_file.write(out, made.track, made.marks, tags)
    return path


def info_frame(path: Path) -> tuple[bytes, bytes]:
    """Return the file from its first frame on, and what is told from Xing's name on."""
    data = path.read_bytes()
    n_tag = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    sound = data[10 + n_tag :]
    return sound, sound[min(at for name in (b"Info", b"Xing") if (at := sound[:60].find(name)) > 0) :]


@pytest.mark.parametrize("codec", CODECS, ids=IDS)
def test_every_rate_is_decoded_to_the_sample(codec, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    made = book(codec, tmp_path)
    path = written(made, tmp_path / "book.mp3")
    assert len(decoded(path)) == made.track.n_samples
    found = mutagen.mp3.MP3(path).info
    assert found.length == pytest.approx(made.track.n_samples / codec.sample_rate, abs=1e-9)
    assert not found.sketchy
    assert found.bitrate_mode == (
        mutagen.mp3.BitrateMode.VBR if "-q:a" in codec.options else mutagen.mp3.BitrateMode.CBR
    )


@pytest.mark.parametrize("codec", CODECS, ids=IDS)
def test_the_first_frame_tells_the_length_and_its_checksums(codec, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    made = book(codec, tmp_path)
    sound, info = info_frame(written(made, tmp_path / "book.mp3"))
    n_frames, n_bytes = struct.unpack_from(">II", info, 8)
    music_bytes, music, own = struct.unpack_from(">IHH", info, 148)
    assert info[120:124] == b"LAME"
    assert n_frames * codec.packet_samples >= made.track.n_samples + codec.n_priming
    assert n_bytes == music_bytes == len(sound)
    n_first = FrameHeader.parsed(sound).n_bytes
    assert music == crc16(sound[n_first:])
    assert own == crc16(sound[: sound.index(info) + 154])


def test_seek_points_lead_where_the_time_is(tmp_path: Path) -> None:
    made = book(CODECS[2], tmp_path)
    sound, info = info_frame(written(made, tmp_path / "book.mp3"))
    sizes = sizes_of(needed(made.track))
    n_first = len(sound) - sum(sizes)
    for point in (0, 25, 50, 99):
        position = n_first + sum(sizes[: len(sizes) * point // 100])
        assert abs(info[16 + point] / 256 - position / len(sound)) < 1 / 256


def test_readers_agree_on_the_chapters(tmp_path: Path) -> None:
    made = book(CODECS[0], tmp_path)
    path = written(made, tmp_path / "book.mp3")
    starts = [mark.start / 24_000 for mark in made.marks]

    tags = mutagen.id3.ID3(path)
    chapters = [tags[f"CHAP:ch{number}"] for number in range(3)]
    assert [chapter.start_time / 1000 for chapter in chapters] == pytest.approx(starts, abs=0.0005)
    assert [chapter.sub_frames["TIT2"].text for chapter in chapters] == [[title] for title in TITLES]
    assert {(chapter.start_offset, chapter.end_offset) for chapter in chapters} == {
        (0xFFFF_FFFF, 0xFFFF_FFFF)
    }
    assert tags["CTOC:toc"].child_element_ids == ["ch0", "ch1", "ch2"]
    assert listed(path) == pytest.approx(starts, abs=0.0005)
    assert [title for _, title in told(path).chapters] == list(TITLES)


def test_players_show_the_book(tmp_path: Path) -> None:
    tags = mutagen.id3.ID3(written(book(CODECS[0], tmp_path), tmp_path / "book.mp3"))
    shown = {name: str(tags[name]) for name in ("TIT2", "TALB", "TPE1", "TCOM", "TDRC", "TCON", "TLAN")}
    assert shown == {
        "TIT2": TAGS.title,
        "TALB": TAGS.title,
        "TPE1": TAGS.author,
        "TCOM": TAGS.narrator,
        "TDRC": TAGS.year,
        "TCON": "Audiobook",
        "TLAN": "deu",
    }
    assert str(tags["COMM::deu"]) == TAGS.synthetic
    assert str(tags["COMM:description:deu"]) == TAGS.description
    assert tags["APIC:"].data == TAGS.cover
    assert tags["APIC:"].mime == "image/png"


def test_the_file_of_a_chapter_has_its_title_and_number(tmp_path: Path) -> None:
    path = written(book(CODECS[0], tmp_path), tmp_path / "one.mp3", with_tags(chapter=(2, 12), cover=jpeg()))
    tags = mutagen.id3.ID3(path)
    assert (str(tags["TIT2"]), str(tags["TALB"]), str(tags["TRCK"])) == (TITLES[0], TAGS.title, "2/12")
    assert tags["APIC:"].mime == "image/jpeg"


@pytest.mark.parametrize(("n_chapters", "n_tables"), [(1, 1), (255, 1), (256, 3), (700, 4)])
def test_more_chapters_than_a_table_counts_stand_in_several(
    tmp_path: Path, n_chapters: int, n_tables: int
) -> None:
    made = book(CODECS[0], tmp_path)
    path = written(replace(made, marks=crowded(made, n_chapters)), tmp_path / "many.mp3")
    tags = mutagen.id3.ID3(path)
    tables = {table.element_id: table.child_element_ids for table in tags.getall("CTOC")}
    found = [entry for name in tables["toc"] for entry in tables.get(name, [name])]
    assert len(tables) == n_tables
    assert found == [f"ch{number}" for number in range(n_chapters)]
    assert len(listed(path)) == n_chapters


def test_more_silence_before_the_sound_than_the_tag_can_tell_is_refused(tmp_path: Path) -> None:
    made = book(CODECS[0], tmp_path)
    late = replace(made, track=replace(made.track, n_priming=5_000, n_samples=10_000), marks=())
    with pytest.raises(ValueError, match="5000 samples"):
        written(late, tmp_path / "book.mp3")


def test_packets_that_are_none_of_mp3_are_named(tmp_path: Path) -> None:
    made = book(CODECS[0], tmp_path)
    first = made.track.packets[0].path
    first.write_bytes(bytes(first.stat().st_size))
    with pytest.raises(StreamError, match=r"0\.packets: no MP3 frame begins at byte 4"):
        written(made, tmp_path / "book.mp3")


def test_a_tag_that_its_length_cannot_count_is_refused() -> None:
    with pytest.raises(ValueError, match="256 MiB"):
        id3.tag(with_tags(cover=bytes(1 << 28)), (), 24_000)
