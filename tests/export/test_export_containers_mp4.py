"""M4B files, as ffmpeg and mutagen see them."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import mutagen.mp4
import numpy as np
import pytest
from export_containers_books import TAGS, TITLES, Book, aac, book, crowded, decoded, jpeg, told, with_tags

from batchtts.export.book import ChapterMark, Packets, Tags
from batchtts.export.containers import mp4
from batchtts.export.containers.streams import StreamError


@pytest.fixture
def made(tmp_path: Path) -> Book:
    return book(aac(24_000), tmp_path)


def written(made: Book, path: Path, tags: Tags = TAGS, **values: Any) -> Path:
    with path.open("wb") as out:
        mp4.write(out, made.track, made.marks, tags, **values)
    return path


def test_readers_agree_on_the_chapters(made: Book, tmp_path: Path) -> None:
    path = written(made, tmp_path / "book.m4b")
    starts = [mark.start / 24_000 for mark in made.marks]

    assert told(path).chapters == list(zip(starts, TITLES, strict=True))
    nero = mutagen.mp4.MP4(path).chapters
    assert [chapter.start for chapter in nero] == pytest.approx(starts, abs=1e-7)
    assert [chapter.title for chapter in nero[:2]] == list(TITLES[:2])
    assert TITLES[2].startswith(nero[2].title)  # a byte counts its length
    assert len(nero[2].title.encode()) in (254, 255)


def test_players_show_the_book(made: Book, tmp_path: Path) -> None:
    tags = mutagen.mp4.MP4(written(made, tmp_path / "book.m4b")).tags
    shown = {name: tags[name][0] for name in ("©nam", "©ART", "aART", "©alb", "©wrt", "©nrt", "©day", "©gen")}
    assert shown == {
        "©nam": TAGS.title,
        "©ART": TAGS.author,
        "aART": TAGS.author,
        "©alb": TAGS.title,
        "©wrt": TAGS.narrator,
        "©nrt": TAGS.narrator,
        "©day": TAGS.year,
        "©gen": "Audiobook",
    }
    assert tags["desc"] == [TAGS.description]
    assert tags["©cmt"] == [TAGS.synthetic]
    assert tags["stik"] == [2]
    assert tags["pgap"] is True
    assert tags["----:com.apple.iTunes:LANGUAGE"] == [b"de-AT"]


@pytest.mark.parametrize(("cover", "kind"), [(TAGS.cover, 14), (jpeg(), 13)], ids=["png", "jpeg"])
def test_a_cover_says_what_it_is(made: Book, tmp_path: Path, cover: bytes, kind: int) -> None:
    [found] = mutagen.mp4.MP4(written(made, tmp_path / "book.m4b", with_tags(cover=cover))).tags["covr"]
    assert (bytes(found), found.imageformat) == (cover, kind)


def test_what_is_not_known_is_left_out(made: Book, tmp_path: Path) -> None:
    bare = Tags(title="T", author=None, narrator=None, year=None, description=None, language=None,
                synthetic="s", cover=None, chapter=None)  # fmt: skip
    tags = mutagen.mp4.MP4(written(made, tmp_path / "book.m4b", bare)).tags
    assert set(tags) == {"©nam", "©alb", "©gen", "©cmt", "stik", "pgap"}


def test_the_file_of_a_chapter_has_its_title_and_number(made: Book, tmp_path: Path) -> None:
    tags = mutagen.mp4.MP4(written(made, tmp_path / "one.m4b", with_tags(chapter=(2, 12)))).tags
    assert (tags["©nam"], tags["©alb"], tags["trkn"]) == ([TITLES[0]], [TAGS.title], [(2, 12)])


@pytest.mark.parametrize(("n_chapters", "n_nero"), [(1, 1), (255, 255), (256, 0), (700, 0)])
def test_more_chapters_than_nero_counts_stand_in_the_text_track_alone(
    made: Book, tmp_path: Path, n_chapters: int, n_nero: int
) -> None:
    many = replace(made, marks=crowded(made, n_chapters))
    path = written(many, tmp_path / "many.m4b")
    assert told(path).chapters == [(mark.start / 24_000, mark.title) for mark in many.marks]
    assert len(mutagen.mp4.MP4(path).chapters or ()) == n_nero


def test_a_book_without_chapters_has_no_chapter_track(made: Book, tmp_path: Path) -> None:
    path = written(replace(made, marks=()), tmp_path / "book.m4b")
    assert told(path).chapters == []
    assert b"tref" not in path.read_bytes()
    assert len(decoded(path)) == made.track.n_samples


def test_a_first_chapter_may_begin_late(made: Book, tmp_path: Path) -> None:
    marks = (ChapterMark(start=12_000, n_samples=100, title="late"), *made.marks[1:])
    path = written(replace(made, marks=marks), tmp_path / "book.m4b")
    assert [start for start, _ in told(path).chapters] == [mark.start / 24_000 for mark in marks]
    assert len(decoded(path)) == made.track.n_samples


def test_a_file_that_32_bits_cannot_count_holds_the_same(made: Book, tmp_path: Path) -> None:
    plain, wide = written(made, tmp_path / "plain.m4b"), written(made, tmp_path / "wide.m4b", limit=10_000)
    assert b"co64" in wide.read_bytes()
    assert b"stco" not in wide.read_bytes()
    assert wide.stat().st_size == plain.stat().st_size + 8 + 4 * (_n_chunks(made) + len(made.marks))
    assert told(wide) == told(plain)
    assert np.array_equal(decoded(wide), decoded(plain))


def _n_chunks(made: Book) -> int:
    n_packets = sum(len(packets.sizes) for packets in made.track.packets)
    return -(-(n_packets - 1) // 23)  # the last holds but padding


def test_all_that_tells_of_the_sound_stands_before_it(made: Book, tmp_path: Path) -> None:
    data = written(made, tmp_path / "book.m4b").read_bytes()
    assert data.index(b"ftyp") < data.index(b"moov") < data.index(b"mdat")


@pytest.mark.parametrize("n_samples", [1, 1023, 1024, 1025, 20_480])
def test_any_length_is_decoded_to_the_sample(made: Book, tmp_path: Path, n_samples: int) -> None:
    short = replace(made, track=replace(made.track, n_samples=n_samples), marks=())
    assert len(decoded(written(short, tmp_path / "book.m4b"))) == n_samples


def test_too_few_packets_are_refused_before_a_byte_is_written(made: Book, tmp_path: Path) -> None:
    path = tmp_path / "book.m4b"
    with pytest.raises(ValueError, match="need 4 packets more"):
        written(replace(made, track=replace(made.track, n_samples=made.track.n_samples + 4096)), path)
    assert path.read_bytes() == b""


def test_a_file_of_packets_that_is_too_short_is_named(made: Book, tmp_path: Path) -> None:
    cut = made.track.packets[1].path
    cut.write_bytes(cut.read_bytes()[:-1000])
    with pytest.raises(StreamError, match=r"1\.packets: \d+ bytes of encoded sound are missing"):
        written(made, tmp_path / "book.m4b")


@pytest.mark.parametrize(
    "spans", [[(0, 10), (5, 10)], [(20, 10), (0, 10)], [(0, 0)], [(0, 10**9)], [(-5, 10)]]
)
def test_chapters_that_do_not_follow_one_another_are_refused(
    made: Book, tmp_path: Path, spans: list[tuple[int, int]]
) -> None:
    marks = tuple(ChapterMark(start=start, n_samples=n, title="x") for start, n in spans)
    with pytest.raises(ValueError, match="does not lie behind"):
        written(replace(made, marks=marks), tmp_path / "book.m4b")


def test_a_book_of_forty_hours_counts_its_samples_in_64_bits(tmp_path: Path) -> None:
    class Counted:
        n_bytes, head = 0, b""

        def write(self, data: bytes) -> None:
            self.head = self.head or data
            self.n_bytes += len(data)
            if self.n_bytes < 20_000:
                self.head += data

    sparse = tmp_path / "sparse"
    with sparse.open("wb") as file:
        file.truncate(3_400_000)
    n_packets = 40 * 3600 * 44_100 // 1024
    track = replace(book(aac(44_100), tmp_path).track, n_samples=(n_packets - 1) * 1024,
                    packets=tuple(Packets(path=sparse, first_byte=0, sizes=[2] * 1_550_422) for _ in range(4)))  # fmt: skip
    marks = tuple(ChapterMark(start=n * 2**30, n_samples=2**30, title=str(n)) for n in range(5))
    out = Counted()
    mp4.write(out, track, marks, TAGS)
    assert out.head.index(b"mvhd\1") > 0
    assert out.n_bytes > 4 * n_packets
